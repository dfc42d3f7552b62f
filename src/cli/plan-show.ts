/** One plan of the store, drilled into: why it is held, since when, and what it would do to whom. */

import { type Command, Option } from 'commander';
import { isHeldBy } from '../plan/guards.ts';
import type { Action, Operation } from '../plan/plan.ts';
import type { StoredPlan } from '../plan/plans.ts';
import { operationLine } from './operations.ts';
import { sayHolds } from './report.ts';
import {
  body,
  Refusal,
  type Session,
  type VerbOptions,
  verbCommand,
  withVerbs,
} from './session.ts';
import type { Output } from './terminal.ts';
import { ACTIONS, count, counted, pastAction } from './words.ts';

interface ShowOptions extends VerbOptions {
  readonly only?: readonly Action[];
  readonly held?: true;
}

export function planShowCommand(session: Session): Command {
  const command = verbCommand('show', 'a plan that was made: why it waits, and all it would do')
    .argument('<plan>', 'a system, or the id of a plan')
    .addOption(actionsOption('--only <action...>', 'only operations of these kinds'))
    .option('--held', 'only what a guard is about');
  return body<ShowOptions>(session, command, (options, out, [name = '']) =>
    withVerbs(session, options, out, async ({ verbs }) => {
      const plan = await verbs.findPlan(name);
      if (plan === undefined) {
        throw new Refusal('no-such-plan', `there is no plan ${name}`, {
          remedy: 'see lockstep status for the plans that are held',
        });
      }
      out.json({ type: 'plan', ...plan });
      sayPlan(plan, out);
      const isShown = shownBy(options, plan);
      let shown = 0;
      for await (const { operation } of verbs.operations(plan.key)) {
        if (!isShown(operation)) continue;
        shown++;
        out.json({ type: 'operation', ...operation });
        out.say(operationLine(operation, out));
      }
      out.say(`${counted(shown, 'operation')}.`);
      sayHolds(plan, out);
      return plan.state === 'held' ? 2 : 0;
    }),
  );
}

/** One or more actions, by the names that plans have for them. */
export function actionsOption(flags: string, help: string): Option {
  return new Option(flags, help).choices(ACTIONS);
}

function shownBy({ only, held }: ShowOptions, { holds }: StoredPlan) {
  return (operation: Operation): boolean =>
    (only?.includes(operation.action) ?? true) &&
    (held !== true || holds.some((hold) => isHeldBy(hold, operation)));
}

function sayPlan({ target, id, state, createdAt, counts, carried = {} }: StoredPlan, out: Output) {
  const parts = Object.entries(counts).map(([action, number]) => {
    const done = carried[action as Action];
    const so = done === undefined ? '' : ` (${count(done)} carried out)`;
    return `${count(number)} to be ${pastAction(action as Action)}${so}`;
  });
  out.say(`${out.paint('bold', target)}  ${state}, made ${createdAt.toISOString()}, ${id}`);
  out.say(parts.join(', ') || 'nothing to do');
}
