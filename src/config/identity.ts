/** `identity`: what is said of single attributes, beside the order of systems. */

import { z } from 'zod';
import { compileExpression } from '../mapping/evaluate.ts';
import { compileScope } from '../mapping/scope.ts';
import type { AttributeConfiguration, IdentityConfiguration } from './configuration.ts';
import { duration, expression } from './fields.ts';

/** A year: mail to somebody of that name has ended by then. */
const REUSE_AFTER_SECONDS = 365 * 86_400;

const attributeName = z.string().min(1);

const supplier = z.union([
  attributeName.meta({ description: 'The name of a system that is read.' }),
  z.strictObject({
    system: attributeName,
    when: z.string().min(1).optional().meta({
      title: 'When',
      description: 'A SCIM filter over the identity; only while it holds does the value count.',
    }),
    authoritative: z.boolean().optional().meta({
      title: 'Authoritative',
      description: 'That it has no value is a value: nobody behind it is asked.',
    }),
  }),
]);

const attribute = z.union([
  expression,
  z.strictObject({
    merge: z.enum(['precedence', 'recency', 'union']).optional().meta({
      title: 'Merge',
      description:
        'precedence: the first who has a value. recency: whoever changed it last. union: the values of all.',
    }),
    from: z.array(supplier).min(1).optional().meta({
      title: 'From',
      description: 'Whose values count, in this order; those of all other systems do not.',
    }),
    compute: expression.optional().meta({
      title: 'Compute',
      description:
        'An expression over the identity; [the attribute itself] is what sources supply.',
    }),
    default: expression.optional().meta({
      title: 'Default',
      description: 'An expression over the identity, for whom no source supplies a value.',
    }),
    reuseAfter: duration.optional().meta({
      title: 'Reuse after',
      description:
        'Of SelectUniqueValue: how long nobody else gets a value that has become free; 365d by default.',
    }),
  }),
]);

const attributes = z.record(attributeName, attribute).nullable();

export const identityDocument = z
  .strictObject({ user: attributes.optional(), group: attributes.optional() })
  .meta({
    title: 'Identity',
    description:
      'By attribute of people and groups: how values of several systems are merged, and what is computed.',
  });

export type IdentityDocument = z.output<typeof identityDocument>;
type AttributeDocument = z.output<typeof attribute>;

export function identityConfiguration(document: IdentityDocument = {}): IdentityConfiguration {
  return Object.fromEntries(
    Object.entries(document).flatMap(([kind, named]) =>
      named && Object.keys(named).length > 0
        ? [
            [
              kind,
              Object.fromEntries(
                Object.entries(named).map(([name, rule]) => [name, attributeConfiguration(rule)]),
              ),
            ],
          ]
        : [],
    ),
  );
}

function attributeConfiguration(document: AttributeDocument): AttributeConfiguration {
  const rule = typeof document === 'string' ? { compute: document } : document;
  const { merge = 'precedence', from, compute, default: fallback, reuseAfter } = rule;
  const text = compute ?? fallback;
  return {
    merge,
    ...(from && {
      from: from.map((each) =>
        typeof each === 'string'
          ? { system: each, authoritative: false }
          : {
              system: each.system,
              authoritative: each.authoritative ?? false,
              ...(each.when !== undefined && { when: each.when }),
            },
      ),
    }),
    ...(text !== undefined && {
      computed: {
        as: compute === undefined ? ('default' as const) : ('always' as const),
        expression: text,
        reuseAfterSeconds: reuseAfter ?? REUSE_AFTER_SECONDS,
      },
    }),
  };
}

/** Attributes and `system/attribute` pairs that a rule reads, its own name as sources supply it left out. */
export function readBy(name: string, { from = [], computed }: AttributeConfiguration): Set<string> {
  const read = new Set<string>();
  for (const { when } of from) {
    const scope = when === undefined ? undefined : compileScope(when);
    for (const input of scope?.ok ? scope.value.inputs : []) read.add(input);
  }
  const compiled = computed && compileExpression(computed.expression);
  for (const input of compiled?.ok ? compiled.value.inputs : []) {
    if (input !== name) read.add(input);
  }
  return read;
}

export interface Ordered {
  /** Each after what it reads; those of cycles, and behind them, are not in it. */
  readonly names: readonly string[];
  /** Attributes that wait for each other, in a ring; each once. */
  readonly cycles: readonly (readonly string[])[];
}

/** The order in which attributes are decided. */
export function decidingOrder(rules: Readonly<Record<string, AttributeConfiguration>>): Ordered {
  const names: string[] = [];
  const cycles: (readonly string[])[] = [];
  const state = new Map<string, 'open' | 'done' | 'stuck'>();
  const trail: string[] = [];
  const visit = (name: string): boolean => {
    const known = state.get(name);
    if (known === 'open') {
      cycles.push(trail.slice(trail.indexOf(name)));
      return false;
    }
    if (known !== undefined) return known === 'done';
    const rule = rules[name];
    if (rule === undefined) return true;
    state.set(name, 'open');
    trail.push(name);
    const free = [...readBy(name, rule)].map(visit).every(Boolean);
    trail.pop();
    state.set(name, free ? 'done' : 'stuck');
    if (free) names.push(name);
    return free;
  };
  for (const name of Object.keys(rules)) visit(name);
  return { names, cycles };
}
