/** What a run did, as people read it: read, written, not written and why, what to do now. */

import type { StoredPlan } from '../plan/plans.ts';
import type { ReadingReport, RunReport, SystemFailure, TargetReport } from '../sync/engine.ts';
import { tableLines } from './table.ts';
import type { Output } from './terminal.ts';
import { codeText, count, counted, duration, pastAction, rate } from './words.ts';

export function sayRun(report: RunReport, out: Output): void {
  sayReadings(report.readings, out);
  for (const target of report.targets) sayTarget(target, out);
  const verdict = {
    done: out.paint('green', 'Done'),
    held: out.paint('yellow', 'Held'),
    failed: out.paint('red', 'Failed'),
  }[report.verdict];
  out.say(`${verdict} in ${duration(report.milliseconds)}.`);
}

/** Records in doubt are nobody's, and nothing is written for them. */
export function sayToDecide(reviews: number, { paint, say }: Output): void {
  if (reviews === 0) return;
  say(`${count(reviews)} to be decided by a person: ${paint('cyan', 'lockstep review')}`);
}

export function sayReadings(readings: readonly ReadingReport[], out: Output): void {
  if (readings.length === 0) return;
  out.say(out.paint('bold', 'Read'));
  const rows = readings.map(({ system, kind, mode, result, failure, milliseconds }) => [
    system,
    `${kind}s`,
    mode === 'full' ? 'all' : 'changes',
    ...(result === undefined
      ? ['', out.paint('red', failure?.message ?? 'failed')]
      : [
          count(result.seen),
          [
            result.added > 0 && `${count(result.added)} new`,
            result.changed > 0 && `${count(result.changed)} changed`,
            result.removed > 0 && `${count(result.removed)} gone`,
            `in ${duration(milliseconds)}`,
          ]
            .filter((part) => part !== false)
            .join(', '),
        ]),
  ]);
  for (const line of tableLines(rows, { width: out.width, right: [3] })) out.say(line);
  sayNotTaken(readings, out);
  out.say();
}

/** Of what sources showed, what was not believed, and what to do about it. */
export function sayNotTaken(readings: readonly ReadingReport[], out: Output): void {
  for (const { system, failure } of readings) {
    if (failure === undefined) continue;
    if (failure.remedy !== undefined) out.say(`  ${system}: ${failure.remedy}`);
    out.say(out.paint('grey', `  ${failure.code}: see docs/errors.md`));
  }
  for (const { system, kind, result, problems = [] } of readings) {
    for (const { message } of problems.slice(0, REJECTED_SHOWN)) {
      out.say(`  ${out.paint('yellow', 'Not taken:')} ${system} ${kind}: ${message}`);
    }
    for (const { ref, message } of result?.rejected.slice(0, REJECTED_SHOWN) ?? []) {
      out.say(`  ${out.paint('yellow', 'Not taken:')} ${system} ${kind} ${ref.id}: ${message}`);
    }
    const more = (result?.rejectedCount ?? 0) - REJECTED_SHOWN;
    if (more > 0) out.say(`  … and ${count(more)} more; what was known of them stays.`);
    if (result?.withheld === undefined) continue;
    const { absent, before } = result.withheld;
    out.say(
      `  ${out.paint('yellow', 'Not believed:')} ${count(absent)} of ${count(before)} ${kind}s of ${system} were not there; nobody was taken for gone.`,
    );
    out.say(
      `  If they really are gone: ${out.paint('cyan', `lockstep release --absences ${system}`)}`,
    );
  }
}

const REJECTED_SHOWN = 5;

function sayTarget(report: TargetReport, out: Output): void {
  const { target, plan, done, failed, skipped, omitted, failure, applyMilliseconds } = report;
  const written = sum(done);
  out.say(out.paint('bold', target));
  const pace = rate(written, applyMilliseconds);
  const rows: string[][] = [
    ...Object.entries(done).map(([action, number]) => [
      out.paint('green', pastAction(action as Parameters<typeof pastAction>[0])),
      count(number),
      '',
    ]),
    ...Object.entries(failed).map(([code, number]) => [
      out.paint('red', 'failed'),
      count(number),
      codeText(code),
    ]),
    ...Object.entries(skipped).map(([why, number]) => [
      out.paint('yellow', 'not carried out'),
      count(number),
      why,
    ]),
    ...byNumber(omitted).map(([code, number]) => [
      out.paint('grey', 'left alone'),
      count(number),
      codeText(code),
    ]),
  ];
  if (rows.length === 0 && failure === undefined) rows.push([out.paint('grey', 'nothing to do')]);
  for (const line of tableLines(rows, { width: out.width, right: [1] })) out.say(line);
  if (written > 0) {
    out.say(`  ${counted(written, 'operation')} in ${duration(applyMilliseconds)}, ${pace}`);
  }
  sayFailure(failure, out);
  if (plan !== undefined) sayHolds(plan, out);
  const refused = Object.keys(omitted).some((code) => REFUSED.has(code)) || sum(failed) > 0;
  if (refused) out.say(`  Who and why: ${out.paint('cyan', `lockstep log --unsent ${target}`)}`);
  out.say();
}

/** Of the reasons to do nothing, those that keep somebody out who should be in. */
const REFUSED: ReadonlySet<string> = new Set([
  'missing-required',
  'mapping-failed',
  'refused-by-precheck',
  'ambiguous-match',
  'account-taken',
  'disabled-in-target',
  'no-match-value',
]);

export function sayFailure(failure: SystemFailure | undefined, out: Output): void {
  if (failure === undefined) return;
  out.say(`  ${out.paint('red', failure.message)}`);
  if (failure.remedy !== undefined) out.say(`  ${failure.remedy}`);
}

export function sayHolds(
  { holds, state, target, id, partial, createdAt }: StoredPlan,
  out: Output,
  { now, expiresAt }: { readonly now?: Date; readonly expiresAt?: Date } = {},
): void {
  if (state !== 'held') return;
  for (const { message } of holds) out.say(`  ${out.paint('yellow', 'Held:')} ${message}.`);
  const short = id.slice(0, 8);
  const release = `lockstep release ${partial ? short : target}`;
  out.say(
    `  Look: ${out.paint('cyan', `lockstep plan show ${short} --held`)}   Release: ${out.paint('cyan', release)}`,
  );
  if (now === undefined) return;
  const until =
    expiresAt === undefined ? '' : `, and can be let go until ${expiresAt.toISOString()}`;
  out.say(`  It has been held for ${duration(now.getTime() - createdAt.getTime())}${until}.`);
}

function byNumber(
  counts: Readonly<Record<string, number>>,
): readonly (readonly [string, number])[] {
  return Object.entries(counts).toSorted(([, a], [, b]) => b - a);
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, number) => total + number, 0);
}
