import { type Command, Option } from 'commander';
import { label } from '../identity/identity.ts';
import type { Explained, MembershipExplanation, TargetExplanation } from '../sync/verbs.ts';
import { linkText, sayValues, sayWaits } from './explain-facts.ts';
import { mappingRow, stepLines } from './explain-steps.ts';
import { type TextOf, textWith } from './explain-text.ts';
import { whyText } from './groups.ts';
import { sayOperation } from './log.ts';
import { moment, momentToCome } from './moment.ts';
import { operationLine } from './operations.ts';
import { outcomeLine } from './outcome-line.ts';
import {
  assignment,
  body,
  knownSystems,
  Refusal,
  type Session,
  systemOption,
  type VerbOptions,
  verbCommand,
  withVerbs,
} from './session.ts';
import { tableLines } from './table.ts';
import type { Output } from './terminal.ts';
import { codeText, count } from './words.ts';

interface ExplainOptions extends VerbOptions {
  readonly system?: string;
  readonly set?: Readonly<Record<string, string>>;
  readonly without?: string;
  readonly at?: Date;
  readonly asOf?: Date;
  readonly attribute?: string;
  readonly group?: string;
  readonly operation?: string;
}

export function explainCommand(session: Session): Command {
  const command = verbCommand('explain', 'why, why not, and what if; writes nothing')
    .argument('[person]', 'user name, e-mail, employee number, name or identity id')
    .addOption(systemOption('only towards this target'))
    .option('--set <attribute=value>', 'what if the identity had this; may be repeated', assignment)
    .option('--without <system>', 'what if this source said nothing')
    .option('--at <time>', 'at another time: 2027-01-31, or 30d from now as 30d', momentToCome)
    .addOption(
      new Option('--as-of <time>', 'as it was then: 2026-01-31, or 3d ago as 3d')
        .argParser(moment)
        .conflicts('at'),
    )
    .option('--attribute <path>', 'where this value comes from')
    .option('--operation <entry>', 'instead of a person: this one, as the log names it')
    .option('--group <name>', 'only the membership of this group, and why there is none');
  return body<ExplainOptions>(session, command, (options, out, [person]) =>
    withVerbs(session, options, out, async ({ verbs, systems }, watch) => {
      const { system, set, without, at, asOf, attribute, group, operation } = options;
      if ((person === undefined) === (operation === undefined)) throw oneOrTheOther();
      if (operation !== undefined) {
        await sayOperation(operation, verbs, out);
        return 0;
      }
      for (const name of [system, without]) if (name !== undefined) knownSystems(systems, [name]);
      const explained = await verbs.explain(
        {
          person: person ?? '',
          ...(system && { system }),
          ...(set && { set }),
          ...(without && { without }),
          ...(at && { at }),
          ...(asOf && { asOf }),
          ...(attribute && { attribute }),
          ...(group && { group }),
        },
        watch,
      );
      out.json(explained);
      if (out.machine) return 0;
      const text = textWith(explained);
      sayIdentity(explained, text, out);
      sayValues(explained, text, out);
      if (attribute !== undefined && explained.values !== undefined) {
        for (const target of explained.targets) sayRows(target, attribute, text, out);
        return 0;
      }
      sayRuleGroups(explained, out);
      for (const target of explained.targets) sayTarget(target, explained, text, out);
      return 0;
    }),
  );
}

function oneOrTheOther(): Refusal {
  return new Refusal('wrong-usage', 'a person is explained, or an operation', {
    remedy: 'lockstep explain PERSON, or lockstep explain --operation ENTRY',
    exit: 64,
  });
}

function sayIdentity(
  { identity, records, assumed, without, at, past }: Explained,
  text: TextOf,
  out: Output,
): void {
  const { paint } = out;
  out.say(`${paint('bold', label(identity))}  ${paint('grey', `identity ${identity.id}`)}`);
  if (!identity.present)
    out.say(
      paint('yellow', '  Is not there: no authoritative record remains, or none that counts now.'),
    );
  const rules = past === undefined ? '' : ', by the rules and assignments of today';
  if (at !== undefined) out.say(paint('yellow', `  As of ${at.toISOString()}${rules}.`));
  if (past?.logged === false) {
    out.say(
      paint('yellow', '  What was in targets then is not kept: the log does not go back so far.'),
    );
  }
  if (without !== undefined) out.say(paint('yellow', `  As if ${without} said nothing.`));
  const joined = past === undefined ? records.map(({ ref }) => ref) : identity.links;
  for (const ref of joined) {
    out.say(`  joined: ${ref.system} ${ref.kind} ${paint('grey', ref.id)}`);
  }
  const rows = Object.entries(identity.attributes)
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([name, value]) => [
      name,
      text(value),
      Object.hasOwn(assumed, name)
        ? paint('yellow', 'assumed')
        : paint('grey', identity.origins[name] ?? ''),
    ]);
  for (const line of tableLines(rows, { width: out.width })) out.say(line);
  out.say();
}

