/** What every connector keeps, as tests: each registers them for its own system. */

import { describe, expect, it } from 'vitest';
import type {
  Attributes,
  AttributeValue,
  Change,
  IdentityRecord,
  ObjectKind,
  Scalar,
} from '../../identity/record.ts';
import type { AttributeChange, ChangePage, Connector, Watermark } from './connector.ts';
import { ConnectorError } from './error.ts';

/** A system of its own for one test, with at least one object of the kind. */
export interface Subject {
  readonly connector: Connector;
  readonly system: string;
  readonly kind: ObjectKind;
  /** What must not show in any message. */
  readonly secrets: readonly string[];
  /** Changes, adds and removes something in the system. */
  readonly change?: () => void | Promise<void>;
  /** A path the system finds by, with one value for each case. */
  readonly find?: {
    readonly path: string;
    readonly one: Scalar;
    readonly none: Scalar;
    readonly several?: Scalar;
  };
  /** A new object by path, and a change of it. */
  readonly write?: { readonly create: Attributes; readonly change: AttributeChange };
  /** From here on nothing works: wrong credentials, no network, no file. Absent: it is our own store. */
  readonly break?: () => void | Promise<void>;
}

const OPERATIONS: readonly string[] = [
  'addMembers',
  'check',
  'create',
  'delete',
  'describe',
  'filters',
  'find',
  'get',
  'read',
  'readChanges',
  'receive',
  'removeMembers',
  'search',
  'update',
  'uploads',
];

/** What a connector says of itself and of its system. */
const FACTS: readonly string[] = ['traits', 'servedAs', 'postbox'];

