import type { Command } from 'commander';
import { label } from '../identity/identity.ts';
import { changeText, pathText, valueText } from '../plan/text.ts';
import type { Step } from '../plan/trace.ts';
import type { Explained, MembershipExplanation, TargetExplanation } from '../sync/verbs.ts';
import { operationLine } from './operations.ts';
import { outcomeLine } from './outcome-line.ts';
import {
  assignment,
  body,
  knownSystems,
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
  readonly group?: string;
}

export function explainCommand(session: Session): Command {
  const command = verbCommand('explain', 'why, why not, and what if; writes nothing')
    .argument('<person>', 'user name, e-mail, employee number, name or identity id')
    .addOption(systemOption('only towards this target'))
    .option('--set <attribute=value>', 'what if the identity had this; may be repeated', assignment)
    .option('--group <name>', 'only the membership of this group, and why there is none');
  return body<ExplainOptions>(session, command, (options, out, [person = '']) =>
    withVerbs(session, options, out, async ({ verbs, systems }, watch) => {
      const { system, set, group } = options;
      if (system !== undefined) knownSystems(systems, [system]);
      const explained = await verbs.explain(
        { person, ...(system && { system }), ...(set && { set }), ...(group && { group }) },
        watch,
      );
      out.json(explained);
      sayIdentity(explained, out);
      for (const target of explained.targets) sayTarget(target, out);
      return 0;
    }),
  );
}

function sayIdentity({ identity, records, assumed }: Explained, out: Output): void {
  const { paint } = out;
  out.say(`${paint('bold', label(identity))}  ${paint('grey', `identity ${identity.id}`)}`);
  if (!identity.present) out.say(paint('yellow', '  Has left: no authoritative record remains.'));
  for (const { ref } of records) {
    out.say(`  joined: ${ref.system} ${ref.kind} ${paint('grey', ref.id)}`);
  }
  const rows = Object.entries(identity.attributes)
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([name, value]) => [
      name,
      valueText(value),
      Object.hasOwn(assumed, name)
        ? paint('yellow', 'assumed')
        : paint('grey', identity.origins[name] ?? ''),
    ]);
  for (const line of tableLines(rows, { width: out.width })) out.say(line);
  out.say();
}

function sayTarget(explained: TargetExplanation, out: Output): void {
  const { target, account, due, steps, decision, history, inFlight } = explained;
  const { paint } = out;
  const held = account === undefined ? 'no account' : `account ${account.ref.id}`;
  out.say(`${paint('bold', target)}  ${paint('grey', held)}`);
  if (inFlight !== undefined) {
    out.say(`  A creation was sent at ${inFlight.since.toISOString()}, and its answer was lost.`);
  }
  for (const step of steps) {
    if (step.type !== 'mapping') for (const line of stepLines(step, out)) out.say(`  ${line}`);
  }
  const mappings = steps.flatMap((step) =>
    step.type === 'mapping' ? [mappingRow(step, out)] : [],
  );
  for (const line of tableLines(mappings, { width: out.width, indent: 4 })) out.say(line);

  out.say();
  if ('action' in decision) {
    out.say(`  ${paint('bold', 'A run would do')}`);
    out.say(`  ${operationLine(decision, out)}`);
  } else {
    const why = decision.message === '' ? codeText(decision.code) : decision.message;
    out.say(`  ${paint('bold', 'A run would do nothing:')} ${why}`);
    if (decision.refused) out.say(paint('grey', `  ${decision.code}: see docs/errors.md`));
  }
  if (due?.escrow !== undefined) {
    const { attempts, message } = due.escrow;
    out.say(`  ${paint('yellow', `Failed ${attempts} times`)}: ${message}`);
    if (due.notBefore !== undefined) {
      out.say(`  It is tried again at ${due.notBefore.toISOString()}, or now: lockstep provision`);
    }
  }
  sayMembers(explained, out);
  if (history.length > 0) out.say(`  ${paint('bold', 'Before')}`);
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

export function stepLines(
  step: Exclude<Step, { readonly type: 'mapping' }>,
  out: Output,
): readonly string[] {
  const mark = (verdict: boolean): string =>
    verdict ? out.paint('green', '✓') : out.paint('red', '✗');
  switch (step.type) {
    case 'active':
      return [`${mark(step.verdict)} active at the source${seenText(step.seen)}`];
    case 'assigned': {
      const how = [
        step.direct && 'directly',
        ...step.groups.map((group) => `by group ${group}`),
        step.roles.length > 0 && `as ${step.roles.join(', ')}`,
      ].filter((part) => part !== false);
      return [
        step.verdict
          ? `${mark(true)} assigned to ${step.application} ${how.join(', ')}`
          : `${mark(false)} not assigned to ${step.application}`,
      ];
    }
    case 'scope':
      return step.clauses.length === 0
        ? [`${mark(step.verdict)} in scope: everybody is`]
        : step.clauses.map(
            ({ clause, verdict, seen }) => `${mark(verdict)} ${clause}${seenText(seen)}`,
          );
    case 'pilot':
      return [`${mark(step.verdict)} in the pilot`];
    case 'match':
      return [matchText(step, mark)];
    case 'required':
      return [
        step.missing.length === 0
          ? `${mark(true)} everything the target requires is there`
          : `${mark(false)} the target requires ${step.missing.map(pathText).join(', ')}`,
      ];
    case 'precheck':
      return [`${mark(false)} ${step.message}`];
    case 'difference':
      return [
        step.changes.length === 0
          ? `${mark(true)} nothing differs from what was asked last`
          : `≠ ${step.changes.map(changeText).join(', ')}`,
      ];
  }
}

function matchText(
  { result, tried, account }: Extract<Step, { readonly type: 'match' }>,
  mark: (verdict: boolean) => string,
): string {
  const by = tried
    .map(({ path, value, found }) => `${pathText(path)} ${valueText(value)}: ${found}`)
    .join(', ');
  const looked = by === '' ? '' : ` (${by})`;
  switch (result) {
    case 'linked':
      return `${mark(true)} linked to account ${account ?? ''}`;
    case 'one':
      return `${mark(true)} one account matches${looked}`;
    case 'none':
      return `${mark(true)} no account matches, so one is created${looked}`;
    case 'many':
      return `${mark(false)} several accounts match${looked}`;
    case 'taken':
      return `${mark(false)} the account that matches is somebody else's${looked}`;
    case 'no-value':
      return `${mark(false)} there is no value to match by`;
  }
}

function mappingRow(
  {
    path,
    expression,
    inputs,
    origins,
    result,
    value,
    message,
  }: Extract<Step, { readonly type: 'mapping' }>,
  { paint }: Output,
): readonly string[] {
  const from = Object.entries(inputs)
    .map(([name, input]) => {
      const origin = origins[name] === undefined ? '' : ` ${paint('grey', origins[name])}`;
      return `${name}=${valueText(input)}${origin}`;
    })
    .join(', ');
  const shown = {
    value: () => valueText(value),
    default: () => `${valueText(value)} ${paint('grey', '(default)')}`,
    clear: () => paint('grey', 'no value: cleared'),
    leave: () => paint('grey', 'no value: left as it is'),
    dangling: () => paint('yellow', message ?? 'waits for whom it refers to'),
    failed: () => paint('red', message ?? 'failed'),
  }[result]();
  return [pathText(path), shown, paint('grey', expression), from];
}

function seenText(seen: Readonly<Record<string, unknown>>): string {
  const facts = Object.entries(seen).map(([name, value]) => `${name} is ${valueText(value)}`);
  return facts.length === 0 ? '' : ` (${facts.join(', ')})`;
}
