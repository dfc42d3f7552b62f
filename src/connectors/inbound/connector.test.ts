import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Attributes } from '../../identity/record.ts';
import type { Connector, Upload, UploadResult } from '../spi/index.ts';
import { inbound } from './connector.ts';
import type { InboundStorage, StoredRecord } from './storage.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const CUSTOM = 'urn:ietf:params:scim:schemas:extension:contoso:1.0:User';
const { signal } = new AbortController();

/** What the store keeps, for as long as a test takes. */
function memory(): InboundStorage {
  const records = new Map<string, StoredRecord>();
  const receipts: { key: string | undefined; digest: string; receipt: object; at: Date }[] = [];
  let sequence = 0;
  return {
    take: async (upload, decide) => {
      const earlier = receipts.find(({ key }) => key !== undefined && key === upload.key);
      if (earlier) {
        const type = earlier.digest === upload.digest ? 'repeated' : 'other-content';
        return { type, receipt: earlier.receipt as never };
      }
      const before = new Map([...records].map(([id, { attributes }]) => [id, attributes]));
      const { changed, results } = decide(before);
      for (const [id, attributes] of changed)
        records.set(id, { id, attributes, sequence: ++sequence });
      const receipt = { id: upload.id, at: upload.at, results };
      receipts.push({ key: upload.key, digest: upload.digest, receipt, at: upload.at });
      return { type: 'taken', receipt };
    },
    changes: async (since, count) =>
      [...records.values()]
        .filter((record) => record.sequence > since)
        .toSorted((a, b) => a.sequence - b.sequence)
        .slice(0, count),
    uploads: async () => receipts.map(({ receipt }) => receipt as never),
    uploadsSince: async (since) => {
      const times = receipts.filter(({ at }) => at > since).map(({ at }) => at);
      const [first] = times;
      return { count: times.length, ...(first && { first }) };
    },
  };
}

interface Inbox {
  readonly connector: Connector;
  push(data: readonly unknown[], more?: Partial<Upload>): Promise<readonly UploadResult[]>;
  /** Every record, by its id. */
  held(): Promise<Readonly<Record<string, Attributes>>>;
  pass(seconds: number): void;
}

async function inbox(options: Readonly<Record<string, unknown>> = {}): Promise<Inbox> {
  let time = Date.parse('2026-03-01T08:00:00Z');
  let ids = 0;
  const storage = memory();
  const definition = inbound(
    () => storage,
    () => `u${++ids}`,
  );
  const connector = await definition.connect(definition.options.parse(options), {
    system: 'hr',
    fetch: globalThis.fetch,
    now: () => new Date(time),
    baseDirectory: '.',
  });
  return {
    connector,
    push: async (data, more = {}) => {
      const operations = data.map((one) => ({ method: 'POST', path: '/Users', data: one }));
      const digest = JSON.stringify(data);
      const receipt = await connector.receive?.({ operations, digest, ...more }, { signal });
      return receipt?.results ?? [];
    },
    held: async () => {
      const pages = await Array.fromAsync(connector.read?.('user', { signal }) ?? []);
      return Object.fromEntries(
        pages.flatMap(({ changes }) =>
          changes.flatMap((change) =>
            change.type === 'present' ? [[change.record.ref.id, change.record.attributes]] : [],
          ),
        ),
      );
    },
    pass: (seconds) => {
      time += seconds * 1000;
    },
  };
}

