/** A page in its own order, cut where a transaction would become long. */

import type { ChangePage } from '../connectors/spi/index.ts';
import type { Change } from '../identity/record.ts';
import type { Prepared, RecordChange } from './absorb.ts';
import type { AssignmentsChange } from './assignments.ts';
import type { MembersChange } from './members.ts';

/** Records of one transaction: about a tenth of a second. */
export const RECORDS_PER_STEP = 1000;
const MEMBERS_PER_STEP = 500;

export type Step =
  | {
      readonly type: 'records';
      readonly changes: readonly RecordChange[];
      /** Worked out when it is first asked for, and kept. */
      readonly prepared: () => readonly Prepared[];
    }
  | { readonly type: 'members'; readonly changes: readonly MembersChange[] }
  | { readonly type: 'assignments'; readonly change: AssignmentsChange };

export type RecordStep = Extract<Step, { readonly type: 'records' }>;

export interface Steps {
  of(page: ChangePage): readonly Step[];
  /** The same, once more for whoever takes the page later. */
  ahead(page: ChangePage): readonly Step[];
}

/** Steps of pages, some of them before their turn. */
export function openSteps(
  prepare: (changes: readonly RecordChange[]) => readonly Prepared[],
): Steps {
  const known = new WeakMap<ChangePage, readonly Step[]>();
  return {
    of: (page) => {
      const steps = known.get(page) ?? inSteps(page.changes, prepare);
      known.delete(page);
      return steps;
    },
    ahead: (page) => {
      const steps = known.get(page) ?? inSteps(page.changes, prepare);
      known.set(page, steps);
      return steps;
    },
  };
}

function inSteps(
  changes: readonly Change[],
  prepare: (changes: readonly RecordChange[]) => readonly Prepared[],
): readonly Step[] {
  const steps: Step[] = [];
  let records: RecordChange[] | undefined;
  let members: MembersChange[] | undefined;
  let room = 0;
  for (const change of changes) {
    switch (change.type) {
      case 'assignments':
        steps.push({ type: 'assignments', change });
        records = members = undefined;
        break;
      case 'members':
        records = undefined;
        for (const part of parts(change)) {
          const size = part.added.length + part.removed.length;
          if (!members || room < size) {
            members = [];
            room = MEMBERS_PER_STEP;
            steps.push({ type: 'members', changes: members });
          }
          members.push(part);
          room -= size;
        }
        break;
      case 'present':
      case 'patch':
      case 'absent':
        members = undefined;
        if (!records || records.length >= RECORDS_PER_STEP) {
          records = [];
          steps.push(recordStep(records, prepare));
        }
        records.push(change);
    }
  }
  return steps;
}

function recordStep(
  changes: readonly RecordChange[],
  prepare: (changes: readonly RecordChange[]) => readonly Prepared[],
): Step {
  let kept: readonly Prepared[] | undefined;
  return {
    type: 'records',
    changes,
    prepared: () => {
      kept ??= prepare(changes);
      return kept;
    },
  };
}

function* parts(change: MembersChange): Generator<MembersChange> {
  const { added, removed } = change;
  const longest = Math.max(added.length, removed.length);
  if (longest <= MEMBERS_PER_STEP) return yield change;
  for (let from = 0; from < longest; from += MEMBERS_PER_STEP) {
    const to = from + MEMBERS_PER_STEP;
    yield { ...change, added: added.slice(from, to), removed: removed.slice(from, to) };
  }
}
