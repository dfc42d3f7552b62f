import { open } from 'node:fs/promises';
import type { Command } from 'commander';
import type { Operation } from '../plan/plan.ts';
import { pathText, signOf } from '../plan/text.ts';
import { sayRun } from './report.ts';
import {
  body,
  EXIT,
  Refusal,
  type Session,
  type VerbOptions,
  verbCommand,
  withVerbs,
} from './session.ts';
import { tableLines } from './table.ts';
import type { Output } from './terminal.ts';
import { colourOf, count } from './words.ts';

export function applyCommand(session: Session): Command {
  const command = verbCommand('apply', 'exactly that plan, or the reason why not').argument(
    '<file>',
    'written by: lockstep plan SYSTEM --out FILE',
  );
  return body<VerbOptions>(session, command, async (options, out, [file = '']) => {
    const lines = linesOf(file);
    return await withVerbs(session, options, out, async ({ verbs }, watch) => {
      const report = await verbs.apply(lines, watch);
      const moved: Moved[] = [];
      const query = { run: report.run, type: 'skipped', limit: Number.MAX_SAFE_INTEGER } as const;
      for await (const { operation, why, fields = [] } of verbs.log(query)) {
        const { action, identity, label, system } = operation;
        if (why === 'moved') moved.push({ system, action, identity, label, fields });
      }
      out.json({ ...report, moved });
      sayRun(report, out);
      sayMoved(moved, out);
      return moved.length > 0 && report.verdict === 'done' ? 2 : EXIT[report.verdict];
    });
  });
}

/** An operation that was left out, because the account is not what it was. */
interface Moved extends Pick<Operation, 'system' | 'action' | 'identity' | 'label'> {
  readonly fields: readonly string[];
}

const NAMED = 20;

function sayMoved(moved: readonly Moved[], out: Output): void {
  if (moved.length === 0) return;
  out.say();
  out.say(`${count(moved.length)} had moved since the plan was made, and were left out:`);
  const rows = moved.slice(0, NAMED).map(({ action, label, fields }) => {
    const what = fields.map(pathText).join(', ');
    return [out.paint(colourOf(action), signOf(action)), label, what];
  });
  for (const line of tableLines(rows, { width: out.width })) out.say(line);
  const more = moved.length - NAMED;
  if (more > 0) out.say(out.paint('grey', `  … and ${count(more)} more: lockstep log`));
  out.say('Plan again with: lockstep plan');
}

async function* linesOf(file: string): AsyncGenerator<string> {
  let handle: Awaited<ReturnType<typeof open>>;
  try {
    handle = await open(file);
  } catch (error) {
    throw new Refusal('plan-unreadable', `${file} cannot be read: ${(error as Error).message}`, {
      remedy: 'write one with: lockstep plan SYSTEM --out FILE',
      exit: 64,
    });
  }
  await using _closing = handle;
  yield* handle.readLines();
}
