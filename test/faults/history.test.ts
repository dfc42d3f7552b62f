/** A few hundred of the histories that `npm run soak` lives through by the thousand; docs/faults.md. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeWithPostgres } from '../services/postgres.ts';
import { chanceOf } from './chance.ts';
import { type History, historyOf } from './history.ts';
import { postgresStore } from './postgres.ts';
import { replay } from './replay.ts';
import { shrink } from './shrink.ts';

/** As many as fit into some seconds; the same ones every time. */
const SEEDS = 80;
const AT_ONCE = 20;

describe('whatever fails on the way', () => {
  it.each(Array.from({ length: SEEDS / AT_ONCE }, (_, index) => 1 + index * AT_ONCE))(
    'histories from %i on end with everybody where they should be',
    async (from) => {
      for (let seed = from; seed < from + AT_ONCE; seed++) {
        expect({ seed, wrong: await replay(historyOf(seed)) }).toEqual({ seed, wrong: [] });
      }
    },
    60_000,
  );

  it('histories from anywhere do, too', { timeout: 60_000 }, async () => {
    const anywhere = fc.integer({ min: 1, max: 2 ** 31 - 1 });
    const endsWell = async (seed: number) => {
      expect(await replay(historyOf(seed))).toEqual([]);
    };
    await fc.assert(fc.asyncProperty(anywhere, endsWell), {
      numRuns: 10,
      seed: 4711,
      endOnFailure: true,
    });
  });
});

describeWithPostgres('whatever fails on the way', (server) => {
  it('histories end with everybody where they should be', { timeout: 120_000 }, async () => {
    for (let seed = 1; seed <= 6; seed++) {
      const store = async () => postgresStore(await server().database());
      expect({ seed, wrong: await replay(historyOf(seed), { store }) }).toEqual({
        seed,
        wrong: [],
      });
    }
  });
});

describe('a history', () => {
  it('is the same every time it is replayed', async () => {
    const lived = async (): Promise<readonly string[]> => {
      const lines: string[] = [];
      await replay(historyOf(7), { tell: (line) => void lines.push(line) });
      return numbered(lines);
    };
    const once = await lived();
    expect(once.length).toBeGreaterThan(50);
    expect(await lived()).toEqual(once);
  });

  it('is cut down to the steps without which nothing goes wrong', async () => {
    const history = historyOf(11);
    const isCulprit = (step: History['steps'][number]) =>
      step.type === 'event' && step.event.type === 'hire';
    const small = await shrink(history, async ({ steps }) => steps.filter(isCulprit).length > 1);
    expect(small.steps.map(isCulprit)).toEqual([true, true]);
  });
});

/** Ids of the target's accounts go on from history to history, and hashes cover them. */
function numbered(lines: readonly string[]): readonly string[] {
  const known = new Map<string, number>();
  const number = (id: string): string => {
    if (!known.has(id)) known.set(id, known.size);
    return `#${known.get(id)}`;
  };
  return lines.map((line) =>
    line.replace(/[0-9a-f-]{36}|\b(?:[0-9a-f]{24}|[0-9a-f]{32})\b/g, number),
  );
}

it('chance draws the same from the same seed', () => {
  const drawn = (seed: number) => Array.from({ length: 5 }, chanceOf(seed).next);
  expect(drawn(4711)).toEqual(drawn(4711));
  expect(drawn(4711)).not.toEqual(drawn(4712));
});
