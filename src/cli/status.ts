import type { Command } from 'commander';
import type { StatusReport } from '../sync/verbs.ts';
import { sayHolds, sayToDecide } from './report.ts';
import {
  body,
  type Exit,
  type Session,
  type VerbOptions,
  verbCommand,
  withVerbs,
} from './session.ts';
import { tableLines } from './table.ts';
import type { Output } from './terminal.ts';
import { ago, count, counted, duration } from './words.ts';

export function statusCommand(session: Session): Command {
  const command = verbCommand('status', 'freshness and health of every system');
  return body<VerbOptions>(session, command, (options, out) =>
    withVerbs(session, options, out, async ({ verbs, now }) => {
      const status = await verbs.status();
      out.json(status);
      sayStatus(status, now(), out);
      return exitOf(status);
    }),
  );
}

function exitOf({ sources, targets, reviews }: StatusReport): Exit {
  if (targets.some(({ health }) => health.state === 'quarantined')) return 1;
  const waits = ({ plan, drift }: StatusReport['targets'][number]) =>
    plan?.state === 'held' || drift !== undefined;
  const doubted = sources.some(({ withheld }) => withheld !== undefined);
  return doubted || reviews > 0 || targets.some(waits) ? 2 : 0;
}

function sayStatus(
  { sources, targets, lanes, lastRun, reviews }: StatusReport,
  now: Date,
  out: Output,
): void {
  out.say(out.paint('bold', 'Sources'));
  const sourceRows = sources.map(({ system, kind, readAt, records }) => [
    system,
    `${kind}s`,
    // Assignments are rows of their own kind, not records.
    kind === 'assignment' ? '' : count(records),
    readAt === undefined ? out.paint('yellow', 'never read') : `read ${ago(readAt, now)}`,
  ]);
  for (const line of tableLines(sourceRows, { width: out.width, right: [2] })) out.say(line);
  for (const { system, kind, withheld } of sources) {
    if (withheld === undefined) continue;
    const { absent, before } = withheld;
    out.say(
      `  ${out.paint('yellow', 'Not believed:')} ${count(absent)} of ${count(before)} ${kind}s of ${system} were not there. If they are gone: ${out.paint('cyan', `lockstep release --absences ${system}`)}`,
    );
  }
  out.say();

  out.say(out.paint('bold', 'Targets'));
  const targetRows = targets.map(
    ({ target, managed, due, oldestDue, escrowed, refused, health }) => [
      target,
      health.state === 'well' ? out.paint('green', 'well') : out.paint('red', 'quarantined'),
      `${count(managed)} accounts`,
      due === 0
        ? 'nothing waiting'
        : `${count(due)} waiting${oldestDue === undefined ? '' : `, the oldest for ${duration(now.getTime() - oldestDue.getTime())}`}`,
      escrowed > 0 ? out.paint('yellow', `${count(escrowed)} tried again later`) : '',
      refused > 0 ? out.paint('yellow', `${count(refused)} refused`) : '',
    ],
  );
  for (const line of tableLines(targetRows, { width: out.width })) out.say(line);
  for (const each of targets) {
    const { target, health, plan, expiresAt, refused, escrowed, drift, paused, dates } = each;
    if (dates !== undefined) {
      const { people, next } = dates;
      out.say(
        `  ${target}: a date to come for ${counted(people, 'person', 'people')}, the next ${next.toISOString()}`,
      );
    }
    if (health.state === 'quarantined') {
      out.say(`  ${out.paint('red', target)}: ${health.message ?? health.code ?? ''}`);
      if (health.probeAt !== undefined) {
        out.say(`  It is tried again at ${health.probeAt.toISOString()}.`);
      }
    }
    if (health.stopped !== undefined && plan?.state !== 'held') {
      out.say(
        `  ${out.paint('yellow', target)}: the last run was stopped: ${health.stopped.message}`,
      );
    }
    if (plan !== undefined) sayHolds(plan, out, { now, ...(expiresAt && { expiresAt }) });
    if (drift !== undefined) {
      out.say(
        `  ${count(drift)} changed by others: ${out.paint('cyan', `lockstep reconcile ${target} --list`)}`,
      );
    }
    if (paused !== undefined) out.say(`  ${count(paused)} stay as an undo put them.`);
    if (refused + escrowed > 0) {
      out.say(`  Who and why: ${out.paint('cyan', `lockstep log --unsent ${target}`)}`);
    }
  }
  out.say();

  for (const { work, system, host, pid } of lanes) {
    const what = work === 'read' ? `reads ${system}` : `writes to ${system}`;
    out.say(`Process ${pid} on ${host} ${what} now.`);
  }
  sayToDecide(reviews, out);
  out.say(lastRunText(lastRun, now));
}

function lastRunText(run: StatusReport['lastRun'], now: Date): string {
  if (run === undefined) return 'There was no run yet. Start one with: lockstep run';
  if (run.report === undefined) {
    return run.finishedAt === undefined
      ? `A run began ${ago(run.startedAt, now)} and has not ended.`
      : `The last run began ${ago(run.startedAt, now)}.`;
  }
  return `The last run began ${ago(run.startedAt, now)}, took ${duration(run.report.milliseconds)}: ${run.report.verdict}.`;
}
