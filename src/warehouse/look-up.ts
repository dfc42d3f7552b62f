/**
 * Everybody whom records may belong to, fetched before it is decided: first by what is the same,
 * then, for those who are nobody's yet, by what is alike. A handful of questions, however many records.
 */

import type { IdentityId } from '../identity/identity.ts';
import type { ObjectKind, SystemName } from '../identity/record.ts';
import type { Context } from './context.ts';
import { joinKeys, keysOfRule, similarTo } from './join.ts';
import { isBlock } from './keys.ts';
import type { JoinRule, SimilarRule } from './similar/rule.ts';
import type { Held, Space } from './space.ts';
import type { SourceRules } from './warehouse.ts';

/** @param asking Those of the queue who may come to belong to somebody else. */
export async function lookUp(
  space: Space,
  queue: readonly Held[],
  asking: readonly Held[],
  context: Context,
): Promise<void> {
  const keys = new Map(
    asking.map((held) => [
      held,
      held.rules ? joinKeys(held.rules, space.mappedOf(held)).filter((key) => !isBlock(key)) : [],
    ]),
  );
  await space.loadHits([...keys.values()].flat());
  const ids = queue.flatMap((held) => held.identity ?? []);
  const hitting: Held[] = [];
  for (const [held, theirs] of keys) {
    const hits = theirs.flatMap((key) => [...space.hits(key)]);
    if (hits.length > 0) hitting.push(held);
    ids.push(...hits);
  }
  await Promise.all([space.loadPeople(ids), space.loadApart(hitting)]);
  await lookUpSimilar(space, asking, context);
}

interface Open {
  readonly held: Held;
  readonly kind: ObjectKind;
  readonly rule: SimilarRule;
}

async function lookUpSimilar(
  space: Space,
  asking: readonly Held[],
  context: Context,
): Promise<void> {
  const open: Open[] = [];
  for (const held of asking) {
    if (!held.rules?.join.some(isSimilar)) continue;
    const rule = similarRuleFor(held, held.rules, space);
    if (rule) open.push({ held, kind: held.ref.kind, rule });
  }
  if (open.length === 0) return;
  const systems = await withOthers(
    open.map(({ held }) => held),
    context,
  );
  const usable = open.filter(({ held }) => systems.has(held.ref.system));
  if (usable.length === 0) return;
  await space.loadBlocks(
    usable.flatMap(({ held, kind, rule }) => keysOfRule(kind, rule, space.mappedOf(held))),
  );
  await space.loadGlances(
    usable.flatMap(({ held, kind, rule }) =>
      keysOfRule(kind, rule, space.mappedOf(held)).flatMap((key) => [...space.hits(key)]),
    ),
  );
  const alike: IdentityId[] = [];
  const asked: Held[] = [];
  for (const { held, kind, rule } of usable) {
    const ids = [...similarTo(held, rule, kind, space)].map(({ id }) => id);
    if (ids.length === 0) continue;
    alike.push(...ids);
    asked.push(held);
  }
  await Promise.all([space.loadPeople(alike), space.loadApart(asked)]);
}

function isSimilar(rule: JoinRule): rule is SimilarRule {
  return typeof rule !== 'string' && 'similar' in rule;
}

/** The first rule that compares, unless one before it has a hit. */
function similarRuleFor(held: Held, rules: SourceRules, space: Space): SimilarRule | undefined {
  for (const rule of rules.join) {
    if (isSimilar(rule)) return rule;
    const found = keysOfRule(rules.kind, rule, space.mappedOf(held)).some((key) =>
      [...space.hits(key)].some((id) => {
        const person = space.people.get(id);
        return person !== undefined && person.id !== held.identity && !space.isApart(held, person);
      }),
    );
    if (found) return undefined;
  }
  return undefined;
}

/**
 * Systems beside which other sources of the kind have brought people. While the first is read, there
 * is nobody to compare with: its own records are not one person.
 */
async function withOthers(
  asking: readonly Held[],
  { store, book }: Context,
): Promise<ReadonlySet<SystemName>> {
  const systems = new Set(asking.map(({ ref }) => ref.system));
  const kinds = new Set(asking.map(({ ref }) => ref.kind));
  const sources = book.rules.sources.filter(({ kind }) => kinds.has(kind));
  const peopled = await Promise.all(
    sources.map(async ({ system, kind }) => ((await store.anyManaged(system, kind)) ? system : [])),
  );
  const known = new Set(peopled.flat());
  return new Set([...systems].filter((system) => [...known].some((other) => other !== system)));
}
