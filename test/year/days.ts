/** Days of the year that is tried, a leap year: day 0 is its first. */

export type Day = number;

export const DAYS = 366;

const FIRST = Date.UTC(2028, 0, 1);

export function dateOf(day: Day): string {
  return new Date(FIRST + day * 86_400_000).toISOString().slice(0, 10);
}

/** When the engine runs: half past five in the morning, UTC. */
export function momentOf(day: Day): number {
  return FIRST + day * 86_400_000 + 5.5 * 3_600_000;
}

/** From 13 March on clocks in Austin show half past midnight then, until 5 November; else half past eleven. */
const SUMMER_IN_AUSTIN = { from: 72, through: 309 };

/** The day it is at that moment in an office. */
export function localDay(day: Day, office: string): Day {
  if (office !== 'Austin') return day;
  const summer = day >= SUMMER_IN_AUSTIN.from && day <= SUMMER_IN_AUSTIN.through;
  return summer ? day : day - 1;
}
