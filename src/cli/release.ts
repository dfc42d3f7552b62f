import type { Command } from 'commander';
import type { Action } from '../plan/plan.ts';
import type { PartRequest, ReleaseRequest } from '../sync/verbs.ts';
import { actionsOption } from './plan-show.ts';
import { sayRun } from './report.ts';
import {
  body,
  EXIT,
  knownSystems,
  type Session,
  systemOption,
  type VerbOptions,
  verbCommand,
  withVerbs,
} from './session.ts';

interface ReleaseOptions extends VerbOptions {
  readonly only?: readonly string[];
  readonly except?: readonly string[];
  readonly action?: readonly Action[];
  readonly absences?: string;
  readonly person?: string;
  readonly system?: string;
}

export function releaseCommand(session: Session): Command {
  const command = verbCommand('release', 'let a held plan go')
    .argument('[plan]', 'a system, or the id of a plan; the one that is held by default')
    .option('--only <person...>', 'only these people of it; the rest stays held')
    .option('--except <person...>', 'without these people, who stay held')
    .addOption(actionsOption('--action <action...>', 'only operations of these kinds'))
    .option('--absences <system>', 'what the last reading of a source lacked is really gone')
    .option('--person <name>', 'let an account that somebody disabled be enabled again')
    .addOption(systemOption('with --person: only in this target'));
  return body<ReleaseOptions>(session, command, (options, out, [named]) =>
    withVerbs(session, options, out, async ({ verbs, systems }, watch) => {
      if (options.absences !== undefined) knownSystems(systems, [options.absences]);
      const report = await verbs.release(releaseRequest(options, named, systems), watch);
      out.json(report);
      sayRun(report, out);
      return EXIT[report.verdict];
    }),
  );
}

function releaseRequest(
  options: ReleaseOptions,
  named: string | undefined,
  systems: readonly string[],
): ReleaseRequest {
  const { person, system, absences } = options;
  if (absences !== undefined) return { type: 'absences', system: absences };
  if (person !== undefined) return { type: 'person', person, ...(system && { system }) };
  const part = partOf(options);
  if (named === undefined) return { type: 'system', ...part };
  return systems.includes(named)
    ? { type: 'system', system: named, ...part }
    : { type: 'plan', plan: named, ...part };
}

function partOf({ only, except, action }: ReleaseOptions): PartRequest {
  return {
    ...(only && { only }),
    ...(except && { except }),
    ...(action && { actions: action }),
  };
}
