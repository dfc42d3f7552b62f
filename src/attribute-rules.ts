/** What is said of single attributes, compiled, in the order in which they are decided. */

import { hash } from 'node:crypto';
import type { AttributeConfiguration, IdentityConfiguration } from './config/configuration.ts';
import { decidingOrder } from './config/identity.ts';
import type { Result } from './identity/problem.ts';
import { compileExpression } from './mapping/evaluate.ts';
import type { CompiledRow } from './mapping/mapping.ts';
import { compileScope } from './mapping/scope.ts';
import { type DateRules, UTC } from './mapping/zone.ts';
import type { AttributeRule, AttributeRules, Supplier } from './warehouse/merge-rules.ts';
import type { WarehouseRules } from './warehouse/warehouse.ts';

/** @throws RangeError on a mistake that loading the configuration would have reported. */
export function attributeRules(
  identity: IdentityConfiguration = {},
  dates: DateRules = UTC,
): NonNullable<WarehouseRules['identity']> {
  return Object.fromEntries(
    Object.entries(identity).map(([kind, rules]) => [kind, rulesOfKind(rules, dates)]),
  );
}

/** What any of these reads, and is about, so that sources are asked for it. */
export function attributesRead(rules: NonNullable<WarehouseRules['identity']>): readonly string[] {
  return Object.values(rules).flatMap(({ ordered }) => ordered.flatMap(readBy));
}

/** Computed attributes as rows, for whoever asks what goes into what. */
export function computedRows(
  rules: NonNullable<WarehouseRules['identity']> = {},
): readonly Pick<CompiledRow, 'row' | 'inputs'>[] {
  return Object.values(rules).flatMap(({ ordered }) =>
    ordered.flatMap(({ attribute, computed }) =>
      computed === undefined
        ? []
        : [
            {
              row: {
                path: attribute,
                expression: computed.expression.text,
                when: 'always' as const,
                onNull: 'clear' as const,
              },
              inputs: computed.expression.inputs,
            },
          ],
    ),
  );
}

function readBy({ attribute, from = [], computed }: AttributeRule): readonly string[] {
  const conditions = from.flatMap(({ when }) => when?.inputs ?? []);
  return [attribute, ...conditions, ...(computed?.expression.inputs ?? [])];
}

function rulesOfKind(
  configured: Readonly<Record<string, AttributeConfiguration>>,
  dates: DateRules,
): AttributeRules {
  const ordered = decidingOrder(configured).names.flatMap((attribute) => {
    const rule = configured[attribute];
    return rule === undefined ? [] : [ruleOf(attribute, rule, dates)];
  });
  const dated = ordered.some(({ from = [] }) => from.some(({ when }) => when?.dated));
  return {
    ordered,
    byName: new Map(ordered.map((rule) => [rule.attribute, rule])),
    recency: ordered.some(({ merge }) => merge === 'recency'),
    raw: [
      ...new Set(
        ordered.flatMap(({ computed }) =>
          (computed?.expression.inputs ?? []).filter((input) => input.includes('/')),
        ),
      ),
    ],
    fingerprint: hash(
      'sha256',
      JSON.stringify(dated ? [configured, dates] : configured),
      'hex',
    ).slice(0, 16),
  };
}

function ruleOf(
  attribute: string,
  { merge, from, computed }: AttributeConfiguration,
  dates: DateRules,
): AttributeRule {
  return {
    attribute,
    merge,
    ...(from && {
      from: from.map(
        ({ system, when, authoritative }): Supplier => ({
          system,
          ...(when !== undefined && { when: compiled(compileScope(when, { dates })) }),
          ...(authoritative && { authoritative }),
        }),
      ),
    }),
    ...(computed && {
      computed: { ...computed, expression: compiled(compileExpression(computed.expression)) },
    }),
  };
}

function compiled<Value>(result: Result<Value>): Value {
  if (result.ok) return result.value;
  throw new RangeError(result.problems.map(({ message }) => message).join('; '));
}
