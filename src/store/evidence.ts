/** What the planner had before it, as compact as it is kept beside each operation. */

import type { Attributes, ObjectRef } from '../identity/record.ts';
import type { Evidence } from '../plan/evidence.ts';

interface Stored {
  readonly since?: number;
  readonly records?: readonly (readonly [system: string, kind: string, id: string])[];
  /** Only where it is false. */
  readonly present?: false;
  readonly seen?: Attributes;
  readonly assigned?: NonNullable<Evidence['assigned']>;
  readonly foundBy?: string;
}

export function evidenceText(evidence: Evidence): string {
  const { since, records, present, seen, assigned, foundBy } = evidence;
  const stored: Stored = {
    ...(since !== undefined && { since: since.getTime() }),
    ...(records.length > 0 && { records: records.map(tripleOf) }),
    ...(!present && { present: false }),
    ...(isEmpty(seen) ? {} : { seen }),
    ...(assigned !== undefined && { assigned }),
    ...(foundBy !== undefined && { foundBy }),
  };
  return JSON.stringify(stored);
}

export function evidenceIn(text: string): Evidence {
  const { since, records = [], present = true, seen = {}, ...rest } = JSON.parse(text) as Stored;
  return {
    ...(since !== undefined && { since: new Date(since) }),
    records: records.map(([system, kind, id]) => ({ system, kind, id })),
    present,
    seen,
    ...rest,
  };
}

function tripleOf({ system, kind, id }: ObjectRef): readonly [string, string, string] {
  return [system, kind, id];
}

function isEmpty(values: object): boolean {
  for (const _ in values) return false;
  return true;
}
