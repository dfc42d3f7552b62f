import { Command, InvalidArgumentError } from 'commander';
import { sayDecision } from './decision.ts';
import { historyCommand, showCommand } from './identity-history.ts';
import { body, type Session, type VerbOptions, verbCommand, withVerbs } from './session.ts';

export function identityCommand(session: Session): Command {
  return new Command('identity')
    .description('show, history, merge, unmerge: who somebody is and was')
    .helpOption('-h, --help', 'this text')
    .helpCommand(false)
    .addCommand(showCommand(session))
    .addCommand(historyCommand(session))
    .addCommand(merge(session))
    .addCommand(unmerge(session));
}

const PERSON = 'identity id, user name, e-mail, employee number or display name';

function merge(session: Session): Command {
  const command = verbCommand(
    'merge',
    'two are one person: everything of the second is the first’s',
  )
    .argument('<person>', PERSON)
    .argument('<other>', 'the same of the second, whose identity ends');
  return body<VerbOptions>(session, command, (options, out, [person = '', other = '']) =>
    withVerbs(session, options, out, async ({ verbs }) => {
      const decision = await verbs.mergePeople({ person, other });
      out.json(decision);
      sayDecision(decision, out);
      return 0;
    }),
  );
}

interface Named {
  readonly system: string;
  readonly id: string;
}

interface UnmergeOptions extends VerbOptions {
  readonly record?: readonly Named[];
}

function unmerge(session: Session): Command {
  const command = verbCommand('unmerge', 'one is two people, who are never joined again')
    .argument('<person>', PERSON)
    .option(
      '-r, --record <system/id>',
      "what is somebody else's, as often as needed; otherwise what was put together last",
      recordNamed,
    );
  return body<UnmergeOptions>(session, command, ({ record, ...options }, out, [person = '']) =>
    withVerbs(session, options, out, async ({ verbs }) => {
      const decision = await verbs.unmergePerson({ person, ...(record && { records: record }) });
      out.json(decision);
      sayDecision(decision, out);
      return 0;
    }),
  );
}

function recordNamed(text: string, before: readonly Named[] = []): readonly Named[] {
  const slash = text.indexOf('/');
  if (slash < 1 || slash === text.length - 1) throw new InvalidArgumentError('write system/id.');
  return [...before, { system: text.slice(0, slash), id: text.slice(slash + 1) }];
}
