import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { body, type Session, type VerbOptions, verbCommand, withVerbs } from './session.ts';

export function allowCommand(session: Session): Command {
  const command = verbCommand('allow', 'a record that was suppressed may be taken again').argument(
    '<system/id>',
    'the record, as its system has it',
    written,
  );
  return body<VerbOptions>(session, command, (options, out, [record = '']) =>
    withVerbs(session, options, out, async ({ verbs }) => {
      const slash = record.indexOf('/');
      const named = { system: record.slice(0, slash), id: record.slice(slash + 1) };
      await verbs.allowRecord(named);
      out.json(named);
      out.say(`${record} is taken again with the next reading, as somebody new.`);
      return 0;
    }),
  );
}

function written(text: string): string {
  if (/^[^/]+\/./.test(text)) return text;
  throw new InvalidArgumentError('write system/id.');
}
