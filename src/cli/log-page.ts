/** One operation of the log as a page: what came in, who was meant, what was planned, what was written. */

import type { KeptExchange } from '../apply/exchange.ts';
import { pathText, reasonText, signOf, valueText } from '../plan/text.ts';
import type { LogEntry, PlannedChange } from '../sync/log-entry.ts';
import { stepLines } from './explain-steps.ts';
import { tableLines } from './table.ts';
import type { Output } from './terminal.ts';
import { colourOf, duration, pastAction } from './words.ts';

export function sayEntry(entry: LogEntry, out: Output): void {
  const { operation, at, type, failure, message, why } = entry;
  const { paint } = out;
  const sign = paint(colourOf(operation.action), signOf(operation.action));
  out.say(
    `${sign} ${paint('bold', operation.label)}  ${operation.action} ${operation.kind} in ${operation.system}`,
  );
  const grey = [at.toISOString(), `run ${entry.run}`, `entry ${entry.entry}`];
  out.say(paint('grey', `  ${grey.join('  ')}`));
  out.say(
    type === 'done'
      ? paint('green', `  ${pastAction(operation.action)}`)
      : paint('red', `  ${type}: ${failure?.message ?? message ?? why ?? ''}`),
  );
  const code = failure?.code ?? why;
  if (code !== undefined) out.say(paint('grey', `  ${code}: see docs/errors.md`));
  if (entry.steps.write.remedy !== undefined) out.say(`  ${entry.steps.write.remedy}`);
  sayImport(entry, out);
  sayScope(entry, out);
  sayMatch(entry, out);
  sayPlan(entry, out);
  sayWrite(entry, out);
}

function heading(number: number, name: string, { paint, say }: Output): void {
  say();
  say(paint('bold', `${number} ${name}`));
}

function sayImport({ steps }: LogEntry, out: Output): void {
  const { cause, since, records, sources } = steps.import;
  heading(1, 'Import', out);
  out.say(`  due: ${cause}${since === undefined ? '' : `, since ${since.toISOString()}`}`);
  for (const { system, kind, id } of records) {
    const read = sources.find((source) => source.system === system && source.kind === kind);
    const until = read === undefined ? '' : `, read until ${read.readAt.toISOString()}`;
    out.say(`  ${system} ${kind} ${id}${out.paint('grey', until)}`);
  }
  if (records.length === 0) out.say(out.paint('grey', '  no record of a source is named'));
}

function sayScope({ steps, operation }: LogEntry, out: Output): void {
  heading(2, 'Scope', out);
  for (const fact of steps.scope.facts) {
    if (fact.type === 'mapping') continue;
    for (const line of stepLines(fact, out)) out.say(`  ${line}`);
  }
  out.say(`  ${reasonText(operation.reason)}`);
}

function sayMatch({ steps }: LogEntry, out: Output): void {
  const { result, account, by, tried } = steps.match;
  heading(3, 'Match', out);
  const looked = tried.map(({ path, value }) => `${pathText(path)} ${valueText(value)}`).join(', ');
  const found = by === undefined ? '' : ` by ${pathText(by)}`;
  const text = {
    none: `no account was known or found${looked === '' ? '' : `; to be found by ${looked}`}`,
    found: `account ${account?.id ?? ''} was found${found}`,
    linked: `account ${account?.id ?? ''}, known before`,
  }[result];
  out.say(`  ${text}`);
}

function sayPlan({ steps, operation }: LogEntry, out: Output): void {
  const { plan, madeAt, configVersion, changes } = steps.plan;
  heading(4, 'Plan', out);
  const made = [
    `plan ${plan.slice(0, 8)}`,
    ...(madeAt === undefined ? [] : [`made ${madeAt.toISOString()}`]),
    ...(configVersion === undefined ? [] : [`configuration ${configVersion}`]),
  ];
  out.say(out.paint('grey', `  ${made.join(', ')}`));
  const rows = changes.map((change) => changeRow(change, out));
  for (const line of tableLines(rows, { width: out.width })) out.say(line);
  if (!('members' in operation)) return;
  for (const { label, ref } of operation.members) {
    out.say(`  ${signOf(operation.action)} ${label} ${out.paint('grey', ref.id)}`);
  }
}

function changeRow(
  { path, before, after, expression, inputs, origin }: PlannedChange,
  { paint }: Output,
): readonly string[] {
  const held = before === undefined ? '' : `${valueText(before)} → `;
  const read = Object.entries(inputs).map(([name, value]) => `${name}=${valueText(value)}`);
  return [
    pathText(path),
    `${held}${after === undefined ? paint('grey', 'cleared') : valueText(after)}`,
    paint('grey', expression ?? ''),
    read.join(', '),
    paint('grey', origin ?? ''),
  ];
}

function sayWrite({ steps }: LogEntry, out: Output): void {
  const { attempts, milliseconds, exchanges, result } = steps.write;
  heading(5, 'Write', out);
  if (result === 'skipped') {
    out.say('  nothing was sent');
    return;
  }
  const times =
    attempts === undefined ? '' : `, ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`;
  out.say(`  ${duration(milliseconds)}${times}`);
  for (const exchange of exchanges) sayExchange(exchange, out);
}

function sayExchange(
  { attempt, method, path, status, milliseconds, requestId, sent, answer }: KeptExchange,
  { say, paint }: Output,
): void {
  const answered = status === undefined ? paint('red', 'no answer') : `answered ${status}`;
  const id = requestId === undefined ? '' : `, request ${requestId}`;
  say(`  ${attempt}. ${method} ${path}  ${answered} ${paint('grey', `${milliseconds} ms${id}`)}`);
  if (sent !== undefined) say(`     ${paint('grey', 'sent    ')} ${bodyText(sent)}`);
  if (answer !== undefined) say(`     ${paint('grey', 'answered')} ${bodyText(answer)}`);
}

/** What was cut is a text already. */
function bodyText(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}
