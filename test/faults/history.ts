/** What happens in one history: drawn from its seed, and short enough to be read when it goes wrong. */

import { type Chance, chanceOf } from './chance.ts';
import type { Trouble } from './wire.ts';
import type { Event } from './world.ts';

export interface History {
  readonly seed: number;
  readonly lagSeconds: number;
  /** Whether the target refuses a second account of a name. */
  readonly uniqueness: boolean;
  readonly steps: readonly Step[];
}

export type Step =
  | { readonly type: 'event'; readonly event: Event }
  | { readonly type: 'wait'; readonly seconds: number }
  | (Faults & { readonly type: 'run'; readonly full: boolean })
  | (Faults & { readonly type: 'provision'; readonly who: number })
  | (Faults & { readonly type: 'plan' })
  | { readonly type: 'release'; readonly who: number }
  | { readonly type: 'restart' };

export interface Faults {
  /** Everything that is drawn while the step lasts. */
  readonly seed: number;
  readonly source: readonly Trouble[];
  readonly target: readonly Trouble[];
  /** Share of requests in trouble, 0 to 1. */
  readonly share: number;
  /** Share of the store's answers that are failures. */
  readonly store: number;
  /** The process dies at its so-many-th input or output of this step. */
  readonly killAfter?: number;
  /** What happens in the world after so many requests. */
  readonly meanwhile: readonly { readonly after: number; readonly event: Event }[];
}

const MOST_PEOPLE_AT_FIRST = 6;
const PEOPLE = 12;
export const LONGEST_LAG_SECONDS = 300;
const LAGS = [0, 60, LONGEST_LAG_SECONDS];
const TROUBLES: readonly Trouble[] = [
  'refused',
  'reset-before',
  'reset-after',
  'silent-before',
  'silent-after',
  'slow',
  'duplicate',
  'throttled',
  'failing',
  'failed-after',
  'unavailable',
  'log-in-page',
  'half-body',
];

export function historyOf(seed: number): History {
  const chance = chanceOf(seed);
  const steps: Step[] = [];
  const people = 2 + chance.below(MOST_PEOPLE_AT_FIRST);
  for (let number = 0; number < people; number++) {
    if (!chance.happens(0.1)) continue;
    steps.push({ type: 'event', event: { type: 'account-by-hand', number } });
  }
  // What is not shown yet, nobody can find.
  steps.push({ type: 'wait', seconds: LONGEST_LAG_SECONDS });
  for (let n = 0; n < people; n++) steps.push({ type: 'event', event: hire(chance) });
  const length = 5 + chance.below(26);
  for (let n = 0; n < length; n++) steps.push(step(chance));
  return {
    seed,
    lagSeconds: chance.pick(LAGS),
    uniqueness: chance.happens(0.5),
    steps,
  };
}

function step(chance: Chance): Step {
  const type = chance.weighted({
    event: 10,
    wait: 3,
    run: 8,
    provision: 0.7,
    plan: 0.7,
    release: 0.3,
    restart: 0.3,
  });
  const who = chance.below(PEOPLE);
  switch (type) {
    case 'event':
      return { type, event: event(chance) };
    case 'wait':
      return { type, seconds: chance.pick([5, 60, 200, 400, 3600, 90_000]) };
    case 'run':
      return { type, full: chance.happens(0.1), ...faults(chance) };
    case 'provision':
      return { type, who, ...faults(chance) };
    case 'plan':
      return { type, ...faults(chance) };
    case 'release':
      return { type, who };
    case 'restart':
      return { type };
  }
}

function faults(chance: Chance): Faults {
  const seed = chance.below(2 ** 31);
  const calm = chance.happens(0.25);
  const some = (share: number): readonly Trouble[] =>
    calm || !chance.happens(share) ? [] : TROUBLES.filter(() => chance.happens(0.3));
  const meanwhile = Array.from({ length: chance.happens(0.2) ? 1 + chance.below(3) : 0 }, () => ({
    after: chance.below(25),
    event: event(chance),
  }));
  return {
    seed,
    source: some(0.4),
    target: some(0.7),
    share: chance.pick([0.05, 0.2, 0.5, 1]),
    store: !calm && chance.happens(0.15) ? 0.01 : 0,
    meanwhile: calm ? [] : meanwhile,
    ...(!calm && chance.happens(0.2) && { killAfter: 1 + Math.floor(2 ** (chance.next() * 8.5)) }),
  };
}

function hire(chance: Chance): Event {
  return {
    type: 'hire',
    via: chance.weighted({ direct: 6, group: 4, nothing: 1 }),
    ...(chance.happens(0.6) && { manager: chance.below(PEOPLE) }),
    ...(chance.happens(0.95) && { department: chance.below(4) }),
  };
}

function event(chance: Chance): Event {
  const type = chance.weighted<Exclude<Event['type'], 'account-by-hand'>>({
    hire: 4,
    rename: 2,
    'swap-names': 0.2,
    'take-name': 0.7,
    move: 4,
    'lose-department': 0.5,
    manager: 3,
    'no-manager': 1,
    disable: 1,
    enable: 1.5,
    delete: 1.5,
    restore: 1.5,
    rehire: 0.7,
    assign: 2,
    unassign: 2,
    join: 2,
    leave: 1.5,
    'group-assign': 0.7,
    'group-unassign': 0.5,
    'edit-by-hand': 1,
    'deactivate-by-hand': 0.7,
    'confirm-address': 1.5,
  });
  const who = chance.below(PEOPLE);
  switch (type) {
    case 'hire':
      return hire(chance);
    case 'swap-names':
    case 'take-name':
      return { type, who, with: chance.below(PEOPLE) };
    case 'manager':
      return { type, who, manager: chance.below(PEOPLE) };
    case 'move':
    case 'edit-by-hand':
      return { type, who, to: chance.below(16) };
    case 'join':
    case 'leave':
      return { type, who, group: chance.below(2) };
    case 'group-assign':
    case 'group-unassign':
      return { type, group: chance.below(2) };
    default:
      return { type, who };
  }
}
