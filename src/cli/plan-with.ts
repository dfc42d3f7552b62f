/** What a change of the configuration would do, before it goes live. */

import type { TargetChange, WithReport } from '../sync/plan-with.ts';
import { operationLine } from './operations.ts';
import { progressDisplay } from './progress.ts';
import {
  configurationOf,
  EXIT,
  type Exit,
  knownSystems,
  Refusal,
  type Session,
  type VerbOptions,
} from './session.ts';
import type { Output } from './terminal.ts';
import { codeText, count, counted, duration, pastAction } from './words.ts';

export async function planWithFile(
  session: Session,
  options: VerbOptions,
  file: string,
  operands: readonly string[],
  out: Output,
): Promise<Exit> {
  if (options.server !== undefined) {
    throw new Refusal('with-is-local', 'a server does not see files that are here', {
      remedy: 'leave --server out, where the store of the server can be reached',
      exit: 64,
    });
  }
  const configuration = await configurationOf(session, options, out);
  const next = await configurationOf(session, { ...options, config: file }, out);
  const known = next.systems.map(({ name }) => name);
  await using trial = await session.services.openTrial(configuration, next);
  using display = progressDisplay(out, session.terminal.stderr);
  const watch = { signal: session.signal, progress: display.show };
  const report = await trial.planWith(knownSystems(known, operands), watch);
  out.json({ type: 'report', with: file, ...report });
  sayReport(report, out);
  return EXIT[report.verdict];
}

function sayReport({ people, targets, milliseconds }: WithReport, out: Output): void {
  for (const target of targets) sayTarget(target, out);
  const systems = new Set(targets.filter(isTouched).map(({ target }) => target)).size;
  out.say(
    `${counted(people, 'person', 'people')} in ${counted(systems, 'system')}, worked out in ${duration(milliseconds)} from what is stored. Nothing of it can be applied.`,
  );
}

function isTouched({ people }: TargetChange): boolean {
  return people > 0;
}

function sayTarget(
  { target, kind, people, considered, counts, withdrawn, refused, holds, samples }: TargetChange,
  out: Output,
): void {
  out.say(out.paint('bold', `${target} ${kind}s`));
  for (const operation of samples) out.say(operationLine(operation, out));
  const more = sum(counts) - samples.length;
  if (more > 0) out.say(out.paint('grey', `  … and ${count(more)} more`));
  const parts = [
    ...Object.entries(counts).map(
      ([action, number]) =>
        `${count(number)} to be ${pastAction(action as Parameters<typeof pastAction>[0])}`,
    ),
    ...(withdrawn > 0 ? [`${count(withdrawn)} planned today and not any more`] : []),
  ];
  out.say(`  ${parts.join(', ') || 'no difference'}; ${count(people)} of ${count(considered)}.`);
  for (const [code, number] of Object.entries(refused)) {
    out.say(`  ${out.paint('yellow', 'would be refused:')} ${count(number)} ${codeText(code)}`);
  }
  for (const { message } of holds) {
    out.say(`  ${out.paint('yellow', 'Would be held:')} ${message}.`);
  }
  out.say();
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, number) => total + number, 0);
}
