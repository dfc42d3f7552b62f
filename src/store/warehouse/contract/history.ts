import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Identity } from '../../../identity/identity.ts';
import type { Attributes, Change } from '../../../identity/record.ts';
import type { HistoryEntry } from '../../../warehouse/history.ts';
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
  });
}
