import type { Command } from 'commander';
import { sayRun, sayToDecide } from './report.ts';
import {
  body,
  EXIT,
  knownSystems,
  type Session,
  type VerbOptions,
  verbCommand,
  withVerbs,
} from './session.ts';

export function runCommand(session: Session): Command {
  const command = verbCommand('run', 'one run: read what changed, plan, write')
    .argument('[system...]', 'only these sources and targets')
    .option('--full', 'read everything, not only what changed');
  return body<VerbOptions & { readonly full?: true }>(session, command, (options, out, operands) =>
    withVerbs(session, options, out, async ({ verbs, systems }, watch) => {
      const named = knownSystems(systems, operands);
      const report = await verbs.run(
        {
          trigger: 'command',
          ...(named && { systems: named }),
          ...(options.full && { full: true }),
        },
        watch,
      );
      out.json(report);
      sayRun(report, out);
      if (!out.machine) sayToDecide((await verbs.reviews()).length, out);
      return EXIT[report.verdict];
    }),
  );
}
