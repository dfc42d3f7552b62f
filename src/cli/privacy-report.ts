import type { Command } from 'commander';
import type { PrivacyReport, SourceReport, Use } from '../sync/privacy-report.ts';
import { body, type Session, type VerbOptions, verbCommand, withVerbs } from './session.ts';
import { tableLines } from './table.ts';
import type { Output } from './terminal.ts';
import { count, counted, duration } from './words.ts';

export function reportCommand(session: Session): Command {
  const command = verbCommand('report', 'what is read about people, what for, and for nothing');
  return body<VerbOptions>(session, command, (options, out) =>
    withVerbs(session, options, out, async ({ verbs }) => {
      const report = await verbs.privacyReport();
      out.json(report);
      for (const source of report.sources) saySource(source, out);
      sayRetention(report, out);
      return 0;
    }),
  );
}

function saySource({ system, kind, asked, unasked, stored }: SourceReport, out: Output): void {
  out.say(out.paint('bold', `${system}, ${kind}`));
  const there = asked.filter(({ records }) => records > 0 || stored.records === 0);
  const missing = asked.filter((each) => !there.includes(each));
  const rows = there.map(({ attribute, as, uses, sensitive, idle }) => [
    attribute,
    as.filter((name) => name !== attribute).join(', '),
    sensitive ? out.paint('yellow', 'private') : '',
    idle ? out.paint('yellow', useText(uses)) : useText(uses),
  ]);
  for (const line of tableLines(rows, { width: out.width, indent: 2 })) out.say(line);
  if (missing.length > 0) {
    const names = missing.map(({ attribute }) => attribute);
    out.say(out.paint('grey', `  Asked for, and no record has it: ${names.join(', ')}`));
  }
  if (unasked.length > 0) {
    out.say(out.paint('grey', `  Not asked for, as nothing uses it: ${unasked.join(', ')}`));
  }
  for (const { attribute, records, sensitive } of stored.unused) {
    out.say(
      `  ${out.paint('yellow', 'Never used')}: ${attribute}${sensitive ? ', which is private' : ''}, in ${count(records)} of ${counted(stored.records, 'record')} looked at`,
    );
  }
}

function sayRetention({ retention }: PrivacyReport, out: Output): void {
  if (retention.length === 0) return;
  out.say(out.paint('bold', 'Of people who have left'));
  const rows = retention.map(({ attribute, seconds, leavers, forgotten }) => [
    attribute,
    `kept ${duration(seconds * 1000)}`,
    `deleted of ${count(forgotten)} of ${counted(leavers, 'person', 'people')}`,
  ]);
  for (const line of tableLines(rows, { width: out.width, indent: 2 })) out.say(line);
}

function useText(uses: readonly Use[]): string {
  if (uses.length === 0) return 'nothing uses it';
  const texts = uses.map(({ type, of }) =>
    of === undefined ? WORDS[type] : `${WORDS[type]} ${of}`,
  );
  return texts.join('; ');
}

const WORDS: Readonly<Record<Use['type'], string>> = {
  mapping: 'written to',
  scope: 'decides who is in',
  urgent: 'decides who goes first in',
  join: 'joins records of',
  reference: 'names others in',
  group: 'makes the group',
  rule: 'decides',
  age: 'says how old values are',
  standing: 'says who is active',
  naming: 'people are called by it',
};
