import type { Command } from 'commander';
import type { UndoneTarget, UndoReport } from '../sync/undo.ts';
import type { Verbs } from '../sync/verbs.ts';
import { operationLine } from './operations.ts';
import { writePlan } from './plan.ts';
import { sayFailure, sayRun } from './report.ts';
import {
  body,
  EXIT,
  type Session,
  systemOption,
  type VerbOptions,
  verbCommand,
  withVerbs,
} from './session.ts';
import { tableLines } from './table.ts';
import type { Output } from './terminal.ts';
import { codeText, count, counted } from './words.ts';

interface UndoOptions extends VerbOptions {
  readonly system?: string;
  readonly recreate?: true;
  readonly out?: string;
  readonly resume?: true;
}

const SHOWN = 20;

export function undoCommand(session: Session): Command {
  const command = verbCommand('undo', 'put back what a run changed; held for a person to look at')
    .argument('<run>', 'its id, or the beginning of it: see lockstep log')
    .addOption(systemOption('only in this target'))
    .option('--recreate', 'create again, as new accounts, what the run deleted')
    .option('--out <file>', 'write the plan, for lockstep apply')
    .option('--resume', 'let those be written again whom the undo of this run put back');
  return body<UndoOptions>(session, command, (options, out, [run = '']) =>
    withVerbs(session, options, out, async ({ verbs }, watch) => {
      if (options.resume) {
        const report = await verbs.resume(run, watch);
        out.json(report);
        sayRun(report, out);
        return EXIT[report.verdict];
      }
      const { system, recreate } = options;
      const report = await verbs.undo(
        { run, ...(system && { system }), ...(recreate && { recreate }) },
        watch,
      );
      out.json(report);
      if (!out.machine) await sayUndo(report, verbs, out);
      if (options.out !== undefined) await writePlan(report.targets, verbs, options.out, out);
      return EXIT[report.verdict];
    }),
  );
}

async function sayUndo({ targets }: UndoReport, verbs: Verbs, out: Output): Promise<void> {
  for (const target of targets) {
    out.say(out.paint('bold', target.target));
    if (target.plan === undefined) out.say('  Nothing can be put back.');
    else await sayOperations(target.plan.key, verbs, out);
    sayLeft(target, out);
    sayFailure(target.failure, out);
    for (const { message } of target.plan?.holds ?? []) {
      out.say(`  ${out.paint('yellow', 'Held:')} ${message}.`);
    }
    if (target.plan !== undefined) {
      const { id } = target.plan;
      out.say(`  Let it go: ${out.paint('cyan', `lockstep release ${id.slice(0, 12)}`)}`);
      out.say('  Whoever is put back stays so until the configuration changes, or a person says:');
      out.say(`  ${out.paint('cyan', 'lockstep undo RUN --resume')}, or release --person for one.`);
    }
    out.say();
  }
}

async function sayOperations(key: string, verbs: Verbs, out: Output): Promise<void> {
  let total = 0;
  for await (const { operation } of verbs.operations(key)) {
    total++;
    if (total <= SHOWN) out.say(operationLine(operation, out));
  }
  if (total > SHOWN) out.say(out.paint('grey', `… and ${count(total - SHOWN)} more; see --out`));
}

function sayLeft({ left, leftPeople, remarks }: UndoneTarget, out: Output): void {
  for (const [code, number] of Object.entries(left)) {
    out.say(`  ${out.paint('yellow', counted(number, 'time'))} ${codeText(code)}:`);
    const rows = leftPeople
      .filter((each) => each.code === code)
      .slice(0, SHOWN)
      .map(({ label, message }) => [label, message]);
    for (const line of tableLines(rows, { width: out.width, indent: 4 })) out.say(line);
  }
  for (const remark of remarks) out.say(`  ${out.paint('grey', `${remark}.`)}`);
}
