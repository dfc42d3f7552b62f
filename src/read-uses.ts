/** What each source is asked for, and what every part of it is used for: read off the rules. */

import type { Configuration, ReadRow, SystemConfiguration } from './config/configuration.ts';
import type { ObjectKind, SystemName } from './identity/record.ts';
import { compileExpression } from './mapping/evaluate.ts';
import type { Rules } from './rules.ts';
import type { AttributeUses, SourceUses, Use } from './sync/privacy-report.ts';
import type { JoinRule } from './warehouse/similar/rule.ts';

const NAMING = ['userPrincipalName', 'mail', 'userName', 'displayName', 'employeeId'];
const STANDING = ['accountEnabled', 'IsSoftDeleted'];

export function usesOf({ systems }: Configuration, rules: Rules): readonly SourceUses[] {
  return rules.sources
    .filter(({ kind }) => kind !== 'assignment')
    .map(({ system, kind, attributes }) => {
      const rows = rowsOf(systems, system, kind);
      const used = (name: string): readonly Use[] => usesOfAttribute(name, kind, rules);
      const dated = rules.warehouse.sources.find(
        (source) => source.system === system && source.kind === kind,
      )?.modified;
      return {
        system,
        kind,
        asked: attributes.map((attribute): AttributeUses => {
          const as = rows
            .filter(({ name, inputs }) => inputs.includes(attribute) && used(name).length > 0)
            .map(({ name }) => name);
          const uses = [...as.flatMap(used), ...used(`${system}/${attribute}`)];
          if (dated?.inputs.includes(attribute)) uses.push({ type: 'age' });
          // By which groups are called that are assigned, whether or not they are provisioned.
          if (as.length === 0 && kind === 'group') uses.push({ type: 'naming' });
          return { attribute, as, uses: distinct(uses) };
        }),
        unasked: rows.filter(({ name }) => used(name).length === 0).map(({ name }) => name),
      };
    });
}

interface Row {
  readonly name: string;
  readonly inputs: readonly string[];
}

function rowsOf(
  systems: readonly SystemConfiguration[],
  system: SystemName,
  kind: ObjectKind,
): readonly Row[] {
  const map: Readonly<Record<string, ReadRow>> =
    systems.find(({ name }) => name === system)?.read[kind]?.map ?? {};
  return Object.entries(map).map(([name, { expression }]) => {
    const compiled = compileExpression(expression);
    return { name, inputs: compiled.ok ? compiled.value.inputs : [] };
  });
}

/** @param name Of an identity, or `system/attribute` for a raw value. */
function usesOfAttribute(
  name: string,
  kind: ObjectKind,
  { warehouse, targets }: Rules,
): readonly Use[] {
  const uses: Use[] = [];
  for (const { system, kind: written, mapping, scope, urgent } of targets) {
    if (written !== kind) continue;
    for (const { row, inputs } of mapping.rows) {
      if (inputs.includes(name)) uses.push({ type: 'mapping', of: `${system}: ${row.path}` });
    }
    if (scope?.inputs.includes(name)) uses.push({ type: 'scope', of: system });
    if (urgent?.inputs.includes(name)) uses.push({ type: 'urgent', of: system });
  }
  for (const {
    system,
    kind: joined,
    join,
    references = [],
    while: counting,
  } of warehouse.sources) {
    if (joined === kind && join.some((rule) => joinsBy(rule, name))) {
      uses.push({ type: 'join', of: system });
    }
    if (references.includes(name)) uses.push({ type: 'reference', of: system });
    if (joined === kind && counting?.inputs.includes(name)) uses.push({ type: 'standing' });
  }
  if (kind === 'user') {
    for (const group of warehouse.groups?.groups ?? []) {
      if (group.members.inputs.includes(name)) uses.push({ type: 'group', of: group.name });
    }
  }
  for (const { attribute, from = [], computed } of warehouse.identity?.[kind]?.ordered ?? []) {
    const conditions = from.flatMap(({ when }) => when?.inputs ?? []);
    const read = [...conditions, ...(computed?.expression.inputs ?? [])];
    if (read.includes(name)) uses.push({ type: 'rule', of: attribute });
  }
  if (STANDING.includes(name)) uses.push({ type: 'standing' });
  if (NAMING.includes(name)) uses.push({ type: 'naming' });
  return uses;
}

function joinsBy(rule: JoinRule, name: string): boolean {
  if (typeof rule === 'string') return rule === name;
  const compared = 'same' in rule ? rule.same : rule.similar;
  const never = 'never' in rule ? rule.never : [];
  return compared.some(({ attribute }) => attribute === name) || never.includes(name);
}

function distinct(uses: readonly Use[]): readonly Use[] {
  return [...new Map(uses.map((use) => [JSON.stringify(use), use])).values()];
}
