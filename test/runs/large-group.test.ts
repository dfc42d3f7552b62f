/** A group of 20,000: streamed in portions when it is new, and one operation for one change. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { connectorTypes, openEngine } from '../../src/compose.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import type { Change, ObjectRef } from '../../src/identity/record.ts';
import type { Engine, Watch } from '../../src/sync/engine.ts';
import { reconcile } from '../../src/sync/reconcile.ts';
import { runSync } from '../../src/sync/run.ts';

const MEMBERS = 20_000;
const PAGE = 1000;
/** What a directory takes at once. */
const PORTION = 500;

const DOCUMENT = `
store: ./data
systems:
  inbox: { connector: directory, read: { user: {}, group: {} } }
  app:
    connector: directory
    write:
      user: { match: [userName], map: { userName: "[userPrincipalName]" } }
      group: { match: [displayName], map: { displayName: "[displayName]" } }
`;

const everybody: ObjectRef = { system: 'inbox', kind: 'group', id: 'everybody' };

function person(index: number): ObjectRef {
  return { system: 'inbox', kind: 'user', id: `u${index}` };
}

async function largeCompany(folder: string): Promise<Engine> {
  const file = path.join(folder, 'lockstep.yaml');
  await writeFile(file, DOCUMENT);
  const loaded = await loadConfiguration(file, {
    env: {},
    connectors: connectorTypes(),
    profiles: path.resolve(import.meta.dirname, '../../profiles'),
  });
  if (!loaded.ok) throw new Error(loaded.problems.map(({ message }) => message).join('\n'));
  return openEngine(loaded.value);
}

async function absorb(
  { warehouse }: Engine,
  kind: 'user' | 'group',
  mode: 'full' | 'changes',
  changes: readonly Change[],
): Promise<void> {
  const reading = await warehouse.beginReading('inbox', kind, mode);
  await warehouse.absorb(reading, { changes });
  await warehouse.endReading(reading, mode === 'full');
}

/** Everybody has an account already: how people are created is not what is measured. */
async function giveAccounts({ warehouse, now }: Engine): Promise<void> {
  for (;;) {
    const people = (await warehouse.due('app', now(), PAGE)).filter(
      ({ identity }) => identity.kind === 'user',
    );
    if (people.length === 0) return;
    await warehouse.settle(
      'app',
      people.map((subject) => {
        const name = String(subject.identity.attributes.userPrincipalName);
        const record = {
          ref: { system: 'app', kind: 'user', id: `app-${name}` },
          attributes: { userName: name },
        };
        return { subject, settlement: { type: 'written', record, asked: { userName: name } } };
      }),
    );
  }
}

async function identityOf({ warehouse }: Engine, name: string): Promise<string> {
  const [found] = await warehouse.findPerson(name, 'group');
  return found?.id ?? name;
}

it('a new group of 20,000 comes in portions, and one change in it is one operation', {
  timeout: 120_000,
}, async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'lockstep-large-'));
  try {
    await using engine = await largeCompany(folder);
    const pages = Array.from({ length: MEMBERS / PAGE }, (_, page) =>
      Array.from({ length: PAGE }, (__, index) => person(page * PAGE + index)),
    );
    const group = { ref: everybody, attributes: { displayName: 'Everybody' } };
    await absorb(engine, 'group', 'full', [
      { type: 'present', record: group },
      ...pages.map((added): Change => ({ type: 'members', group: everybody, added, removed: [] })),
    ]);
    await absorb(
      engine,
      'user',
      'full',
      pages.flat().map((ref) => ({
        type: 'present',
        record: { ref, attributes: { userName: `${ref.id}@contoso.com` } },
      })),
    );
    await giveAccounts(engine);

    const watch: Watch = { signal: new AbortController().signal, progress: () => {} };
    const run = async () => {
      const began = performance.now();
      const report = await runSync(engine, { systems: ['app'], trigger: 'command' }, watch);
      return { done: report.targets[0]?.done, milliseconds: performance.now() - began };
    };
    const first = await run();
    expect(first.done).toEqual({ create: 1, 'add-members': MEMBERS / PORTION });
    expect(await engine.warehouse.heldMemberships('app')).toBe(MEMBERS);
    expect(first.milliseconds).toBeLessThan(10_000);

    await absorb(engine, 'group', 'changes', [
      { type: 'members', group: everybody, added: [], removed: [person(7)] },
    ]);
    const change = await run();
    expect(change.done).toEqual({ 'remove-members': 1 });
    expect(change.milliseconds).toBeLessThan(first.milliseconds / 4);
    expect(await engine.warehouse.heldMemberships('app')).toBe(MEMBERS - 1);

    // Whom somebody took out of it by hand is found among all the others.
    const { signal } = watch;
    const connector = await engine.connector('app');
    const account = await engine.warehouse.accountOf('app', await identityOf(engine, 'Everybody'));
    const taken = { system: 'app', kind: 'user', id: 'app-u9@contoso.com' };
    await connector.removeMembers?.(account ?? everybody, [taken], { signal });
    const later = { ...engine, now: () => new Date(engine.now().getTime() + 60_000) };
    const found = await reconcile(later, { system: 'app', trigger: 'command' }, watch);
    expect(found.compared.map(({ members }) => members)).toContainEqual({ shown: MEMBERS - 2 });
    expect(found.found).toContainEqual({
      type: 'member-removed',
      path: 'members',
      state: 'open',
      count: 1,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
