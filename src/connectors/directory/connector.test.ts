import { describe, expect, it } from 'vitest';
import type { Change } from '../../identity/record.ts';
import type { ChangePage, Connector } from '../spi/index.ts';
import { directory, openDirectory } from './connector.ts';
import { memoryStorage } from './memory.ts';
import { directoryOptions } from './options.ts';

const { signal } = new AbortController();
const call = { signal };
const MANAGER = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager';

function open(options: unknown = {}): Required<Connector> {
  const now = () => new Date('2026-01-31T08:00:00Z');
  const parsed = directoryOptions.parse(options);
  return openDirectory('inbox', parsed, memoryStorage(), now) as Required<Connector>;
}

async function pages(reading: AsyncIterable<ChangePage>): Promise<readonly ChangePage[]> {
  return Array.fromAsync(reading);
}

function told(reading: readonly ChangePage[]): readonly string[] {
  const name = (change: Change): string => {
    switch (change.type) {
      case 'present':
        return `+${change.record.ref.id}`;
      case 'absent':
        return `-${change.ref.id}`;
      case 'members':
        return `${change.added.map(({ id }) => `${id} joins`)}${change.removed.map(({ id }) => `${id} leaves`)}`;
      default:
        return change.type;
    }
  };
  return reading.flatMap(({ changes }) => changes.map(name));
}

describe('an account', () => {
  it('is written and changed by paths', async () => {
    const inbox = open();
    const { ref } = await inbox.create(
      'user',
      {
        userName: 'ada',
        'name.givenName': 'Ada',
        'emails[type eq "work"].value': 'ada@contoso.com',
      },
      call,
    );
    const changes = [
      { path: 'emails[type eq "work"].value', after: 'lovelace@contoso.com' },
      { path: 'name.givenName' },
    ];
    expect(await inbox.update(ref, changes, call)).toMatchObject({
      ref,
      attributes: { userName: 'ada', emails: [{ type: 'work', value: 'lovelace@contoso.com' }] },
      version: '2',
    });
    expect(await inbox.get(ref, call)).not.toHaveProperty('attributes.name');
  });

  it('is not read again by who changes it as it was read, unless it is another one by then', async () => {
    const storage = memoryStorage();
    let reads = 0;
    const counting: typeof storage = {
      ...storage,
      get: (kind, id) => {
        reads++;
        return storage.get(kind, id);
      },
    };
    const now = () => new Date('2026-01-31T08:00:00Z');
    const options = directoryOptions.parse({});
    const inbox = openDirectory('inbox', options, counting, now) as Required<Connector>;
    const { ref } = await inbox.create('user', { userName: 'ada', title: 'Analyst' }, call);
    const [one, other] = [await inbox.get(ref, call), await inbox.get(ref, call)];
    if (!one?.version || !other?.version) throw new Error('it is not there');
    reads = 0;
    const title = (after: string) => [{ path: 'title', after }];
    await inbox.update(one.ref, title('Countess'), { ...call, ifVersion: one.version });
    expect(reads).toBe(0);
    const late = inbox.update(other.ref, title('Owner'), { ...call, ifVersion: other.version });
    await expect(late).rejects.toMatchObject({ kind: 'stale' });
    await inbox.update(other.ref, [{ path: 'nickName', after: 'A' }], call);
    expect((await inbox.get(ref, call))?.attributes).toMatchObject({
      title: 'Countess',
      nickName: 'A',
    });
  });

  it('is found by any attribute, and two of them are ambiguous', async () => {
    const inbox = open();
    const ada = await inbox.create('user', { userName: 'ada', title: 'Analyst' }, call);
    expect(await inbox.find('user', 'userName', 'ADA', call)).toEqual(ada);
    expect(await inbox.find('user', 'title', 'analyst', call)).toEqual(ada);
    expect(await inbox.find('user', 'title', 'Owner', call)).toBeUndefined();
    await inbox.create('user', { userName: 'grace', title: 'Analyst' }, call);
    await expect(inbox.find('user', 'title', 'analyst', call)).rejects.toMatchObject({
      kind: 'ambiguous',
    });
  });

  it('fails by what went wrong', async () => {
    const inbox = open();
    const { ref } = await inbox.create('user', { userName: 'ada' }, call);
    const gone = { ...ref, id: 'gone' };
    const title = [{ path: 'title', after: 'x' }];
    await expect(inbox.create('user', { userName: 'Ada' }, call)).rejects.toMatchObject({
      kind: 'conflict',
      code: 'name-taken',
    });
    await expect(inbox.update(gone, title, call)).rejects.toMatchObject({ kind: 'missing' });
    await expect(inbox.update(ref, title, { ...call, ifVersion: '7' })).rejects.toMatchObject({
      kind: 'stale',
    });
    await expect(inbox.delete(gone, call)).rejects.toMatchObject({ kind: 'missing' });
    await expect(inbox.create('group', {}, call)).rejects.toMatchObject({
      kind: 'invalid',
      code: 'attribute-required',
    });
  });

  it('may have to name somebody who exists', async () => {
    const references = [{ path: MANAGER, name: 'manager', missing: 'refuse' }];
    const inbox = open({ receive: { references } });
    const nobody = { $ref: { system: 'inbox', kind: 'user', id: 'nobody' } };
    await expect(
      inbox.create('user', { userName: 'ada', [MANAGER]: nobody }, call),
    ).rejects.toMatchObject({ code: 'reference-missing' });
  });
});

