import type { Command } from 'commander';
import type { Choice, Decision } from '../warehouse/decision.ts';
import type { ReviewItem } from '../warehouse/warehouse.ts';
import { sayDecision, sayDecisions } from './decision.ts';
import { percent, sayCase, sayHead } from './review-case.ts';
import {
  body,
  type Session,
  type VerbOptions,
  verbCommand,
  wholeNumber,
  withVerbs,
} from './session.ts';
import type { Output } from './terminal.ts';
import { counted } from './words.ts';

export function reviewCommand(session: Session): Command {
  const command = verbCommand('review', 'what only a person can decide: who is who')
    .enablePositionalOptions()
    .configureHelp({ subcommandTerm: (each) => each.name() })
    .helpCommand(false)
    .addCommand(show(session))
    .addCommand(join(session))
    .addCommand(reject(session))
    .addCommand(newPerson(session))
    .addCommand(decisions(session))
    .addCommand(undo(session));
  return body<VerbOptions>(session, command, (options, out) =>
    withVerbs(session, options, out, async ({ verbs, now }) => {
      const items = await verbs.reviews();
      for (const item of items) out.json(item);
      sayReviews(items, now(), out);
      return items.length > 0 ? 2 : 0;
    }),
  );
}

function show(session: Session): Command {
  const command = verbCommand('show', 'the record and every candidate, side by side').argument(
    '<review>',
    'its id, or the beginning of it',
  );
  return body<VerbOptions>(session, command, (options, out, [review = '']) =>
    withVerbs(session, options, out, async ({ verbs, now }) => {
      const found = await verbs.review(review);
      out.json(found);
      sayCase(found, now(), out);
      return 2;
    }),
  );
}

function join(session: Session): Command {
  const command = verbCommand('join', 'it is this person')
    .argument('<review>', 'its id, or the beginning of it')
    .argument('<candidate>', 'its number in the list, its identity id, or what it is called');
  return deciding(session, command, (identity = '') => ({ type: 'join', identity }));
}

function reject(session: Session): Command {
  const command = verbCommand('reject', 'it is not this person, nor ever will be')
    .argument('<review>', 'its id, or the beginning of it')
    .argument('[candidate]', 'only this one; none of them otherwise');
  return deciding(session, command, (identity) => ({
    type: 'reject',
    ...(identity !== undefined && { identity }),
  }));
}

function newPerson(session: Session): Command {
  const command = verbCommand('new', 'it is somebody of their own').argument(
    '<review>',
    'its id, or the beginning of it',
  );
  return deciding(session, command, () => ({ type: 'new-person' }));
}

function deciding(
  session: Session,
  command: Command,
  choiceOf: (candidate?: string) => Choice,
): Command {
  return body<VerbOptions>(session, command, (options, out, [review = '', candidate]) =>
    withVerbs(session, options, out, async ({ verbs }) => {
      const decision = await verbs.decideReview(review, choiceOf(candidate));
      out.json(decision);
      sayDecision(decision, out);
      return 0;
    }),
  );
}

interface DecisionsOptions extends VerbOptions {
  readonly limit: number;
}

function decisions(session: Session): Command {
  const command = verbCommand('decisions', 'what was decided, the newest first').option(
    '-n, --limit <number>',
    'so many',
    wholeNumber,
    20,
  );
  return body<DecisionsOptions>(session, command, (options, out) =>
    withVerbs(session, options, out, async ({ verbs, now }) => {
      const made: readonly Decision[] = await verbs.decisions(options.limit);
      for (const decision of made) out.json(decision);
      sayDecisions(made, now(), session.terminal.stdout.columns ?? 100, out);
      return 0;
    }),
  );
}

function undo(session: Session): Command {
  const command = verbCommand('undo', 'take a decision back').argument(
    '<decision>',
    'its id: see lockstep review decisions',
  );
  return body<VerbOptions>(session, command, (options, out, [id = '']) =>
    withVerbs(session, options, out, async ({ verbs }) => {
      const decision = await verbs.undoDecision(id);
      out.json(decision);
      out.say(`Taken back. ${out.paint('cyan', 'lockstep review')} shows what is open again.`);
      return 0;
    }),
  );
}

const REMEDY: Readonly<Record<ReviewItem['kind'], string>> = {
  'ambiguous-join': 'Decide: lockstep review show, then join, reject or new.',
  'ambiguous-match': 'Remove or rename all but one of the accounts; the next run links the other.',
  'unconfirmed-create':
    'Look whether the account is there. If so, the next run links it; if not, provision the person again.',
};

function sayReviews(items: readonly ReviewItem[], now: Date, out: Output): void {
  if (items.length === 0) {
    out.say('Nothing waits for a person.');
    return;
  }
  for (const item of items) {
    sayHead(item, now, out);
    item.candidates.forEach(({ id, label, alike }, index) => {
      const confidence = alike === undefined ? '' : `  ${percent(alike.confidence)}`;
      out.say(`    ${index + 1}  ${label}${confidence}  ${out.paint('grey', id)}`);
    });
    out.say(`  ${REMEDY[item.kind]}`);
  }
  out.say();
  out.say(`${counted(items.length, 'decision')} to be made.`);
}