function sayRuleGroups({ ruleGroups }: Explained, { paint, say, width }: Output): void {
  if (ruleGroups.length === 0) return;
  say(paint('bold', 'Groups by rule'));
  const rows = ruleGroups.map((standing) => [
    standing.member ? 'in' : 'not in',
    standing.group,
    paint('grey', whyText(standing)),
  ]);
  for (const line of tableLines(rows, { width })) say(line);
  say();
}

/** The rows that write or read one attribute. */
function sayRows(
  { target, steps }: TargetExplanation,
  attribute: string,
  text: TextOf,
  out: Output,
): void {
  const name = attribute.toLowerCase();
  const rows = steps.flatMap((step) =>
    step.type === 'mapping' &&
    (step.path.toLowerCase() === name || step.expression.toLowerCase().includes(`[${name}]`))
      ? [mappingRow(step, out, text)]
      : [],
  );
  out.say(out.paint('bold', target));
  for (const line of tableLines(rows, { width: out.width })) out.say(line);
  if (rows.length === 0) out.say('  nothing there is written from it');
  out.say();
}

function sayTarget(
  explained: TargetExplanation,
  { past }: Explained,
  text: TextOf,
  out: Output,
): void {
  const { target, account, steps, decision, history, inFlight, link } = explained;
  const { paint } = out;
  const held = account === undefined ? 'no account' : `account ${account.ref.id}`;
  out.say(`${paint('bold', target)}  ${paint('grey', held)}`);
  if (link !== undefined) out.say(paint('grey', `  ${linkText(link)}`));
  if (inFlight !== undefined) {
    out.say(`  A creation was sent at ${inFlight.since.toISOString()}, and its answer was lost.`);
  }
  for (const step of steps) {
    if (step.type !== 'mapping') for (const line of stepLines(step, out)) out.say(`  ${line}`);
  }
  const mappings = steps.flatMap((step) =>
    step.type === 'mapping' ? [mappingRow(step, out, text)] : [],
  );
  for (const line of tableLines(mappings, { width: out.width, indent: 4 })) out.say(line);

  out.say();
  const run = past === undefined ? 'A run would do' : 'A run then would have done';
  if ('action' in decision) {
    out.say(`  ${paint('bold', run)}`);
    out.say(`  ${operationLine(decision, out)}`);
  } else {
    const why = decision.message === '' ? codeText(decision.code) : decision.message;
    out.say(`  ${paint('bold', `${run} nothing:`)} ${explained.fact?.message ?? why}`);
    if (decision.refused) out.say(paint('grey', `  ${decision.code}: see docs/errors.md`));
  }
  sayWaits(explained, out);
  const escrow = explained.due?.escrow;
  if (escrow !== undefined) out.say(`  ${escrow.message}; now instead: lockstep provision`);
  sayMembers(explained, out);
  if (history.length > 0)
    out.say(`  ${paint('bold', past === undefined ? 'Before' : 'Until then')}`);
  for (const row of history) out.say(`  ${outcomeLine(row, { ...out, width: out.width - 2 })}`);
  out.say();
}

const VERDICT: Readonly<Record<MembershipExplanation['verdict'], string>> = {
  member: 'member of',
  joins: 'joins',
  leaves: 'leaves',
  waits: 'waits for',
  failed: 'refused by',
  not: 'not in',
};

function sayMembers({ memberships = [], members }: TargetExplanation, out: Output): void {
  const { paint, width } = out;
  if (memberships.length > 0) out.say(`  ${paint('bold', 'Groups')}`);
  const rows = memberships.map(({ verdict, group, why }) => [
    VERDICT[verdict],
    group,
    paint('grey', why),
  ]);
  for (const line of tableLines(rows, { width, indent: 4 })) out.say(line);
  if (members === undefined) return;
  const { atSources, held, due, failed, failures, withoutAccount } = members;
  out.say(`  ${paint('bold', 'Members')}`);
  const numbers = [`${count(atSources)} at the sources`, `${count(held)} here`];
  if (due > 0) numbers.push(`${count(due)} to be looked at`);
  if (failed > 0) numbers.push(paint('yellow', `${count(failed)} failed`));
  out.say(`    ${numbers.join(', ')}`);
  for (const { label: name, code, message } of failures) {
    out.say(`    ${paint('yellow', code)} ${name}: ${message}`);
  }
  if (withoutAccount.length > 0) {
    out.say(`    without an account here: ${withoutAccount.join(', ')}`);
  }
}
