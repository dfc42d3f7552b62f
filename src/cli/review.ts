import type { Command } from 'commander';
import type { ReviewItem } from '../warehouse/warehouse.ts';
import { body, type Session, type VerbOptions, verbCommand, withVerbs } from './session.ts';
import type { Output } from './terminal.ts';
import { ago, counted } from './words.ts';

export function reviewCommand(session: Session): Command {
  const command = verbCommand('review', 'what only a person can decide: ambiguous matches');
  return body<VerbOptions>(session, command, (options, out) =>
    withVerbs(session, options, out, async ({ verbs, now }) => {
      const items = await verbs.reviews();
      for (const item of items) out.json(item);
      sayReviews(items, now(), out);
      return items.length > 0 ? 2 : 0;
    }),
  );
}

const REMEDY: Readonly<Record<ReviewItem['kind'], string>> = {
  'ambiguous-join': 'Make the joining attribute unique at the source; the next run joins them.',
  'ambiguous-match': 'Remove or rename all but one of the accounts; the next run links the other.',
  'unconfirmed-create':
    'Look whether the account is there. If so, the next run links it; if not, provision the person again.',
};

function sayReviews(items: readonly ReviewItem[], now: Date, out: Output): void {
  if (items.length === 0) {
    out.say('Nothing waits for a person.');
    return;
  }
  for (const { system, subject, message, candidates, since, kind } of items) {
    out.say(
      `${out.paint('yellow', '?')} ${system}  ${subject}  ${out.paint('grey', ago(since, now))}`,
    );
    out.say(`  ${message}`);
    for (const { id, label } of candidates) out.say(`    ${label}  ${out.paint('grey', id)}`);
    out.say(`  ${REMEDY[kind]}`);
  }
  out.say();
  out.say(`${counted(items.length, 'decision')} to be made.`);
}
