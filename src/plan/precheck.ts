/** What the target would refuse, found out before it is asked: a data error for a person to mend. */

import type { AttributeRule } from '../connectors/spi/index.ts';
import type { Attributes, AttributeValue } from '../identity/record.ts';
import { readPath } from '../scim/path.ts';
import type { Subject } from '../warehouse/subject.ts';
import type { Wanted, WantedRow } from './desired.ts';
import { heldAt, type Target } from './target.ts';

/**
 * Required paths that would be without a value.
 *
 * @param held What the account holds; absent for a create. What counts is the account afterwards.
 */
export function missingRequired(
  rows: readonly WantedRow[],
  target: Target,
  held: Attributes | undefined,
): readonly string[] {
  return target.required.filter((path) => {
    const wanted = rows.find(({ row }) => row.row.path === path)?.wanted;
    if (wanted?.type === 'value' && (held === undefined || wanted.when === 'always')) return false;
    if (wanted?.type === 'clear') return true;
    return held === undefined || heldAt(target, held, path) === undefined;
  });
}

/** Says for each missing path what was looked for, and who could supply it. */
export function missingMessage(
  missing: readonly string[],
  rows: readonly WantedRow[],
  target: Target,
  subject: Subject,
): string {
  const sentences = missing.map((path) => {
    const name = target.attributeRules.get(path)?.name ?? path;
    const row = rows.find((candidate) => candidate.row.row.path === path)?.row;
    if (row === undefined) return `${name} is required and nothing is mapped to it`;
    const absent = row.inputs.filter((input) => subject.identity.attributes[input] === undefined);
    const suppliers = absent.map((input) => {
      const systems = target.suppliers[input] ?? [];
      if (systems.length === 0) return `no source maps ${input}`;
      return `${input} could come from ${systems.join(' or ')}, which has none for this person`;
    });
    return `${name} is absent: ${suppliers.join('; ') || `${row.row.expression} has no value`}`;
  });
  return sentences.join('. ');
}

/** What the target's rules say against these rows, or nothing. */
export function refusal(rows: readonly WantedRow[], target: Target): string | undefined {
  for (const { row, wanted } of rows) {
    if (wanted.type !== 'value') continue;
    const rule = target.attributeRules.get(wanted.path);
    const message =
      (rule && attributeRefusal(rule, wanted.value, row.redacted === true)) ??
      referenceRefusal(wanted, target);
    if (message !== undefined) return message;
  }
  return undefined;
}

/** @param redacted Nothing of the value may be told: neither its length, nor what is in it. */
function attributeRefusal(
  rule: AttributeRule,
  value: AttributeValue,
  redacted: boolean,
): string | undefined {
  if (typeof value !== 'string') return undefined;
  const name = rule.name ?? rule.path;
  const remedy = rule.remedy === undefined ? '' : `: ${rule.remedy}`;
  if (rule.maxLength !== undefined && value.length > rule.maxLength) {
    return redacted
      ? `${name} is longer than the ${rule.maxLength} characters that are allowed${remedy}`
      : `${name} has ${value.length} characters, and ${rule.maxLength} are allowed${remedy}`;
  }
  for (const forbidden of rule.forbiddenCharacters ?? '') {
    if (value.includes(forbidden)) {
      return redacted
        ? `${name} contains a character that is not allowed${remedy}`
        : `${name} contains "${forbidden}", which is not allowed${remedy}`;
    }
  }
  return undefined;
}

function referenceRefusal(
  wanted: Extract<Wanted, { readonly type: 'value' }>,
  target: Target,
): string | undefined {
  const { referent } = wanted;
  if (referent === undefined) return undefined;
  for (const rule of target.referenceRules) {
    if (!leadsFrom(rule.path, wanted.path)) continue;
    const path = target.paths.get(rule.attribute);
    const held = path && valuesOf(readPath(referent, path));
    const forbidden = held?.find((value) => rule.mustNotHold.includes(value));
    if (forbidden !== undefined) {
      return `${lastName(rule.path)} holds ${lastName(rule.attribute)} ${forbidden}: ${rule.because}`;
    }
  }
  return undefined;
}

/** A reference may be mapped as the attribute or as its `value`. */
function leadsFrom(rule: string, path: string): boolean {
  return rule === path || `${rule}.value` === path || rule === `${path}.value`;
}

function lastName(path: string): string {
  return path.slice(path.lastIndexOf(':') + 1);
}

function valuesOf(value: AttributeValue | undefined): readonly string[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap(valuesOf);
  if (typeof value !== 'object') return [String(value)];
  return valuesOf((value as Readonly<Record<string, AttributeValue>>).value);
}
