/** Points in time as people type them. */

import { InvalidArgumentError } from 'commander';

const UNIT: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `2026-01-31`, `2026-01-31T08:00Z`, or so long ago: `2h`, `3d`. */
export function moment(text: string): Date {
  return timeOf(text, /^(\d+)([mhd])$/, -1, 'a date, or such as 2h or 3d.');
}

/** The same, where a time to come makes no sense. */
export function momentPast(text: string): Date {
  const at = moment(text);
  if (at.getTime() > Date.now()) throw new InvalidArgumentError('a time that has passed.');
  return at;
}

/** `2026-01-31`, `2026-01-31T08:00Z`, or so much later: `2h`, `30d`. */
export function momentToCome(text: string): Date {
  return timeOf(text, /^\+?(\d+)([mhd])$/, 1, 'a date, or such as 2h or 30d.');
}

/** The same, where a time that has passed makes no sense. */
export function momentAhead(text: string): Date {
  const at = momentToCome(text);
  if (at.getTime() <= Date.now()) throw new InvalidArgumentError('a time to come.');
  return at;
}

function timeOf(text: string, span: RegExp, direction: 1 | -1, help: string): Date {
  const [, number, unit] = span.exec(text) ?? [];
  const at =
    number === undefined
      ? new Date(text)
      : new Date(Date.now() + direction * Number(number) * (UNIT[unit ?? 'd'] ?? 0));
  if (Number.isNaN(at.getTime())) throw new InvalidArgumentError(help);
  return at;
}
