/** `identity show` and `identity history`: who somebody is or was, and what changed. */

import { type Command, InvalidArgumentError } from 'commander';
import { valueText } from '../plan/text.ts';
import type { PersonHistory, ShownIdentity, ShownValue } from '../sync/history.ts';
import type { Cause, HistoryEntry, Moved, ValueChange } from '../warehouse/history.ts';
import { offerRow } from './explain-choice.ts';
import { moment } from './moment.ts';
import { body, type Session, type VerbOptions, verbCommand, withVerbs } from './session.ts';
import { tableLines } from './table.ts';
import type { Output } from './terminal.ts';
import { ago } from './words.ts';

const PERSON = 'identity id, user name, e-mail, employee number or display name';

interface ShowOptions extends VerbOptions {
  readonly asOf?: Date;
}

export function showCommand(session: Session): Command {
  const command = verbCommand('show', 'every value: whose, since when, and who else offers one')
    .argument('<person>', PERSON)
    .option('--as-of <time>', 'as it was then: 2026-01-31, or 3d ago as 3d', moment);
  return body<ShowOptions>(session, command, (options, out, [person = '']) =>
    withVerbs(session, options, out, async ({ verbs, now }) => {
      const { asOf } = options;
      const shown = await verbs.showIdentity({ person, ...(asOf && { asOf }) });
      out.json(shown);
      if (!out.machine) sayShown(shown, asOf ?? now(), out);
      return 0;
    }),
  );
}

interface HistoryOptions extends VerbOptions {
  readonly limit: number;
}

const SHOWN = 50;

export function historyCommand(session: Session): Command {
  const command = verbCommand('history', 'what changed, from which source, in which run')
    .argument('<person>', `${PERSON}; the id also of one that has ended`)
    .option('--limit <number>', 'so many changes, the newest first', wholeNumber, SHOWN);
  return body<HistoryOptions>(session, command, (options, out, [person = '']) =>
    withVerbs(session, options, out, async ({ verbs }) => {
      const history = await verbs.identityHistory({ person, limit: options.limit });
      out.json(history);
      if (!out.machine) sayHistory(history, out);
      return 0;
    }),
  );
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0 && number <= 1000) return number;
  throw new InvalidArgumentError('a number from 1 to 1000.');
}

function sayShown(shown: ShownIdentity, at: Date, out: Output): void {
  const { identity, label, asOf, keptSince, values } = shown;
  const { paint, width } = out;
  out.say(`${paint('bold', label)}  ${paint('grey', `identity ${identity.id}`)}`);
  if (asOf !== undefined) out.say(paint('yellow', `  As of ${asOf.toISOString()}.`));
  if (!identity.present) out.say(paint('yellow', '  Has left: no authoritative record remains.'));
  for (const ref of identity.links) {
    out.say(`  joined: ${ref.system} ${ref.kind} ${paint('grey', ref.id)}`);
  }
  const rows = values.flatMap((value) => valueRows(value, at, keptSince, out));
  for (const line of tableLines(rows, { width })) out.say(line);
}

const NOW = { computed: false, past: false };

/** A value, and below it what others offer. */
function valueRows(
  { path, value, origin = '', since, offers = [] }: ShownValue,
  at: Date,
  keptSince: Date,
  out: Output,
): readonly (readonly string[])[] {
  const { paint } = out;
  const age =
    since === undefined ? `before ${keptSince.toISOString().slice(0, 10)}` : ago(since, at);
  const losers = offers
    .filter(({ wins }) => !wins)
    .map((offer) => {
      const [system = '', offered = '', ...why] = offerRow(offer, NOW, valueText, out);
      const reason = why.filter((text) => text !== '').join(', ');
      return ['', paint('grey', offered), paint('grey', system), reason];
    });
  if (value === undefined) {
    const decides = offers.find(({ wins }) => wins)?.system ?? '';
    return [[path, 'no value', decides, paint('grey', 'authoritative')], ...losers];
  }
  return [[path, valueText(value), origin, paint('grey', age)], ...losers];
}

function sayHistory(history: PersonHistory, out: Output): void {
  const { identity, label, keptSince, entries, more } = history;
  const { paint } = out;
  out.say(`${paint('bold', label)}  ${paint('grey', `identity ${identity}`)}`);
  for (const entry of entries) sayEntry(entry, out);
  if (more) out.say(paint('grey', 'There is more: --limit'));
  else if (entries.at(-1)?.type !== 'made') {
    const moment = keptSince.getTime() > 0 ? ` ${keptSince.toISOString()}` : '';
    out.say(paint('grey', `What was before${moment} is not kept.`));
  }
}

function sayEntry(entry: HistoryEntry, out: Output): void {
  const { at, changes, linked, unlinked, records } = entry;
  const { paint, width } = out;
  const { run } = entry.cause;
  const about = records.map(({ system, id }) => `${system}/${id}`).join(', ');
  const why = [whyText(entry.cause), about, run === undefined ? '' : `run ${run}`];
  out.say();
  out.say(`${at.toISOString()}  ${eventText(entry)}`);
  out.say(paint('grey', `  ${why.filter((text) => text !== '').join('  ')}`));
  for (const each of linked) out.say(`  ${paint('green', '+')} ${linkText(each, 'from')}`);
  for (const each of unlinked) out.say(`  ${paint('red', '-')} ${linkText(each, 'now')}`);
  const rows = changes.map((change) => [
    change.path,
    valuesText(change),
    paint('grey', originText(change)),
  ]);
  for (const line of tableLines(rows, { width })) out.say(line);
}

function eventText({ type, present }: HistoryEntry): string {
  if (type === 'made') return 'became known';
  if (type === 'ended') return 'ended: no record is left';
  if (present === undefined) return 'changed';
  return present ? 'is back' : 'left';
}

const WHY: Readonly<Record<Cause['type'], (cause: Cause) => string>> = {
  date: () => 'a date came',
  reading: ({ system }) => (system === undefined ? 'met on the way' : `read from ${system}`),
  answer: ({ system = '' }) => `an account in ${system}`,
  decision: ({ decision = '' }) => `a person decided: ${decision}`,
  configuration: () => 'the configuration changed',
  import: () => 'a person imported the account',
};

function whyText(cause: Cause): string {
  return WHY[cause.type](cause);
}

function linkText({ ref, other }: Moved, word: 'from' | 'now'): string {
  const whose = other === undefined ? '' : `  ${word} identity ${other}`;
  return `${ref.system}/${ref.id}${whose}`;
}

function valuesText({ before, after }: ValueChange): string {
  const [old, now] = [valueText(before), valueText(after)];
  // Where they are the same, only its supplier changed.
  return before === undefined || old === now ? now : `${old} → ${now}`;
}

function originText({ from, origin }: ValueChange): string {
  if (from === undefined || from === origin) return origin ?? '';
  return origin === undefined ? `was ${from}'s` : `${from} → ${origin}`;
}