describe('a pushed record', () => {
  it('is a SCIM user by its externalId, whose manager is another externalId', async () => {
    const { push, held } = await inbox();
    const results = await push([
      {
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', ENTERPRISE],
        externalId: '701984',
        userName: 'bjensen@contoso.com',
        name: { givenName: 'Barbara', familyName: 'Jensen' },
        active: 'True',
        emails: [{ value: 'bjensen@contoso.com', type: 'work', primary: true }],
        [ENTERPRISE]: { employeeNumber: '701984', manager: { value: '89607' } },
        [CUSTOM]: { costCentre: 4711, tags: ['a', null], empty: '' },
      },
    ]);
    expect(results).toEqual([{ id: '701984', status: 'taken' }]);
    expect(await held()).toEqual({
      '701984': {
        externalId: '701984',
        userName: 'bjensen@contoso.com',
        name: { givenName: 'Barbara', familyName: 'Jensen' },
        active: true,
        emails: [{ value: 'bjensen@contoso.com', type: 'work', primary: true }],
        [ENTERPRISE]: {
          employeeNumber: '701984',
          manager: { $ref: { system: 'hr', kind: 'user', id: '89607' } },
        },
        [CUSTOM]: { costCentre: 4711, tags: ['a'] },
      },
    });
  });

  it('keeps what is not mentioned, part by part, and loses what is sent without a value', async () => {
    const { push, held } = await inbox();
    await push([
      {
        externalId: '7',
        title: 'Analyst',
        name: { givenName: 'Ada', familyName: 'King', honorificPrefix: 'Lady' },
        phoneNumbers: [{ type: 'work', value: '1' }],
        [ENTERPRISE]: { department: 'IT', costCenter: '1' },
      },
    ]);
    await push([
      {
        externalId: '7',
        NAME: { familyName: 'Lovelace', honorificPrefix: null },
        [ENTERPRISE.toUpperCase()]: { department: '' },
      },
    ]);
    const kept = {
      externalId: '7',
      title: 'Analyst',
      name: { givenName: 'Ada', familyName: 'Lovelace' },
      phoneNumbers: [{ type: 'work', value: '1' }],
      [ENTERPRISE]: { costCenter: '1' },
    };
    expect(await held()).toEqual({ 7: kept });
    await push([{ externalId: '7', title: null, phoneNumbers: [], [ENTERPRISE]: null }]);
    const { title: _, phoneNumbers: __, [ENTERPRISE]: ___, ...rest } = kept;
    expect(await held()).toEqual({ 7: rest });
  });

  it('is the whole of it where that is configured', async () => {
    const { push, held } = await inbox({ omitted: 'clear' });
    await push([{ externalId: '7', title: 'Analyst', displayName: 'Ada' }]);
    await push([{ externalId: '7', displayName: 'Ada' }]);
    expect(await held()).toEqual({ 7: { externalId: '7', displayName: 'Ada' } });
  });

  it('that says nothing new changes nothing, in whatever order it says it', async () => {
    const { push, connector } = await inbox();
    await push([{ externalId: '7', title: 'Analyst', displayName: 'Ada' }]);
    const pages = await Array.fromAsync(connector.read?.('user', { signal }) ?? []);
    const since = pages.at(-1)?.watermark ?? '';
    const again = await push([{ displayName: 'Ada', externalId: '7', title: 'Analyst' }]);
    expect(again).toEqual([{ id: '7', status: 'unchanged' }]);
    const later = connector.readChanges?.('user', since, { signal }) ?? [];
    expect(await Array.fromAsync(later)).toEqual([{ changes: [], watermark: since }]);
  });

  it('may come twice in one upload: the later one counts', async () => {
    const { push, held } = await inbox();
    const results = await push([
      { externalId: '7', title: 'a' },
      { externalId: '7', department: 'x', title: 'b' },
      { externalId: '7', title: 'b' },
    ]);
    expect(results.map(({ status, ignored }) => [status, ignored])).toEqual([
      ['taken', undefined],
      ['taken', ['department']],
      ['unchanged', undefined],
    ]);
    expect(await held()).toEqual({ 7: { externalId: '7', title: 'b' } });
  });

  it('of which some cannot be taken leaves the others alone', async () => {
    const { push, held } = await inbox();
    const codes = (results: readonly UploadResult[]) =>
      results.map(({ id, status, code }) => [id, status, code]);
    const data = [
      { externalId: '7', active: 'perhaps' },
      { userName: 'nobody' },
      { externalId: 8 },
      { externalId: ' ' },
      null,
      { externalId: '9', [CUSTOM]: 'text' },
      { externalId: '10', [CUSTOM]: JSON.parse('{"__proto__":{"admin":true}}') },
      { externalId: '11', title: 'x'.repeat(300_000) },
      { externalId: '12', password: 's3cret', title: 'Analyst' },
    ];
    expect(codes(await push(data))).toEqual([
      ['7', 'refused', 'record-invalid'],
      [undefined, 'refused', 'record-without-id'],
      [undefined, 'refused', 'record-without-id'],
      [undefined, 'refused', 'record-without-id'],
      [undefined, 'refused', 'record-invalid'],
      ['9', 'refused', 'record-invalid'],
      ['10', 'refused', 'record-invalid'],
      ['11', 'refused', 'record-too-large'],
      ['12', 'taken', undefined],
    ]);
    expect(await held()).toEqual({ 12: { externalId: '12', title: 'Analyst' } });
  });

  it('is neither deleted nor a group', async () => {
    const { connector } = await inbox();
    const operations = [
      { method: 'DELETE', path: '/Users/7', bulkId: 'a', data: undefined },
      { method: 'POST', path: '/Groups', bulkId: 'b', data: { externalId: '7' } },
    ];
    const receipt = await connector.receive?.({ operations, digest: '' }, { signal });
    expect(receipt?.results).toMatchObject([
      { bulkId: 'a', status: 'refused', code: 'operation-not-possible' },
      { bulkId: 'b', status: 'refused', code: 'operation-not-possible' },
    ]);
  });
});

