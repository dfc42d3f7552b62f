import { open } from 'node:fs/promises';
import type { Command } from 'commander';
import { sayRun } from './report.ts';
import {
  body,
  type CommonOptions,
  EXIT,
  newCommand,
  Refusal,
  type Session,
  withEngine,
} from './session.ts';

export function applyCommand(session: Session): Command {
  const command = newCommand('apply', 'exactly that plan, or the reason why not').argument(
    '<file>',
    'written by: lockstep plan SYSTEM --out FILE',
  );
  return body<CommonOptions>(session, command, async (options, out, [file = '']) => {
    const lines = linesOf(file);
    return await withEngine(session, options, out, async ({ verbs }, watch) => {
      const report = await verbs.apply(lines, watch);
      out.json(report);
      sayRun(report, out);
      const moved = report.targets.reduce((total, { skipped }) => total + (skipped.moved ?? 0), 0);
      if (moved > 0) {
        out.say(`${moved} had moved since the plan was made. Plan again with: lockstep plan`);
      }
      return moved > 0 && report.verdict === 'done' ? 2 : EXIT[report.verdict];
    });
  });
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
