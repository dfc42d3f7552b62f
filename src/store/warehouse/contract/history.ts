import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Identity } from '../../../identity/identity.ts';
import type { Attributes, Change } from '../../../identity/record.ts';
import { DecisionRefusal } from '../../../warehouse/decision.ts';
import { type HistoryEntry, inOrder } from '../../../warehouse/history.ts';
import {
  ENTRA,
  employee,
  HR,
  NOW,
  type Office,
  type OpenDatabase,
  office,
  present,
  record,
  user,
} from './office.ts';

const later = (minutes: number): Date => new Date(NOW.getTime() + minutes * 60_000);

const clerk = (id: string, attributes: Attributes): Change =>
  present(user('hr', id), { employeeId: id, ...attributes });

async function idOf({ warehouse }: Office, employeeId: string): Promise<string> {
  const [person] = await warehouse.findPerson(employeeId);
  if (!person) throw new Error(`nobody has the number ${employeeId}`);
  return person.id;
}

async function told({ warehouse }: Office, id: string): Promise<readonly HistoryEntry[]> {
  const entries: HistoryEntry[] = [];
  for await (const entry of warehouse.history(id)) entries.push(entry);
  return entries;
}

export function historyContract(open: OpenDatabase): void {
  describe('the history of an identity', () => {
    it('says what changed, when, by which record and in which run', async () => {
      await using contoso = await office(open);
      await contoso.read('hr', 'user', [clerk('7', { department: 'R&D', title: 'Engineer' })]);
      contoso.clock(later(5));
      await contoso.read('hr', 'user', [clerk('7', { department: 'Sales' })], { run: 'run-2' });
      const id = await idOf(contoso, '7');
      const ref = user('hr', '7');
      expect(await told(contoso, id)).toEqual([
        {
          at: later(5),
          type: 'changed',
          cause: { type: 'reading', system: 'hr', kind: 'user', run: 'run-2' },
          records: [ref],
          changes: [
            { path: 'department', before: 'R&D', after: 'Sales', from: 'hr', origin: 'hr' },
            { path: 'title', before: 'Engineer', from: 'hr' },
          ],
          linked: [],
          unlinked: [],
        },
        {
          at: NOW,
          type: 'made',
          cause: { type: 'reading', system: 'hr', kind: 'user' },
          records: [ref],
          changes: [
            { path: 'department', after: 'R&D', origin: 'hr' },
            { path: 'employeeId', after: '7', origin: 'hr' },
            { path: 'title', after: 'Engineer', origin: 'hr' },
          ],
          linked: [{ ref }],
          unlinked: [],
        },
      ]);
    });

    it('shows who somebody was at any moment', async () => {
      await using contoso = await office(open);
      await contoso.read('hr', 'user', [clerk('7', { department: 'R&D' })]);
      const id = await idOf(contoso, '7');
      const first = await contoso.warehouse.identity(id);
      contoso.clock(later(5));
      await contoso.read('entra', 'user', [employee('7', { department: 'Research' })]);
      contoso.clock(later(10));
      await contoso.read('hr', 'user', [{ type: 'absent', ref: user('hr', '7') }], {
        mode: 'changes',
      });
      const { warehouse } = contoso;
      expect(await warehouse.identityAt(id, later(-1))).toBeUndefined();
      expect(await warehouse.identityAt(id, later(4))).toEqual(first);
      expect(await warehouse.identityAt(id, later(7))).toMatchObject({
        attributes: { department: 'R&D', mail: '7@contoso.com' },
        origins: { department: 'hr', mail: 'entra' },
        links: [user('entra', 'entra-7'), user('hr', '7')],
      });
      expect(await warehouse.identityAt(id, later(11))).toMatchObject({
        attributes: { department: 'Research' },
        origins: { department: 'entra' },
        links: [user('entra', 'entra-7')],
      });
    });

    it('remembers who was merged, and who became two again', async () => {
      await using contoso = await office(open);
      await contoso.read('hr', 'user', [clerk('7', { title: 'Engineer' }), clerk('8', {})]);
      const [kept, other] = [await idOf(contoso, '7'), await idOf(contoso, '8')];
      const { warehouse } = contoso;
      const both = await warehouse.identity(other);
      contoso.clock(later(5));
      // Two records of one system cannot be one person's.
      await contoso.read('hr', 'user', [{ type: 'absent', ref: user('hr', '7') }], CHANGES);
      await contoso.read('entra', 'user', [employee('9')], CHANGES);
      const third = await idOf(contoso, '9');
      contoso.clock(later(10));
      const merged = await warehouse.mergePeople(other, third);
      expect((await told(contoso, third))[0]).toMatchObject({
        type: 'ended',
        cause: { type: 'decision', decision: merged.id },
        unlinked: [{ ref: user('entra', 'entra-9'), other }],
      });
      expect((await told(contoso, other))[0]).toMatchObject({
        type: 'changed',
        linked: [{ ref: user('entra', 'entra-9'), other: third }],
      });
      contoso.clock(later(15));
      await warehouse.undoDecision(merged.id);
      expect((await told(contoso, third)).map(({ type }) => type)).toEqual([
        'made',
        'ended',
        'made',
      ]);
      expect(await warehouse.identityAt(other, later(4))).toEqual(both);
      expect(await warehouse.identityAt(third, later(12))).toBeUndefined();
      expect(await warehouse.identityAt(third, later(16))).toMatchObject({
        links: [user('entra', 'entra-9')],
      });
      expect((await warehouse.identityAt(kept, later(7)))?.present).toBe(false);
    });

    it('is forgotten from its beginning, and exact in what is left', async () => {
      await using contoso = await office(open);
      const { warehouse } = contoso;
      const years = ['R&D', 'Sales', 'Legal', 'Finance'];
      for (const [index, department] of years.entries()) {
        contoso.clock(later(index * 10));
        await contoso.read('hr', 'user', [clerk('7', { department })]);
      }
      const id = await idOf(contoso, '7');
      expect(await warehouse.pruneHistory(later(15), 0)).toBe(true);
      while (await warehouse.pruneHistory(later(15), 1));
      expect(await warehouse.pruneHistory(later(15), 0)).toBe(false);
      expect(await warehouse.historySince()).toEqual(later(15));
      expect((await told(contoso, id)).map(({ at }) => at)).toEqual([later(30), later(20)]);
      const then = await Promise.all(
        [16, 25, 35].map((minutes) => warehouse.identityAt(id, later(minutes))),
      );
      expect(then.map((identity) => identity?.attributes.department)).toEqual(years.slice(1));
    });

    it('begins when a store of an earlier version is opened', async () => {
      await using contoso = await office(open);
      await contoso.read('hr', 'user', [clerk('7', {})]);
      await contoso.database.run("delete from fingerprint where name = 'history'");
      contoso.clock(later(5));
      expect(await (await contoso.again()).historySince()).toEqual(later(5));
    });

    it('replayed to any moment shows what was there then', { timeout: 60_000 }, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(event, { minLength: 3, maxLength: 14 }), async (events) => {
          await using contoso = await office(open);
          const moments: Moment[] = [];
          for (const [index, happens] of events.entries()) {
            contoso.clock(later(index));
            await happens(contoso);
            moments.push({ at: later(index), everybody: await everybody(contoso) });
          }
          const ids = new Set(moments.flatMap(({ everybody: them }) => [...them.keys()]));
          for (const id of ids) {
            const expected = moments.map(({ everybody: them }) => them.get(id));
            const replayed = await Promise.all(
              moments.map(({ at }) => contoso.warehouse.identityAt(id, at)),
            );
            expect(replayed).toEqual(expected);
            expect(await contoso.warehouse.identityAt(id, later(-1))).toBeUndefined();
          }
        }),
        { numRuns: 5 },
      );
    });
  });
}

