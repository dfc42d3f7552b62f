import type { Command } from 'commander';
import type { ProvisionReport } from '../sync/verbs.ts';
import { operationLine } from './operations.ts';
import { sayFailure } from './report.ts';
import {
  body,
  EXIT,
  type Exit,
  knownSystems,
  type Session,
  systemOption,
  type VerbOptions,
  verbCommand,
  withVerbs,
} from './session.ts';
import type { Output } from './terminal.ts';
import { duration } from './words.ts';

export function provisionCommand(session: Session): Command {
  const command = verbCommand('provision', 'this one now, ahead of everything')
    .argument('<person...>', 'user name, e-mail, employee number, name or identity id')
    .addOption(systemOption('only in this target'));
  return body<VerbOptions & { readonly system?: string }>(
    session,
    command,
    (options, out, people) =>
      withVerbs(session, options, out, async ({ verbs, systems }, watch) => {
        const { system } = options;
        if (system !== undefined) knownSystems(systems, [system]);
        let worst: Exit = 0;
        for (const person of people) {
          const report = await verbs.provision({ person, ...(system && { system }) }, watch);
          out.json(report);
          sayProvision(report, out);
          const exit = EXIT[report.verdict];
          if (worst === 0 || exit === EXIT.failed) worst = exit;
        }
        return worst;
      }),
  );
}

function sayProvision({ label, targets }: ProvisionReport, out: Output): void {
  for (const { target, outcomes, omission, failure, visibleAfterSeconds } of targets) {
    out.say(`${out.paint('bold', target)}  ${label}`);
    for (const { operation, type, failure: refused, message, milliseconds } of outcomes) {
      out.say(`  ${operationLine(operation, out)}`);
      if (type === 'done') {
        out.say(`  ${out.paint('green', 'done')} in ${duration(milliseconds)}`);
      } else {
        out.say(`  ${out.paint('red', type)}: ${refused?.message ?? message ?? ''}`);
        if (refused?.remedy !== undefined) out.say(`  ${refused.remedy}`);
      }
    }
    if (omission !== undefined) out.say(`  nothing to do: ${omission.message}`);
    sayFailure(failure, out);
    if (outcomes.length > 0 && visibleAfterSeconds !== undefined && visibleAfterSeconds > 0) {
      out.say(
        `  ${target} may show it up to ${duration(visibleAfterSeconds * 1000)} later. If it cannot wait, do it there by hand too.`,
      );
    }
  }
}