describe('a reading', () => {
  it('shows everything and where to go on, then what changed', async () => {
    const inbox = open();
    const ada = await inbox.create('user', { userName: 'ada' }, call);
    const grace = await inbox.create('user', { userName: 'grace' }, call);
    const first = await pages(inbox.read('user', call));
    expect(told(first)).toEqual([`+${ada.ref.id}`, `+${grace.ref.id}`]);
    expect(first.at(-1)).toMatchObject({ complete: true, watermark: '2' });

    await inbox.update(ada.ref, [{ path: 'title', after: 'x' }], call);
    await inbox.delete(grace.ref, call);
    const next = await pages(inbox.readChanges('user', '2', call));
    expect(told(next)).toEqual([`+${ada.ref.id}`, `-${grace.ref.id}`]);
    expect(next.at(-1)).toEqual({ changes: expect.any(Array), watermark: '4' });
    expect(told(await pages(inbox.readChanges('user', '4', call)))).toEqual([]);
  });

  it('goes on in the middle when it was interrupted, and proves its end', async () => {
    const inbox = open();
    for (let index = 0; index < 1_200; index++)
      await inbox.create('user', { userName: `user-${index}` }, call);
    const [first] = await pages(inbox.read('user', call));
    expect(first).not.toHaveProperty('complete');
    const since = first?.watermark ?? '';
    await expect(pages(inbox.readChanges('user', since, call))).rejects.toThrow(
      'read it all again',
    );
    const rest = await pages(inbox.readChanges('user', since, { ...call, continues: true }));
    expect(told(rest)).toHaveLength(700);
    expect(rest.at(-1)).toMatchObject({ complete: true, watermark: '1200' });
  });

  it('tells members who join and leave', async () => {
    const inbox = open();
    const group = await inbox.create('group', { displayName: 'Analysts' }, call);
    const member = (id: string) => ({ system: 'inbox', kind: 'user', id });
    await inbox.addMembers(group.ref, [member('ada'), member('grace')], call);
    expect(told(await pages(inbox.read('group', call)))).toEqual([
      `+${group.ref.id}`,
      'ada joins',
      'grace joins',
    ]);
    await inbox.removeMembers(group.ref, [member('ada')], call);
    expect(told(await pages(inbox.read('group', call)))).toEqual([
      'grace joins',
      // Another one with its members.
      `+${group.ref.id}`,
      'ada leaves',
    ]);
  });

  it.each(['', 'x', '-1', '1.5'])('refuses %j as a watermark', async (watermark) => {
    await expect(pages(open().readChanges('user', watermark, call))).rejects.toMatchObject({
      kind: 'watermark-expired',
    });
  });
});

it('is opened by its definition', async () => {
  const definition = directory(() => memoryStorage());
  const options = definition.options.parse({});
  const context = {
    system: 'inbox',
    fetch,
    now: () => new Date(),
    baseDirectory: '.',
  };
  const inbox = await definition.connect(options, context);
  expect(await inbox.check(call)).toMatchObject([{ status: 'ok' }]);
  const schema = await inbox.describe?.(call);
  expect(schema?.kinds.map(({ kind, enabledPath }) => [kind, enabledPath])).toEqual([
    ['user', 'active'],
    ['group', undefined],
  ]);
});
