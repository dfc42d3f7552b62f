/** How the demonstration looks. */

import path from 'node:path';
import { pathText, reasonText, valueText } from '../../plan/text.ts';
import type { RunReport, TargetReport } from '../../sync/engine.ts';
import type { OutcomeRow } from '../../sync/ledger.ts';
import type { Unsent } from '../../sync/verbs.ts';
import { shortened, tableLines, visibleLength } from '../table.ts';
import type { Output } from '../terminal.ts';
import { codeText, count, counted, duration, pastAction, rate } from '../words.ts';
import type { Deviation } from './verdict.ts';
import type { Change, World } from './world.ts';

export function sayOpening({ graph, ramp, files, rows }: World, out: Output): void {
  const { paint } = out;
  out.say();
  out.say(`  ${paint('bold', 'Lockstep')}  Entra ID to Ramp, end to end, on this machine`);
  out.say();
  const systems = [
    ['Microsoft Entra ID', paint('cyan', graph.graph), `${count(graph.people)} people of Contoso`],
    [
      'Human resources',
      paint('cyan', shownPath(files.hr)),
      `${count(rows)} rows: cost centre, start date`,
    ],
    ['Ramp', paint('cyan', ramp.scim), 'nobody yet'],
    ['Configuration', paint('cyan', shownPath(files.configuration)), ''],
  ];
  for (const line of tableLines(systems, { width: out.width })) out.say(line);
}

export function sayStep(number: number, title: string, out: Output): void {
  out.say();
  out.say(`  ${out.paint('cyan', String(number))}  ${out.paint('bold', title)}`);
  out.say();
}

export function sayFirstRun(report: RunReport, unsent: readonly Unsent[], out: Output): void {
  const readings = report.readings.map(({ system, kind, result, failure, milliseconds }) => [
    out.paint('grey', 'read'),
    `${system} ${kind}s`,
    result === undefined ? '' : count(result.seen),
    out.paint('grey', failure?.message ?? `in ${duration(milliseconds)}`),
  ]);
  for (const line of tableLines(readings, { width: out.width, right: [2] })) out.say(line);
  out.say();
  for (const target of report.targets) sayResult(target, unsent, out);
  out.say(`  ${out.paint('grey', `The whole run took ${duration(report.milliseconds)}.`)}`);
}

const ALWAYS_SHOWN = ['create', 'update', 'disable'] as const;
const SHOWN_WHEN_DONE = ['enable', 'delete', 'link'] as const;

/** created, updated, disabled, skipped and why, failed and why, rate, time. */
function sayResult(report: TargetReport, unsent: readonly Unsent[], out: Output): void {
  const { done, failed, omitted, applyMilliseconds, failure } = report;
  const { paint } = out;
  const written = total(done);
  const pace = `in ${duration(applyMilliseconds)}, ${paint('bold', rate(written, applyMilliseconds))}`;
  const rows: string[][] = [
    ...[...ALWAYS_SHOWN, ...SHOWN_WHEN_DONE.filter((action) => done[action])].map((action) => [
      paint(done[action] ? 'green' : 'grey', pastAction(action)),
      count(done[action] ?? 0),
      action === 'create' && written > 0 ? pace : '',
    ]),
    [paint('yellow', 'skipped'), count(total(omitted)), ''],
    ...reasons(omitted, unsent).map(([why, number]) => [
      '',
      paint('grey', count(number)),
      paint('grey', why),
    ]),
    [paint(total(failed) > 0 ? 'red' : 'grey', 'failed'), count(total(failed)), ''],
    ...Object.entries(failed).map(([code, number]) => ['', count(number), codeText(code)]),
    ...(failure === undefined ? [] : [[paint('red', 'stopped'), '', failure.message]]),
  ];
  const lines = tableLines(rows, { width: out.width - 6, right: [1], indent: 1 });
  for (const line of boxed(lines, out)) out.say(line);
}

/** The reasons in people's words: what was refused by its own message, the rest by its code. */
function reasons(
  omitted: Readonly<Record<string, number>>,
  unsent: readonly Unsent[],
): readonly (readonly [string, number])[] {
  const refused = Map.groupBy(unsent, ({ code }) => code);
  return Object.entries(omitted)
    .flatMap(([code, number]): (readonly [string, number])[] => {
      // What stands before the colon is the same for all.
      const messages = Map.groupBy(
        refused.get(code) ?? [],
        ({ message }) => message.split(':', 1)[0] ?? '',
      );
      if (messages.size === 0 || messages.size > 4) return [[codeText(code), number]];
      return [...messages].map(([message, people]) => [message, people.length]);
    })
    .toSorted(([, a], [, b]) => b - a);
}

/** In a frame, so that the eye finds it. */
function boxed(lines: readonly string[], { paint }: Output): readonly string[] {
  const width = Math.max(...lines.map(visibleLength)) + 1;
  const bar = '─'.repeat(width);
  const side = paint('grey', '│');
  return [
    `  ${paint('grey', `╭${bar}╮`)}`,
    ...lines.map((line) => `  ${side}${line}${' '.repeat(width - visibleLength(line))}${side}`),
    `  ${paint('grey', `╰${bar}╯`)}`,
  ];
}

export function sayVerdict(wrong: readonly Deviation[], people: number, out: Output): void {
  if (wrong.length === 0) {
    const everybody = counted(people, 'person', 'people');
    out.say(`  ${out.paint('green', '✓')} Ramp holds exactly what it should for all ${everybody}.`);
    return;
  }
  out.say(`  ${out.paint('red', '✗')} ${counted(wrong.length, 'person', 'people')} not as stated:`);
  for (const { person, expected, found } of wrong.slice(0, 10)) {
    out.say(`    ${person}: ${expected} was stated, ${found} was found`);
  }
}