describe('an upload', () => {
  it('stops where it is told to', async () => {
    const { push } = await inbox();
    const data = [{ externalId: '7' }, {}, { externalId: '8' }];
    const results = await push(data, { failOnErrors: 1 });
    expect(results.map(({ status }) => status)).toEqual(['taken', 'refused', 'skipped']);
  });

  it('that is sent again is answered again, and its key belongs to it alone', async () => {
    const { push, held } = await inbox();
    const first = await push([{ externalId: '7', title: 'a' }], { key: 'k' });
    await push([{ externalId: '7', title: 'b' }]);
    expect(await push([{ externalId: '7', title: 'a' }], { key: 'k' })).toEqual(first);
    expect(await held()).toEqual({ 7: { externalId: '7', title: 'b' } });
    await expect(push([{ externalId: '8' }], { key: 'k' })).rejects.toMatchObject({
      kind: 'conflict',
      code: 'upload-key-reused',
    });
  });

  it('may have so many records, and come so often', async () => {
    const { push, pass } = await inbox({ maxOperations: 2, callsPer5Seconds: 3, callsPerDay: 4 });
    const one = [{ externalId: '7' }];
    await expect(push([...one, ...one, ...one])).rejects.toMatchObject({
      kind: 'invalid',
      code: 'upload-too-large',
    });
    for (let call = 0; call < 3; call++) await push(one);
    const soon = { kind: 'throttled', code: 'upload-throttled', retryAfterSeconds: 5 };
    await expect(push(one)).rejects.toMatchObject(soon);
    pass(5);
    await push(one);
    await expect(push(one)).rejects.toMatchObject({ kind: 'throttled', retryAfterSeconds: 86_395 });
    pass(86_395);
    await push(one);
  });
});

it('is read from where one was, and never says that somebody is gone', async () => {
  const { push, connector } = await inbox({ maxOperations: 1000 });
  for (const from of [0, 1000])
    await push(Array.from({ length: 600 }, (_, index) => ({ externalId: `${from + index}` })));
  const pages = await Array.fromAsync(connector.read?.('user', { signal }) ?? []);
  expect(pages.map(({ changes, complete }) => [changes.length, complete])).toEqual([
    [500, undefined],
    [500, undefined],
    [200, true],
  ]);
  const middle = pages[0]?.watermark ?? '';
  const from = (continues?: true) =>
    Array.fromAsync(
      connector.readChanges?.('user', middle, { signal, ...(continues && { continues }) }) ?? [],
    );
  await expect(from()).rejects.toMatchObject({ kind: 'watermark-expired' });
  expect((await from(true)).map(({ changes }) => changes.length)).toEqual([500, 200]);
  await expect(
    Array.fromAsync(connector.readChanges?.('user', 'x', { signal }) ?? []),
  ).rejects.toMatchObject({ kind: 'watermark-expired' });
  await expect(Array.fromAsync(connector.read?.('group', { signal }) ?? [])).rejects.toMatchObject({
    code: 'unknown-kind',
  });
});

it('comes to the same however it is cut into uploads, and sent again it changes nothing', async () => {
  const text = fc.constantFrom('a', 'b', '', null);
  const record = fc.record(
    {
      externalId: fc.constantFrom('7', '8'),
      title: text,
      name: fc.record({ givenName: text, familyName: text }, { requiredKeys: [] }),
      phoneNumbers: fc.array(fc.record({ value: fc.constantFrom('1', '2') }), { maxLength: 2 }),
      [CUSTOM]: fc.record({ badge: text, floor: fc.integer({ min: 1, max: 2 }) }),
    },
    { requiredKeys: ['externalId'] },
  );
  const records = fc.array(record, { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(records, fc.nat(5), async (all, cut) => {
      const whole = await inbox();
      const parts = await inbox();
      await whole.push(all);
      await parts.push(all.slice(0, cut));
      await parts.push(all.slice(cut));
      const held = await whole.held();
      expect(await parts.held()).toEqual(held);
      const last = [...new Map(all.map((one) => [one.externalId, one])).values()];
      expect((await whole.push(last)).map(({ status }) => status)).toEqual(
        last.map(() => 'unchanged'),
      );
      expect(await whole.held()).toEqual(held);
    }),
    { numRuns: 60 },
  );
});
