/** Values that come back to where they were written, and what could become of them. */

import type { SystemName } from '../identity/record.ts';
import { keyOf, type Step, type Stop, type ValueGraph } from './cycle-graph.ts';

/** From a place that is written, by attributes, back to it. */
export interface Cycle {
  readonly at: Extract<Stop, { readonly type: 'path' }>;
  readonly steps: readonly Step[];
  readonly danger: Danger;
}

export type Danger =
  /** Read back, it comes before the system it came from, whose next value counts no more. */
  | { readonly type: 'wins'; readonly attribute: string; readonly over: SystemName }
  /** The newest counts, and being written is a change. */
  | { readonly type: 'newest'; readonly attribute: string; readonly others: readonly SystemName[] }
  /** The values of all count, and what one takes back another one still has. */
  | { readonly type: 'returns'; readonly attribute: string; readonly others: readonly SystemName[] }
  /** Two places take each other's value. */
  | { readonly type: 'swaps' }
  /** Another value each time round. */
  | { readonly type: 'makes' }
  /** Whoever is turned off there counts as turned off at the source, and stays so. */
  | { readonly type: 'sticks' }
  /** It counts only while the system it came from has none: a value that is taken back stays. */
  | { readonly type: 'echo'; readonly attribute: string; readonly of: SystemName };

/** The worst first. */
const ORDER: Readonly<Record<Danger['type'], number>> = {
  swaps: 0,
  wins: 1,
  newest: 2,
  returns: 3,
  makes: 4,
  sticks: 5,
  echo: 6,
};

/** Ways that are tried from one place; a document with more is no document of people. */
const MOST_STEPS = 20_000;

/** Of every place that is written the worst that could happen to it; the shortest way to it. */
export function cyclesIn(graph: ValueGraph): readonly Cycle[] {
  const found = graph.written.flatMap((at) => worst(at, graph) ?? []);
  return found.filter(
    (cycle, index) => found.findIndex((other) => ringOf(other) === ringOf(cycle)) === index,
  );
}

function worst(at: Cycle['at'], graph: ValueGraph): Cycle | undefined {
  let best: Cycle | undefined;
  for (const steps of roundTrips(at, graph)) {
    const danger = dangerOf(steps, graph);
    if (danger === undefined) continue;
    const order = best && ORDER[danger.type] - ORDER[best.danger.type];
    if (
      best &&
      order !== undefined &&
      (order > 0 || (order === 0 && steps.length >= best.steps.length))
    )
      continue;
    best = { at, steps, danger };
  }
  return best;
}

/** Every way back to a place that passes no other place twice. */
function* roundTrips(at: Stop, graph: ValueGraph): Generator<readonly Step[]> {
  const home = keyOf(at);
  let tried = 0;
  function* onwards(from: string, way: readonly Step[]): Generator<readonly Step[]> {
    for (const step of graph.steps.get(from) ?? []) {
      if (tried++ > MOST_STEPS) return;
      const next = keyOf(step.to);
      if (next === home) yield [...way, step];
      else if (!way.some(({ to }) => keyOf(to) === next)) yield* onwards(next, [...way, step]);
    }
  }
  yield* onwards(home, []);
}

function dangerOf(steps: readonly Step[], graph: ValueGraph): Danger | undefined {
  const places = steps.filter(({ from }) => from.type === 'path');
  if (places.length > 1) return { type: 'swaps' };
  const [back] = places;
  const returning =
    back?.from.type === 'path' && back.to.type === 'attribute'
      ? dangerOfReading(back.from.system, back.to.name, graph)
      : undefined;
  if (returning !== undefined && returning.type !== 'echo') return returning;
  if (steps.some(({ how }) => how === 'makes')) return { type: 'makes' };
  return steps.some(({ how }) => how === 'decides') ? { type: 'sticks' } : returning;
}

/** Of a value that was written to a system and is read from there as this attribute. */
function dangerOfReading(
  system: SystemName,
  attribute: string,
  graph: ValueGraph,
): Danger | undefined {
  const { merge, suppliers } = graph.supply(attribute);
  const others = suppliers.filter((each) => each.system !== system);
  if (others.length === 0) return undefined;
  const names = others.map((each) => each.system);
  switch (merge) {
    case 'recency':
      return { type: 'newest', attribute, others: names };
    case 'union':
      return { type: 'returns', attribute, others: names };
    case 'precedence': {
      const place = suppliers.findIndex((each) => each.system === system);
      const behind = suppliers[place + 1];
      if (behind !== undefined) return { type: 'wins', attribute, over: behind.system };
      // Of whom the one before has the say, this one is not asked; of all others, only this one is.
      const before = suppliers.find(
        (each, index) => index < place && !(each.authoritative && each.conditional),
      );
      return before && { type: 'echo', attribute, of: before.system };
    }
  }
}

/** The same for every place on the ring. */
function ringOf({ steps, danger }: Cycle): string {
  const shared = danger.type === 'newest' || danger.type === 'returns';
  if (shared) return `${danger.type} ${danger.attribute}`;
  return steps
    .map(({ from }) => keyOf(from))
    .toSorted()
    .join('\n');
}
