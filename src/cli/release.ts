import type { Command } from 'commander';
import type { ReleaseRequest } from '../sync/verbs.ts';
import { sayRun } from './report.ts';
import {
  body,
  type CommonOptions,
  EXIT,
  newCommand,
  type Session,
  systemOption,
  withEngine,
} from './session.ts';

interface ReleaseOptions extends CommonOptions {
  readonly person?: string;
  readonly system?: string;
}

export function releaseCommand(session: Session): Command {
  const command = newCommand('release', 'let a held plan go')
    .argument('[plan]', 'a system, or the id of a plan; the one that is held by default')
    .option('--person <name>', 'let an account that somebody disabled be enabled again')
    .addOption(systemOption('with --person: only in this target'));
  return body<ReleaseOptions>(session, command, (options, out, [named]) =>
    withEngine(session, options, out, async ({ verbs }, watch, { systems }) => {
      const known = systems.map(({ name }) => name);
      const report = await verbs.release(releaseRequest(options, named, known), watch);
      out.json(report);
      sayRun(report, out);
      return EXIT[report.verdict];
    }),
  );
}

function releaseRequest(
  { person, system }: ReleaseOptions,
  named: string | undefined,
  systems: readonly string[],
): ReleaseRequest {
  if (person !== undefined) return { type: 'person', person, ...(system && { system }) };
  if (named === undefined) return { type: 'system' };
  return systems.includes(named)
    ? { type: 'system', system: named }
    : { type: 'plan', plan: named };
}
