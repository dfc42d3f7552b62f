/** Lives through a history with the real engine on a virtual clock, and says what went wrong. */

import { chanceOf } from './chance.ts';
import { virtualClock } from './clock.ts';
import { type Company, companyOf, Wrong } from './company.ts';
import type { History } from './history.ts';
import { seededIds } from './ids.ts';
import { wrongs } from './model.ts';
import { type Store, sqliteStore } from './sqlite.ts';
import { openWorld } from './world.ts';

/** What went wrong, one line each; nothing when all went well. */
export type Verdict = readonly string[];

export interface ReplayOptions {
  readonly store?: () => Promise<Store>;
  /** Is told what happens: for people who look for the cause. */
  readonly tell?: (line: string) => void;
}

const START = new Date('2026-03-02T08:00:00Z');
/** Nothing that is stored or said may hold these. */
const SECRETS = { secret: 'canary-of-entra-7f3a', token: 'ramp_canary_91c2' };

export async function replay(
  history: History,
  { store: open = sqliteStore, tell = () => {} }: ReplayOptions = {},
): Promise<Verdict> {
  using _ = seededIds(chanceOf(history.seed ^ 0x5eed));
  using clock = virtualClock(START);
  await using store = await open();
  const { lagSeconds, uniqueness } = history;
  const world = await openWorld({ now: clock.now, lagSeconds, uniqueness, ...SECRETS });
  const company = await companyOf({ world, store, clock, secrets: SECRETS, tell });
  try {
    return await lived(company, history, tell);
  } finally {
    await company.close();
  }
}

async function lived(
  company: Company,
  { steps }: History,
  tell: (line: string) => void,
): Promise<Verdict> {
  const stray: string[] = [];
  const listen = (reason: unknown) => void stray.push(`nobody listened to: ${told(reason)}`);
  process.on('unhandledRejection', listen);
  try {
    for (const step of steps) {
      tell(JSON.stringify(step));
      await company.live(step);
    }
    await company.comeToRest();
    return [...(await wrongs(company)), ...stray];
  } catch (error) {
    return [error instanceof Wrong ? error.message : told(error), ...stray];
  } finally {
    process.off('unhandledRejection', listen);
  }
}

function told(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
