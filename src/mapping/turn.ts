/**
 * When a value that is worked out from the time becomes another one. How an expression depends on
 * `Now()` is not known, so it is asked ahead, day by day, and the moment is narrowed down within the
 * day. What comes and goes within one day is not seen.
 */

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const DAYS_AHEAD = 32;

/**
 * @param valueAt Compared as text.
 * @returns When it is another one, or when to look ahead again. Nothing for a value that never rests
 *   for an hour, such as the time itself: it changes when something else does.
 */
export function turnOf(valueAt: (now: Date) => unknown, now: Date): Date | undefined {
  const textAt = (time: number): string | undefined => JSON.stringify(valueAt(new Date(time)));
  const from = now.getTime();
  const value = textAt(from);
  for (let day = 1; day <= DAYS_AHEAD; day++) {
    if (textAt(from + day * DAY) === value) continue;
    let [same, other] = [from + (day - 1) * DAY, from + day * DAY];
    while (other - same > 1) {
      const middle = Math.floor((same + other) / 2);
      if (textAt(middle) === value) same = middle;
      else other = middle;
    }
    return textAt(other + HOUR) === textAt(other) ? new Date(other) : undefined;
  }
  return new Date(from + DAYS_AHEAD * DAY);
}
