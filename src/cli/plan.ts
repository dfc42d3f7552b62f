import { open, rename } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import type { PlannedTarget, Verbs } from '../sync/verbs.ts';
import { momentAhead } from './moment.ts';
import { operationLine } from './operations.ts';
import { planShowCommand } from './plan-show.ts';
import { type Otherwise, planOtherwise } from './plan-with.ts';
import { sayFailure, sayHolds, sayReadings } from './report.ts';
import {
  body,
  EXIT,
  knownSystems,
  Refusal,
  type Session,
  type VerbOptions,
  verbCommand,
  withVerbs,
} from './session.ts';
import type { Output } from './terminal.ts';
import { codeText, count, counted, pastAction } from './words.ts';

interface PlanOptions extends VerbOptions, Otherwise {
  readonly out?: string;
  readonly full?: true;
  readonly all?: true;
}

const SHOWN = 20;

export function planCommand(session: Session): Command {
  const command = verbCommand('plan', 'what a run would do; nothing is written')
    .argument('[system...]', 'only these sources and targets')
    .option('-o, --out <file>', 'write the plan of one target, for: lockstep apply FILE')
    .option('-w, --with <file>', 'what this configuration would do, were it in force')
    .addOption(
      new Option('--at <time>', 'what dates will bring until then: 2027-01-31, or 30d')
        .argParser(momentAhead)
        .conflicts(['out', 'full', 'all']),
    )
    .option('--full', 'read everything, not only what changed')
    .option('--all', `every operation, not only the first ${SHOWN}`);
  command.addCommand(planShowCommand(session));
  return body<PlanOptions>(session, command, (options, out, operands) => {
    if (options.with !== undefined || options.at !== undefined) {
      return planOtherwise(session, options, operands, out);
    }
    return withVerbs(session, options, out, async ({ verbs, systems }, watch) => {
      const named = knownSystems(systems, operands);
      const report = await verbs.plan(
        { ...(named && { systems: named }), ...(options.full && { full: true }) },
        watch,
      );
      out.json({ type: 'report', ...report });
      sayReadings(report.readings, out);
      for (const planned of report.targets) {
        if (out.machine) await printOperations(planned, verbs, out);
        else await sayPlan(planned, verbs, out, options.all === true);
      }
      if (options.out !== undefined) await writePlan(report.targets, verbs, options.out, out);
      return EXIT[report.verdict];
    });
  });
}

async function printOperations({ plan }: PlannedTarget, verbs: Verbs, out: Output): Promise<void> {
  if (plan === undefined) return;
  for await (const { operation } of verbs.operations(plan.key)) {
    out.json({ type: 'operation', ...operation });
  }
  for await (const omission of verbs.refusals(plan.key)) out.json({ type: 'refusal', ...omission });
}

async function sayPlan(
  { target, plan, omitted, failure }: PlannedTarget,
  verbs: Verbs,
  out: Output,
  all: boolean,
): Promise<void> {
  out.say(out.paint('bold', target));
  sayFailure(failure, out);
  if (plan === undefined) {
    if (failure === undefined) out.say('Nothing to do: nobody is due.');
    return;
  }
  let shown = 0;
  let total = 0;
  for await (const { operation } of verbs.operations(plan.key)) {
    total++;
    if (!all && shown >= SHOWN) continue;
    shown++;
    out.say(operationLine(operation, out));
  }
  if (total > shown) {
    out.say(out.paint('grey', `  … and ${count(total - shown)} more; all of them with --all`));
  }
  const planned = Object.entries(plan.counts).map(
    ([action, number]) =>
      `${count(number)} to be ${pastAction(action as Parameters<typeof pastAction>[0])}`,
  );
  out.say(
    total === 0
      ? `Nothing to do for ${counted(plan.considered, 'person', 'people')} looked at.`
      : `${planned.join(', ')}; ${counted(plan.considered, 'person', 'people')} looked at.`,
  );
  for (const [code, number] of Object.entries(omitted)) {
    if (code !== 'in-sync') out.say(out.paint('grey', `  ${count(number)} ${codeText(code)}`));
  }
  sayHolds(plan, out);
  out.say();
}

/** Whole or not at all: a plan that was cut off must not look like a smaller one. */
export async function writePlan(
  targets: readonly Pick<PlannedTarget, 'plan'>[],
  verbs: Verbs,
  file: string,
  out: Output,
): Promise<void> {
  const plans = targets.flatMap(({ plan }) => (plan === undefined ? [] : [plan]));
  const [plan] = plans;
  if (plan === undefined || plans.length > 1) {
    throw new Refusal(
      'one-plan-a-file',
      plan === undefined
        ? 'there is no plan to write'
        : `a file holds the plan of one target, and there are ${plans.length}`,
      { remedy: 'name the target: lockstep plan SYSTEM --out FILE', exit: 64 },
    );
  }
  const unfinished = `${file}.unfinished`;
  {
    await using handle = await open(unfinished, 'w', 0o600);
    for await (const line of verbs.planFile(plan.key)) await handle.write(`${line}\n`);
  }
  await rename(unfinished, file);
  out.say(`Written to ${file}. Carry it out with: ${out.paint('cyan', `lockstep apply ${file}`)}`);
}