/** @param make Called for every test; systems must not share state. */
export function connectorContract(name: string, make: () => Promise<Subject>): void {
  describe(`${name} keeps the contract`, () => {
    const { signal } = new AbortController();

    it('has what it offers, and nothing in place of what it does not', async () => {
      const { connector } = await make();
      const offered = Object.entries(connector).filter(([key]) => !FACTS.includes(key));
      expect(offered.map(([key]) => key).filter((key) => !OPERATIONS.includes(key))).toEqual([]);
      expect(offered.filter(([, operation]) => typeof operation !== 'function')).toEqual([]);
      if (connector.readChanges !== undefined) expect(connector.read).toBeDefined();
      expect(connector.addMembers === undefined).toBe(connector.removeMembers === undefined);
      if (connector.filters !== undefined) expect(connector.search).toBeDefined();
      expect(connector.receive === undefined).toBe(connector.uploads === undefined);
      await connector[Symbol.asyncDispose]();
    });

    it('checks a system that works without a failure', async () => {
      const { connector } = await make();
      const findings = await connector.check({ signal });
      expect(findings.length).toBeGreaterThan(0);
      expect(findings.filter(({ status }) => status === 'failed')).toEqual([]);
    });

    it('describes the kind it reads, with each path once', async () => {
      const { connector, kind } = await make();
      if (connector.describe === undefined) return;
      const { kinds } = await connector.describe({ signal });
      const paths = kinds.find((each) => each.kind === kind)?.attributes.map(({ path }) => path);
      expect(paths?.length).toBeGreaterThan(0);
      expect(new Set(paths).size).toBe(paths?.length);
    });

    it('reads to the end, and says so on the last page alone', async () => {
      const { connector, system, kind } = await make();
      if (connector.read === undefined) return;
      const pages = await pagesOf(connector.read(kind, { signal }));
      expect(pages.map(({ complete }) => complete ?? false)).toEqual(
        pages.map((_, index) => index === pages.length - 1),
      );
      const records = presentIn(pages);
      expect(records.length).toBeGreaterThan(0);
      for (const { ref, attributes } of records) {
        expect(ref).toEqual({ system, kind, id: expect.stringMatching(/./) });
        expect(nothings(attributes)).toEqual([]);
      }
    });

    it('says the same again: a page absorbed twice is a page absorbed once', async () => {
      const { connector, kind } = await make();
      if (connector.read === undefined) return;
      const pages = await pagesOf(connector.read(kind, { signal }));
      const again = await pagesOf(connector.read(kind, { signal }));
      const once = absorbed(pages);
      expect(absorbed([...pages, ...pages])).toEqual(once);
      expect(absorbed(again)).toEqual(once);
    });

    it('has no changes to tell as long as there are none', async () => {
      const { connector, kind } = await make();
      if (connector.read === undefined || connector.readChanges === undefined) return;
      const pages = await pagesOf(connector.read(kind, { signal }));
      if (tracksNothing(pages)) return;
      const watermark = lastWatermark(pages);
      const changes = await pagesOf(connector.readChanges(kind, watermark, { signal }));
      expect(changes.flatMap((page) => page.changes)).toEqual([]);
    });

    it('tells changes that add up to what a full reading shows', async () => {
      const { connector, kind, change } = await make();
      const { read, readChanges } = connector;
      if (read === undefined || readChanges === undefined || change === undefined) return;
      const first = await pagesOf(read(kind, { signal }));
      await change();
      const later = await pagesOf(readChanges(kind, lastWatermark(first), { signal }));
      expect(later.flatMap((page) => page.changes).length).toBeGreaterThan(0);
      const now = await pagesOf(read(kind, { signal }));
      expect(absorbed([...first, ...later])).toEqual(absorbed(now));
      const after = await pagesOf(readChanges(kind, lastWatermark(later), { signal }));
      expect(after.flatMap((page) => page.changes)).toEqual([]);
    });

    it('stops on its signal, with the reason of that', async () => {
      const { connector, kind } = await make();
      if (connector.read === undefined) return;
      const reason = new Error('stopped by a person');
      const reading = connector.read(kind, { signal: AbortSignal.abort(reason) });
      await expect(pagesOf(reading)).rejects.toBe(reason);
    });

    it('finds the one object with a value, none, or refuses to choose', async () => {
      const { connector, kind, find } = await make();
      if (connector.find === undefined || find === undefined) return;
      const found = await connector.find(kind, find.path, find.one, { signal });
      expect(found?.ref.kind).toBe(kind);
      expect(await connector.find(kind, find.path, find.none, { signal })).toBeUndefined();
      if (find.several === undefined) return;
      await expect(connector.find(kind, find.path, find.several, { signal })).rejects.toMatchObject(
        { kind: 'ambiguous' },
      );
    });

    it('gets an object by its reference, and nothing for one that is not there', async () => {
      const { connector, system, kind, find } = await make();
      if (connector.get === undefined) return;
      const nobody = { system, kind, id: '00000000-0000-4000-8000-000000000000' };
      expect(await connector.get(nobody, { signal })).toBeUndefined();
      if (connector.find === undefined || find === undefined) return;
      const found = await connector.find(kind, find.path, find.one, { signal });
      if (found !== undefined) expect(await connector.get(found.ref, { signal })).toEqual(found);
    });

    it('creates, changes what is named and nothing else, deletes once', async () => {
      const { connector, system, kind, write } = await make();
      if (connector.create === undefined || write === undefined) return;
      const created = await connector.create(kind, write.create, { signal });
      expect(created.ref).toEqual({ system, kind, id: expect.stringMatching(/./) });
      if (connector.update !== undefined) {
        const changed = await connector.update(created.ref, [write.change], { signal });
        expect(changed.ref).toEqual(created.ref);
        expect(changed.attributes).not.toEqual(created.attributes);
        const back: AttributeChange = {
          path: write.change.path,
          ...(write.change.after === undefined ? {} : { before: write.change.after }),
          ...(write.change.before === undefined ? {} : { after: write.change.before }),
        };
        const restored = await connector.update(created.ref, [back], { signal });
        expect(restored.attributes).toEqual(created.attributes);
      }
      if (connector.delete === undefined) return;
      await connector.delete(created.ref, { signal });
      await expect(connector.delete(created.ref, { signal })).rejects.toMatchObject({
        kind: 'missing',
      });
      expect(await connector.get?.(created.ref, { signal })).toBeUndefined();
    });

    it('fails with a named error that holds no secret, and its check throws nothing', async () => {
      const subject = await make();
      if (subject.break === undefined) return;
      await subject.break();
      for (const error of await failuresOf(subject, signal)) {
        expect(error).toBeInstanceOf(ConnectorError);
        const { code, message } = error as ConnectorError;
        expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
        expect(message.length).toBeLessThan(2000);
        expect(subject.secrets.filter((secret) => everythingOf(error).includes(secret))).toEqual(
          [],
        );
      }
      const findings = await subject.connector.check({ signal });
      expect(findings.some(({ status }) => status === 'failed')).toBe(true);
      expect(subject.secrets.filter((secret) => JSON.stringify(findings).includes(secret))).toEqual(
        [],
      );
    });
  });
}

