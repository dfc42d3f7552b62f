/** A warehouse that does not take the records of whoever was erased and suppressed. */

import type { ChangePage } from '../connectors/spi/index.ts';
import type { Change, ObjectRef } from '../identity/record.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import type { PrivacyStore } from './privacy-storage.ts';

type Suppressions = Pick<PrivacyStore, 'suppressed'>;

export function withoutSuppressed(warehouse: Warehouse, privacy: Suppressions): Warehouse {
  return {
    ...warehouse,
    absorb: async (reading, page, absorbing) =>
      warehouse.absorb(reading, await allowedOf(page, privacy), absorbing),
    observe: async (records) => {
      const suppressed = await privacy.suppressed(records.map(({ ref }) => ref));
      await warehouse.observe(records.filter((_, index) => !suppressed.has(index)));
    },
  };
}

async function allowedOf(page: ChangePage, privacy: Suppressions): Promise<ChangePage> {
  const refs = page.changes.flatMap(refsOf);
  const found = await privacy.suppressed(refs);
  if (found.size === 0) return page;
  const suppressed = new Set([...found].map((index) => keyOf(refs[index])));
  const isAllowed = (ref: ObjectRef): boolean => !suppressed.has(keyOf(ref));
  return { ...page, changes: page.changes.flatMap((change) => allowed(change, isAllowed)) };
}

function refsOf(change: Change): readonly ObjectRef[] {
  switch (change.type) {
    case 'present':
      return [change.record.ref];
    case 'patch':
    case 'absent':
      return [change.ref];
    case 'members':
      return change.added;
    case 'assignments':
      return change.assignments.map(({ principal }) => principal);
  }
}

function allowed(change: Change, isAllowed: (ref: ObjectRef) => boolean): readonly Change[] {
  switch (change.type) {
    case 'present':
      return isAllowed(change.record.ref) ? [change] : [];
    case 'patch':
    case 'absent':
      return isAllowed(change.ref) ? [change] : [];
    case 'members':
      return [{ ...change, added: change.added.filter(isAllowed) }];
    case 'assignments':
      return [
        {
          ...change,
          assignments: change.assignments.filter(({ principal }) => isAllowed(principal)),
        },
      ];
  }
}

function keyOf(ref: ObjectRef | undefined): string {
  return JSON.stringify([ref?.system, ref?.kind, ref?.id]);
}