const CHANGES = { mode: 'changes' } as const;

interface Moment {
  readonly at: Date;
  readonly everybody: ReadonlyMap<string, Identity>;
}

async function everybody({ warehouse, database }: Office): Promise<Moment['everybody']> {
  const rows = await database.all<{ readonly id: string }>('select id from identity order by id');
  const found = await Promise.all(rows.map(({ id }) => warehouse.identity(id)));
  return new Map(
    found.flatMap((one) => (one ? [[one.id, { ...one, links: inOrder(one.links) }]] : [])),
  );
}

type Event = (office: Office) => Promise<unknown>;

const number = fc.constantFrom('1', '2', '3');
const department = fc.constantFrom('R&D', 'Sales', undefined);
const values = fc.record({ department, title: fc.constantFrom('Engineer', 'Lead', undefined) });

const hired = fc.tuple(number, values, number).map(
  ([id, { department: at, title }, manager]): Event =>
    ({ read }) =>
      read(
        'hr',
        'user',
        [clerk(id, given({ department: at, title, manager: boss(manager) }))],
        CHANGES,
      ),
);

const read = fc.tuple(number, values).map(
  ([id, more]): Event =>
    (contoso) =>
      contoso.read('entra', 'user', [employee(id, given(more))], CHANGES),
);

