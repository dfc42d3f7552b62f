import { confirm, isCancel } from '@clack/prompts';
import type { Command } from 'commander';
import type { ErasurePlan } from '../sync/privacy-plan.ts';
import { writePrivately } from './privacy-export.ts';
import { sayErasure } from './privacy-proof.ts';
import {
  body,
  type Exit,
  Refusal,
  type Session,
  type VerbOptions,
  verbCommand,
  withVerbs,
} from './session.ts';
import { tableLines } from './table.ts';
import { isInteractive, type Output } from './terminal.ts';
import { count, counted } from './words.ts';

interface EraseOptions extends VerbOptions {
  readonly reason?: string;
  readonly suppress?: true;
  readonly leaveAccounts?: true;
  readonly yes?: true;
  readonly out?: string;
}

export function eraseCommand(session: Session): Command {
  const command = verbCommand('erase', 'takes away everything about one person; shows it first')
    .argument('<person>', 'identity id, user name, e-mail, employee number or display name')
    .option('--reason <text>', 'why; kept in the proof, so name nobody')
    .option('--suppress', 'their records are not taken any more, whatever sources say')
    .option('--leave-accounts', "accounts in targets stay as they are, and are nobody's")
    .option('-y, --yes', 'erase; otherwise it is asked, or only shown')
    .option('-o, --out <file>', 'write the proof there');
  return body<EraseOptions>(session, command, (options, out, [person = '']) =>
    withVerbs(session, options, out, async ({ verbs }, watch) => {
      const { suppress, leaveAccounts, reason } = options;
      const request = {
        person,
        ...(suppress && { suppress }),
        ...(leaveAccounts && { leaveAccounts }),
      };
      // An interrupted one goes on, where there is nobody left to show.
      if (!(options.yes && reason !== undefined)) {
        const plan = await verbs.planErasure(request);
        sayPlan(plan, out);
        if (plan.blocks.length > 0) return shown(plan, out);
        if (!options.yes && !(await asked(plan, session, out))) return shown(plan, out);
      }
      if (reason === undefined) {
        throw new Refusal('choice-missing', 'an erasure needs a reason', {
          remedy: '--reason "request of 2026-03-02": it is kept in the proof, so name nobody',
          exit: 64,
        });
      }
      const erasure = await verbs.erasePerson({ ...request, reason }, watch);
      if (options.out !== undefined) {
        await writePrivately(options.out, `${JSON.stringify(erasure, undefined, 2)}\n`);
      }
      out.json(erasure);
      sayErasure(erasure, out);
      return 0;
    }),
  );
}

function shown(plan: ErasurePlan, out: Output): Exit {
  out.json(plan);
  return 2;
}

function sayPlan(
  { person, blocks, erased, kept, suppressed, ends }: ErasurePlan,
  out: Output,
): void {
  out.say(`${out.paint('bold', person.label)} (${person.id}) would lose:`);
  const rows = erased.map(({ rows, what }) => [count(rows), what]);
  for (const line of tableLines(rows, { width: out.width, indent: 2, right: [0] })) out.say(line);
  for (const { rows, what, why } of kept)
    out.say(`Kept: ${what} (${counted(rows, 'row')}): ${why}.`);
  if (suppressed > 0) out.say(`${counted(suppressed, 'record')} would not be taken any more.`);
  for (const { target, plan } of ends) {
    out.say(`Given up: the plan ${plan.slice(0, 12)} for ${target}, which waits; make it again.`);
  }
  for (const { message, remedy } of blocks) {
    out.say(`${out.paint('yellow', 'In the way')}: ${message}`);
    out.say(out.paint('grey', `  ${remedy}`));
  }
}

async function asked({ person }: ErasurePlan, session: Session, out: Output): Promise<boolean> {
  if (out.machine || !isInteractive(session.terminal)) {
    if (!out.machine) out.say('Nothing was erased: add --yes to do it.');
    return false;
  }
  const answer = await confirm({
    message: `Erase ${person.label}? It cannot be taken back.`,
    initialValue: false,
  });
  return !isCancel(answer) && answer;
}
