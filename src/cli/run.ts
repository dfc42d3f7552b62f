import type { Command } from 'commander';
import { sayRun } from './report.ts';
import {
  body,
  type CommonOptions,
  EXIT,
  knownSystems,
  newCommand,
  type Session,
  withEngine,
} from './session.ts';

export function runCommand(session: Session): Command {
  const command = newCommand('run', 'one run: read what changed, plan, write')
    .argument('[system...]', 'only these sources and targets')
    .option('--full', 'read everything, not only what changed');
  return body<CommonOptions & { readonly full?: true }>(
    session,
    command,
    (options, out, operands) =>
      withEngine(session, options, out, async ({ verbs }, watch, configuration) => {
        const systems = knownSystems(configuration, operands);
        const report = await verbs.run(
          {
            trigger: 'command',
            ...(systems && { systems }),
            ...(options.full && { full: true }),
          },
          watch,
        );
        out.json(report);
        sayRun(report, out);
        return EXIT[report.verdict];
      }),
  );
}
