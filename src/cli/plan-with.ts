/** What a change of the configuration would do, before it goes live, and what dates will bring. */

import { readFile } from 'node:fs/promises';
import type { TargetChange, WithReport, WithRequest } from '../sync/plan-with.ts';
import type { GroupChange } from '../sync/plan-with-groups.ts';
import { operationLine } from './operations.ts';
import { progressDisplay } from './progress.ts';
import { remotePlanWith } from './remote.ts';
import {
  configurationOf,
  EXIT,
  type Exit,
  knownSystems,
  Refusal,
  reachedServer,
  type Session,
  type VerbOptions,
} from './session.ts';
import type { Output } from './terminal.ts';
import { codeText, count, counted, duration, pastAction } from './words.ts';

export interface Otherwise {
  /** The file of a configuration that is not in force. */
  readonly with?: string;
  /** A day to come. */
  readonly at?: Date;
}

export async function planOtherwise(
  session: Session,
  options: VerbOptions & Otherwise,
  operands: readonly string[],
  out: Output,
): Promise<Exit> {
  const { with: file, at } = options;
  const requested = (systems: readonly string[] | undefined): WithRequest => ({
    ...(systems !== undefined && systems.length > 0 && { systems }),
    ...(at !== undefined && { at }),
  });
  if (options.server !== undefined) {
    const server = await reachedServer(session, options, options.server);
    using display = progressDisplay(out, session.terminal.stderr);
    const watch = { signal: session.signal, progress: display.show };
    const text = file === undefined ? undefined : await textOf(file);
    return said(await remotePlanWith(server, text, requested(operands), watch), file, out);
  }
  const configuration = await configurationOf(session, options, out);
  const next =
    file === undefined
      ? configuration
      : await configurationOf(session, { ...options, config: file }, out);
  const known = next.systems.map(({ name }) => name);
  const request = requested(knownSystems(known, operands));
  await using trial = await session.services.openTrial(configuration, next);
  using display = progressDisplay(out, session.terminal.stderr);
  const watch = { signal: session.signal, progress: display.show };
  return said(await trial.planWith(request, watch), file, out);
}

function said(report: WithReport, file: string | undefined, out: Output): Exit {
  out.json({ type: 'report', ...(file !== undefined && { with: file }), ...report });
  sayReport(report, out);
  return EXIT[report.verdict];
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new Refusal('file-unreadable', `${file} cannot be read: ${(error as Error).message}`, {
      exit: 64,
    });
  }
}

function sayReport(
  { people, targets, groups, joins, at, milliseconds }: WithReport,
  out: Output,
): void {
  if (at !== undefined) {
    out.say(`On ${at.toISOString().slice(0, 16)}Z, if no source says anything new until then:`);
    out.say();
  }
  for (const target of targets) sayTarget(target, out);
  for (const group of groups) sayGroup(group, out);
  for (const { system, kind, joining, creating, undecided } of joins) {
    out.say(out.paint('bold', `${kind}s of ${system} that belong to nobody so far`));
    const parts = [
      joining > 0 && `${count(joining)} would belong to somebody who is known`,
      creating > 0 && `${count(creating)} would be somebody new`,
      undecided > 0 && `${count(undecided)} would wait for a person to say whose they are`,
    ].filter((part) => part !== false);
    out.say(`  ${parts.join(', ')}.`);
    out.say();
  }
  const systems = new Set(targets.filter(isTouched).map(({ target }) => target)).size;
  out.say(
    `${counted(people, 'person', 'people')} in ${counted(systems, 'system')}, worked out in ${duration(milliseconds)} from what is stored. Nothing of it can be applied.`,
  );
}

const STATE: Readonly<Record<GroupChange['state'], string>> = {
  made: ' would be made',
  kept: '',
  ended: ' would end',
};

function sayGroup(change: GroupChange, out: Output): void {
  const { name, state, joining, leaving, joins, leaves } = change;
  out.say(`${out.paint('bold', `group ${name}`)}${STATE[state]}`);
  const rest = (all: number, some: readonly string[]) =>
    `${some.join(', ')}${all > some.length ? ` and ${count(all - some.length)} more` : ''}`;
  if (joining > 0) out.say(`  ${out.paint('green', '+')} ${rest(joining, joins)}`);
  if (leaving > 0) out.say(`  ${out.paint('red', '-')} ${rest(leaving, leaves)}`);
  out.say();
}

function isTouched({ people }: TargetChange): boolean {
  return people > 0;
}

function sayTarget(change: TargetChange, out: Output): void {
  const { target, kind, people, considered, counts, withdrawn, refused, holds, samples } = change;
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
  const { members } = change;
  if (members !== undefined) {
    out.say(
      `  Members of groups: ${count(members.added)} to be added, ${count(members.removed)} to be removed.`,
    );
  }
  for (const { message } of holds) {
    out.say(`  ${out.paint('yellow', 'Would be held:')} ${message}.`);
  }
  out.say();
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, number) => total + number, 0);
}
