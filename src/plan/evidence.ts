/**
 * What the planner had before it when it decided on an operation, kept beside it for the provisioning
 * log: the values that rules looked at, and nothing that the operation itself says already.
 */

import type { Attributes, AttributeValue, ObjectRef } from '../identity/record.ts';
import type { Subject } from '../warehouse/subject.ts';
import type { WantedRow } from './desired.ts';
import { targetAttributes } from './standing.ts';
import type { Target } from './target.ts';

export interface Evidence {
  /** When the change came in that made this due. */
  readonly since?: Date;
  /** Where the identity's values came from. */
  readonly records: readonly ObjectRef[];
  /** False: no authoritative record was left. */
  readonly present: boolean;
  /**
   * By the names that rules use. What a rule passed on as it was is not here: the operation has it.
   * What an expression with `Redact` reads is not here either.
   */
  readonly seen: Attributes;
  readonly assigned?: NonNullable<Subject['assigned']>;
  /** The path by which the account was found, where it was found just then. */
  readonly foundBy?: string;
}

/** @param touched The paths that are written. */
export function evidenceOf(
  subject: Subject,
  target: Target,
  rows: readonly WantedRow[],
  touched: readonly string[],
  foundBy?: string,
): Evidence {
  const { identity, due, assigned, records } = subject;
  const towards = targetAttributes(subject);
  const seen: Record<string, AttributeValue> = {};
  const look = (input: string) => {
    const value = inputValue(input, subject, towards);
    if (value !== undefined) seen[input] = value;
  };
  for (const input of target.scope?.inputs ?? []) look(input);
  for (const input of STANDING) look(input);
  for (const each of rows) {
    const { row, wanted } = each;
    if (!touched.includes(row.row.path)) continue;
    for (const input of row.inputs) {
      const passedOn = wanted.type === 'value' && isPassedOn(row, input, wanted.value);
      if (!passedOn || inputValue(input, subject, towards) !== wanted.value) look(input);
    }
  }
  for (const input of withheldInputs(target.mapping.rows)) delete seen[input];
  return {
    ...(due !== undefined && { since: due.since }),
    records: records.flatMap(({ ref }) =>
      ref.system === target.system && !target.joined ? [] : [ref],
    ),
    present: identity.present,
    seen,
    ...(assigned !== undefined && { assigned }),
    ...(foundBy !== undefined && { foundBy }),
  };
}

/** Whether somebody is active at the source: that is no secret, whatever is made of it. */
const STANDING: readonly string[] = ['accountEnabled', 'IsSoftDeleted'];

/** What expressions with `Redact` read: it is not kept, whoever else reads it. */
export function withheldInputs(
  rows: readonly { readonly inputs: readonly string[]; readonly redacted?: true }[],
): readonly string[] {
  return rows.flatMap(({ redacted, inputs }) =>
    redacted ? inputs.filter((input) => !STANDING.includes(input)) : [],
  );
}

/**
 * Whether a row is its input and nothing else, and wrote no default: then what it wrote is what it read.
 * Its counterpart reads the log.
 */
export function isPassedOn(
  {
    row: { expression, default: fallback },
  }: {
    readonly row: { readonly expression: string; readonly default?: string };
  },
  input: string,
  written: AttributeValue,
): boolean {
  return (
    expression === `[${input}]` &&
    typeof written !== 'object' &&
    (fallback === undefined || String(written) !== fallback)
  );
}

function inputValue(
  input: string,
  { identity, records }: Subject,
  towards: Attributes,
): AttributeValue | undefined {
  const slash = input.indexOf('/');
  if (slash > 0) {
    const system = input.slice(0, slash);
    const record = records.find(({ ref }) => ref.system === system);
    const raw = record?.attributes[input.slice(slash + 1)];
    if (raw !== undefined) return raw;
  }
  return towards[input] ?? identity.attributes[input];
}