const gone = fc.tuple(number, fc.constantFrom('hr', 'entra'), fc.boolean()).map(
  ([id, system, recoverable]): Event =>
    (contoso) => {
      const ref = user(system, system === 'hr' ? id : `entra-${id}`);
      const change = { type: 'absent', ref, ...(recoverable && { recoverable }) } as const;
      return contoso.read(system, 'user', [change], CHANGES);
    },
);

const account = fc.tuple(number, fc.constantFrom('written', 'moved', 'deleted', 'unlinked')).map(
  ([id, what]): Event =>
    async (contoso) => {
      const [person] = await contoso.warehouse.findPerson(id);
      if (person === undefined) return;
      const ref = user('ramp', what === 'moved' ? `other-${id}` : `ramp-${id}`);
      if (what === 'deleted') return contoso.settle(id, { type: 'deleted' });
      if (what === 'unlinked') {
        const theirs = person.links.find(({ system }) => system === 'ramp');
        return theirs && contoso.settle(id, { type: 'unlinked', account: theirs });
      }
      return contoso.settle(id, {
        type: 'written',
        record: record(ref, { userName: id }),
        asked: {},
      });
    },
);

const decided = fc.tuple(number, number, fc.constantFrom('merge', 'unmerge', 'undo')).map(
  ([a, b, what]): Event =>
    async (contoso) => {
      const { warehouse } = contoso;
      const [[one], [other], [last]] = await Promise.all([
        warehouse.findPerson(a),
        warehouse.findPerson(b),
        warehouse.decisions(1),
      ]);
      // What cannot be decided so is refused, and changes nothing.
      const refused = (error: unknown): void => expect(error).toBeInstanceOf(DecisionRefusal);
      if (what === 'merge' && one && other) {
        await warehouse.mergePeople(one.id, other.id).catch(refused);
      }
      if (what === 'unmerge' && one) await warehouse.unmergePerson(one.id).catch(refused);
      if (what === 'undo' && last) await warehouse.undoDecision(last.id).catch(refused);
    },
);

/** Other rules: Entra ID has the say about departments from then on. */
const ruled = fc.boolean().map(
  (entraFirst): Event =>
    async (contoso) => {
      const first = { ...ENTRA, precedence: { department: 0 } };
      const warehouse = await contoso.again({ sources: [HR, entraFirst ? first : ENTRA] });
      while (await warehouse.expandMarkers('ramp'));
    },
);

const event: fc.Arbitrary<Event> = fc.oneof(
  { arbitrary: hired, weight: 4 },
  { arbitrary: read, weight: 4 },
  { arbitrary: gone, weight: 3 },
  { arbitrary: account, weight: 2 },
  { arbitrary: decided, weight: 2 },
  { arbitrary: ruled, weight: 1 },
);

function boss(id: string): Attributes[string] {
  return { $ref: user('hr', id) };
}

/** What has a value. */
function given(values: Readonly<Record<string, Attributes[string] | undefined>>): Attributes {
  const entries = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return Object.fromEntries(entries);
}
