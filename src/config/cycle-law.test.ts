/** What the check lets pass comes to rest, whoever changes what where at the same time. */

import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Attributes, AttributeValue } from '../identity/record.ts';
import { merge } from '../warehouse/merge.ts';
import type { AttributeRule, Contribution } from '../warehouse/merge-rules.ts';
import type { AttributeConfiguration, SystemConfiguration } from './configuration.ts';
import { cyclesIn } from './cycle.ts';
import { valueGraph } from './cycle-graph.ts';

const SYSTEMS = ['hr', 'entra', 'app'] as const;
const PLACES = ['p', 'q'] as const;
const ATTRIBUTES = ['x', 'y'] as const;

type Edit = readonly [number, (typeof PLACES)[number], string | undefined];

interface Company {
  readonly systems: readonly SystemConfiguration[];
  readonly rules: Readonly<Record<string, AttributeConfiguration>>;
}

const place = fc.constantFrom(...PLACES);
const attribute = fc.constantFrom(...ATTRIBUTES);
const reading = fc.dictionary(attribute, place, { noNullPrototype: true });
const writing = fc.dictionary(place, attribute, { noNullPrototype: true });

const system = fc.record({
  reads: reading,
  writes: writing,
  precedence: fc.dictionary(attribute, fc.integer({ min: 1, max: 400 }), { noNullPrototype: true }),
  authoritative: fc.subarray([...ATTRIBUTES]),
});

const rule = fc.constantFrom<AttributeConfiguration['merge']>('precedence', 'recency', 'union');

const company = fc
  .record({
    systems: fc.tuple(system, system, system),
    rules: fc.dictionary(attribute, rule, { noNullPrototype: true }),
  })
  .map(
    ({ systems, rules }): Company => ({
      systems: systems.map((each, index) => configurationOf(SYSTEMS[index] ?? '', each)),
      rules: Object.fromEntries(
        Object.entries(rules).map(([name, merging]) => [name, { merge: merging }]),
      ),
    }),
  );

const edit: fc.Arbitrary<Edit> = fc.tuple(
  fc.nat({ max: SYSTEMS.length - 1 }),
  place,
  fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined }),
);
/** What is changed between two runs, and whether anything is. */
const days = fc.array(fc.array(edit, { maxLength: 4 }), { minLength: 1, maxLength: 4 });

it('comes to rest within a few runs', { timeout: 30_000 }, () => {
  fc.assert(
    fc.property(company, days, (given, edits) => {
      const refused = cyclesIn(valueGraph('user', given.systems, given.rules)).some(
        ({ danger }) => danger.type !== 'echo',
      );
      fc.pre(!refused);
      const world = worldOf(given);
      for (const day of edits) {
        for (const one of day) world.edit(one);
        let runs = 0;
        while (runs <= 6 && world.run()) runs += 1;
        expect(runs).toBeLessThanOrEqual(6);
      }
    }),
    { numRuns: 300 },
  );
});

function configurationOf(
  name: string,
  each: typeof system extends fc.Arbitrary<infer Value> ? Value : never,
): SystemConfiguration {
  return {
    name,
    connector: 'scim',
    options: {},
    read: {
      user: {
        creates: true,
        authority: true,
        join: [],
        map: Object.fromEntries(
          Object.entries(each.reads).map(([to, from]) => [to, { expression: `[${from}]` }]),
        ),
        precedence: each.precedence,
        authoritative: each.authoritative,
      },
    },
    write: {
      user: {
        match: [],
        map: Object.entries(each.writes).map(([path, from]) => ({
          path,
          expression: `[${from}]`,
          when: 'always' as const,
          onNull: 'clear' as const,
        })),
        required: [],
        do: ['update'],
        leave: { type: 'keep' },
        guard: GUARD,
        holds: { rest: 'go', expiresSeconds: 1 },
        drift: { default: 'report', attributes: {}, orphans: 'report', alertFrom: 1 },
      },
    },
  };
}

const NEVER = { share: 1, count: 1 };
const GUARD = {
  disable: NEVER,
  delete: NEVER,
  update: NEVER,
  churn: NEVER,
  members: NEVER,
  failures: NEVER,
  swap: false,
  windowSeconds: 1,
};

interface World {
  edit(change: Edit): void;
  /** Reads everything, merges, and writes what is not what was asked. @returns Whether it wrote. */
  run(): boolean;
}

function worldOf({ systems, rules }: Company): World {
  const held = systems.map((): Record<string, AttributeValue> => ({}));
  const asked = systems.map((): Record<string, string> => ({}));
  const changed = systems.map((): Record<string, number> => ({}));
  let clock = 0;
  const put = (index: number, path: string, value: AttributeValue | undefined): void => {
    const record = held[index] ?? {};
    if (JSON.stringify(record[path]) === JSON.stringify(value)) return;
    if (value === undefined) delete record[path];
    else record[path] = value;
    (changed[index] ?? {})[path] = clock;
  };
  return {
    edit: ([index, path, value]) => {
      clock += 1;
      put(index, path, value);
    },
    run: () => {
      clock += 1;
      const merged = merge(
        systems.map((each, index) => contributionOf(each, index, held, changed)),
        mergingOf(rules),
      ).attributes;
      let wrote = false;
      for (const [index, { write }] of systems.entries()) {
        for (const { path, expression } of write.user?.map ?? []) {
          const wanted = merged[expression.slice(1, -1)];
          const text = JSON.stringify(wanted) ?? '';
          const mine = asked[index] ?? {};
          if (mine[path] === text) continue;
          mine[path] = text;
          wrote = true;
          put(index, path, wanted);
        }
      }
      return wrote;
    },
  };
}

function contributionOf(
  { name, read }: SystemConfiguration,
  index: number,
  held: readonly Attributes[],
  changed: readonly Readonly<Record<string, number>>[],
): Contribution {
  const { map = {}, precedence = {}, authoritative = [] } = read.user ?? {};
  const rows = Object.entries(map).map(([to, { expression }]) => [to, expression.slice(1, -1)]);
  const from: Readonly<Record<string, string>> = Object.fromEntries(rows);
  const attributes: Record<string, AttributeValue> = {};
  for (const [to, path] of Object.entries(from)) {
    const value = held[index]?.[path];
    if (value !== undefined) attributes[to] = value;
  }
  return {
    rules: {
      system: name,
      kind: 'user',
      authority: true,
      precedence,
      defaultPrecedence: (index + 1) * 100,
      authoritative: new Set(authoritative.filter((each) => map[each] !== undefined)),
    },
    id: name,
    attributes,
    present: true,
    changedAt: (to) => changed[index]?.[from[to] ?? ''],
  };
}

function mergingOf(rules: Company['rules']) {
  const ordered = Object.entries(rules).map(
    ([name, { merge: how }]): AttributeRule => ({ attribute: name, merge: how }),
  );
  const byName = new Map(ordered.map((each) => [each.attribute, each]));
  return {
    rules: { ordered, byName, recency: true, raw: [], fingerprint: '' },
    now: new Date(0),
    record: () => undefined,
    kept: {},
  };
}