/** Each change in Entra, and below it what became of it in Ramp. */
export function sayChanges(
  changes: readonly Change[],
  report: RunReport,
  outcomes: readonly OutcomeRow[],
  names: ReadonlyMap<string, string>,
  out: Output,
): void {
  const identities = outcomes.map(
    ({ operation }) => [operation.identity, operation.label] as const,
  );
  const known = new Map([...names, ...identities]);
  const left = new Set(outcomes);
  const width = Math.max(...changes.map(({ label }) => label.length));
  for (const { label, person, outcome } of changes) {
    out.say(`  ${out.paint('bold', label.padEnd(width))}  ${out.paint('grey', person)}`);
    const own = outcomes.filter(({ operation }) => isSameName(operation.label, person));
    for (const row of own) {
      left.delete(row);
      out.say(outcomeLine(row, known, out));
    }
    if (own.length === 0) {
      out.say(
        `    ${out.paint('yellow', '·')} not written: ${outcome.replace(/^refused: no /, 'Ramp takes nobody without a ')}`,
      );
    }
  }
  for (const row of left) {
    out.say(
      `  ${out.paint('bold', 'besides'.padEnd(width))}  ${out.paint('grey', row.operation.label)}`,
    );
    out.say(outcomeLine(row, known, out));
  }
  out.say();
  out.say(`  ${whatWasRead(report)}`);
  out.say(
    `  Wrote ${counted(outcomes.length, 'account')}. The whole run took ${duration(report.milliseconds)}.`,
  );
}

function whatWasRead({ readings }: RunReport): string {
  const seen = (mode: string): number =>
    readings
      .filter((reading) => (reading.kind === 'assignment') === (mode === 'list'))
      .reduce((sum, { result }) => sum + (result?.seen ?? 0), 0);
  // Graph tracks no changes of app role assignments.
  return `Read ${counted(seen('changes'), 'change')}, and the list of ${counted(seen('list'), 'assignment')}, of which Graph tells no changes.`;
}

function outcomeLine(row: OutcomeRow, names: ReadonlyMap<string, string>, out: Output): string {
  const { operation, type, failure, message } = row;
  const { paint } = out;
  if (type !== 'done') {
    return `    ${paint('red', '✗')} ${type}: ${failure?.message ?? message ?? ''}`;
  }
  const why = TELLING.has(operation.action) ? paint('grey', reasonText(operation.reason)) : '';
  const done = `${paint('green', '✓')} ${pastAction(operation.action)}`;
  return shortened(`    ${done}  ${detail(row, names)}  ${why}`.trimEnd(), out.width);
}

/** Actions of which the change itself does not say why. */
const TELLING = new Set<OutcomeRow['operation']['action']>(['disable', 'enable', 'delete']);

function detail({ operation }: OutcomeRow, names: ReadonlyMap<string, string>): string {
  switch (operation.action) {
    case 'create':
      return essentials(operation.attributes, names);
    case 'update':
    case 'enable':
    case 'disable':
      return operation.changes
        .map(
          ({ path: name, before, after }) =>
            `${pathText(name)}: ${named(before, names)} → ${named(after, names)}`,
        )
        .join(', ');
    case 'delete':
    case 'link':
    case 'unlink':
    case 'add-members':
    case 'remove-members':
      return '';
  }
}

const ESSENTIALS = ['department', 'locality', 'costCenter', 'manager'];

function essentials(
  attributes: Readonly<Record<string, unknown>>,
  names: ReadonlyMap<string, string>,
): string {
  const byName = new Map(
    Object.entries(attributes).map(([name, value]) => [pathText(name).replace(/^.*\./, ''), value]),
  );
  return ESSENTIALS.flatMap((name) =>
    byName.has(name) ? [`${name}: ${named(byName.get(name), names)}`] : [],
  ).join(', ');
}

/** References by whom they lead to. */
function named(value: unknown, names: ReadonlyMap<string, string>): string {
  if (typeof value !== 'object' || value === null) return valueText(value);
  if ('$new' in value) return names.get(String(value.$new)) ?? valueText(value);
  if ('$ref' in value && typeof value.$ref === 'object' && value.$ref !== null) {
    return ('id' in value.$ref && names.get(String(value.$ref.id))) || valueText(value);
  }
  return valueText(value);
}

function isSameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

export function sayNext({ files }: World, out: Output): void {
  const { paint } = out;
  const config = shownPath(files.configuration);
  const commands = [
    ['one person', 'explain rosalind.franklin@contoso.com'],
    ['who is not there', 'log --unsent'],
    ['freshness, health', 'status'],
  ];
  out.say();
  out.say(`  ${paint('bold', 'Try next')}`);
  out.say();
  const rows = commands.map(([what = '', words]) => [
    paint('grey', what),
    paint('cyan', `npm run -s lockstep -- ${words} -c ${config}`),
  ]);
  for (const line of tableLines(rows, { width: out.width })) out.say(line);
  out.say();
}

export function saySince(url: string, out: Output): void {
  out.say(
    `  ${out.paint('green', '●')} Serving at ${out.paint('cyan', url)}, with a run each minute. Ctrl-C ends everything.`,
  );
}

function shownPath(file: string): string {
  const relative = path.relative(process.cwd(), file);
  return relative.startsWith('..') ? file : relative;
}

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, number) => sum + number, 0);
}
