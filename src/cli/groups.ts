/** Groups made by rule: what there is, who is in, and why. */

import type { Command } from 'commander';
import type { ShownRuleGroup } from '../sync/groups.ts';
import type { RuleStanding } from '../warehouse/rule-group-views.ts';
import type { GroupException } from '../warehouse/rule-groups.ts';
import { body, type Session, type VerbOptions, verbCommand, withVerbs } from './session.ts';
import { tableLines } from './table.ts';
import type { Output } from './terminal.ts';
import { counted } from './words.ts';

export function groupsCommand(session: Session): Command {
  const command = verbCommand(
    'groups',
    'groups made by rule; of one, who is in it and why',
  ).argument('[group]', 'its name in the configuration');
  return body<VerbOptions>(session, command, (options, out, [name]) =>
    withVerbs(session, options, out, async ({ verbs }) => {
      const groups = await verbs.groups();
      if (name === undefined) {
        out.json(groups);
        sayGroups(groups, out);
        return 0;
      }
      const group = groups.find((each) => each.name === name);
      if (group !== undefined) sayGroup(group, out);
      for await (const member of verbs.groupMembers(name)) {
        out.json(member);
        const rows = [[member.label, whyText(member)]];
        for (const line of tableLines(rows, { width: out.width })) out.say(line);
      }
      return 0;
    }),
  );
}

function sayGroups(groups: readonly ShownRuleGroup[], out: Output): void {
  if (groups.length === 0) out.say('There are none: groups: of the configuration makes some.');
  const rows = groups.map(({ name, members, exceptions, rule }) => [
    name,
    counted(members, 'member'),
    exceptions.length === 0 ? '' : counted(exceptions.length, 'exception'),
    out.paint('grey', rule),
  ]);
  for (const line of tableLines(rows, { width: out.width })) out.say(line);
}

function sayGroup(group: ShownRuleGroup, out: Output): void {
  const { title, name, rule, members, exceptions, description, owner } = group;
  out.say(`${out.paint('bold', title)}  ${out.paint('grey', name)}`);
  if (description !== undefined) out.say(`  ${description}`);
  if (owner !== undefined) out.say(`  owner: ${owner}`);
  out.say(`  rule: ${rule}`);
  for (const exception of exceptions) {
    const { inForce, known } = exception;
    const idle = inForce ? (known ? '' : 'nobody is called so') : 'it is over';
    out.say(`  ${exceptionText(exception)}${idle === '' ? '' : out.paint('yellow', `  ${idle}`)}`);
  }
  out.say(`  ${counted(members, 'member')}`);
  out.say();
}

/** Why somebody is in a group or not, in one line. */
export function whyText({ exception, clauses, member, until }: RuleStanding): string {
  const changes = until === undefined ? '' : `; looked at again ${until.toISOString()}`;
  if (exception !== undefined) return `${exceptionText(exception)}${changes}`;
  const said = clauses.filter(({ verdict }) => verdict === member).map(({ clause }) => clause);
  const why = member ? said.join(' · ') : said.map((clause) => `not: ${clause}`).join(' · ');
  return `${why}${changes}`;
}

function exceptionText({ type, person, until, reason }: GroupException): string {
  // Whole days are what a configuration has.
  const last = until === undefined ? '' : ` until ${lastDay(until)}`;
  return `${type === 'include' ? 'included' : 'excluded'}: ${person}${last}: ${reason}`;
}

function lastDay(until: Date): string {
  return new Date(until.getTime() - 1).toISOString().slice(0, 10);
}