async function failuresOf(
  { connector, kind, find, write }: Subject,
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  const { read, create } = connector;
  const attempts: readonly (() => Promise<unknown>)[] = [
    ...(read === undefined ? [] : [() => pagesOf(read(kind, { signal }))]),
    ...(connector.find === undefined || find === undefined
      ? []
      : [async () => connector.find?.(kind, find.path, find.one, { signal })]),
    ...(create === undefined || write === undefined
      ? []
      : [() => create(kind, write.create, { signal })]),
  ];
  const failures: unknown[] = [];
  for (const attempt of attempts)
    failures.push(
      await attempt().then(
        () => new Error('nothing failed'),
        (error: unknown) => error,
      ),
    );
  return failures;
}

/** All that a log could show of an error, its causes included. */
function everythingOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return [error.message, error.stack, JSON.stringify(error), everythingOf(error.cause)].join('\n');
}

async function pagesOf(reading: AsyncIterable<ChangePage>): Promise<readonly ChangePage[]> {
  const pages: ChangePage[] = [];
  for await (const page of reading) pages.push(page);
  return pages;
}

/** `readChanges` is there to take up an interrupted reading, and for nothing else. */
function tracksNothing(pages: readonly ChangePage[]): boolean {
  return pages.at(-1)?.watermark === undefined;
}

function lastWatermark(pages: readonly ChangePage[]): Watermark {
  const watermark = pages.at(-1)?.watermark;
  if (watermark === undefined) throw new Error('the last page has no watermark');
  return watermark;
}

function presentIn(pages: readonly ChangePage[]): readonly IdentityRecord[] {
  return pages.flatMap(({ changes }) =>
    changes.flatMap((change) => (change.type === 'present' ? [change.record] : [])),
  );
}

/** What is known once the pages are absorbed, with unseen objects absent after a listing. */
function absorbed(pages: readonly ChangePage[]): Readonly<Record<string, unknown>> {
  let known = new Map<string, Attributes>();
  let members = new Map<string, ReadonlySet<string>>();
  let seen = new Set<string>();
  for (const { changes, complete } of pages) {
    for (const change of changes) {
      seen.add(keyOf(change));
      absorb(change, known, members);
    }
    if (complete === undefined) continue;
    known = new Map([...known].filter(([key]) => seen.has(key)));
    members = new Map([...members].filter(([key]) => seen.has(key)));
    seen = new Set();
  }
  const sorted = [...members].map(([key, ids]) => [key, [...ids].sort()] as const);
  return { records: Object.fromEntries(known), members: Object.fromEntries(sorted) };
}

function absorb(
  change: Change,
  known: Map<string, Attributes>,
  members: Map<string, ReadonlySet<string>>,
): void {
  const key = keyOf(change);
  switch (change.type) {
    case 'present':
      known.set(key, change.record.attributes);
      break;
    case 'patch': {
      const kept = Object.entries(known.get(key) ?? {}).filter(
        ([name]) => !change.cleared.includes(name),
      );
      known.set(key, { ...Object.fromEntries(kept), ...change.set });
      break;
    }
    case 'members': {
      const gone = new Set(change.removed.map(({ id }) => id));
      const stay = [...(members.get(key) ?? [])].filter((id) => !gone.has(id));
      members.set(key, new Set([...stay, ...change.added.map(({ id }) => id)]));
      break;
    }
    case 'absent':
      known.delete(key);
      members.delete(key);
      break;
    case 'assignments':
      break;
  }
}

function keyOf(change: Change): string {
  switch (change.type) {
    case 'present':
      return change.record.ref.id;
    case 'patch':
    case 'absent':
      return change.ref.id;
    case 'members':
      return change.group.id;
    case 'assignments':
      return change.application;
  }
}

/** Paths at which stands what no record of ours holds: null, undefined, empty texts and lists. */
function nothings(value: AttributeValue | undefined, path = ''): readonly string[] {
  if (value === undefined || value === null || value === '') return [path];
  if (typeof value !== 'object') return [];
  const parts = Object.entries(value);
  if (parts.length === 0) return [path];
  return parts.flatMap(([name, part]) => nothings(part, `${path}/${name}`));
}
