/** How the demonstration looks. */

import path from 'node:path';
import type { RunReport, TargetReport } from '../../sync/engine.ts';
import type { OutcomeRow } from '../../sync/ledger.ts';
import { tableLines, visibleLength } from '../table.ts';
import type { Output } from '../terminal.ts';
import {
  changesText,
  codeText,
  count,
  counted,
  duration,
  pastAction,
  pathText,
  rate,
  reasonText,
  valueText,
} from '../words.ts';
import type { Deviation } from './verdict.ts';
import type { Change, World } from './world.ts';

export function sayOpening({ graph, ramp, files, rows }: World, out: Output): void {
  const { paint } = out;
  out.say();
  out.say(`  ${paint('bold', 'Lockstep')}  Entra ID to Ramp, end to end, on this machine`);
  out.say();
  const systems = [
    [
      'read',
      'Microsoft Entra ID',
      `stand-in of ${graph.tenant}`,
      `${count(graph.people)} people`,
      graph.graph,
    ],
    [
      'read',
      'Human resources',
      shownPath(files.hr),
      `${count(rows)} rows`,
      'cost centre, start date',
    ],
    ['write', 'Ramp', 'stand-in, empty', 'SCIM 2.0', ramp.scim],
  ];
  const rowsShown = systems.map(([verb = '', name = '', ...rest]) => [
    paint('grey', verb),
    paint('bold', name),
    ...rest.map((part, index) => (index === 2 ? paint('cyan', part) : part)),
  ]);
  for (const line of tableLines(rowsShown, { width: out.width })) out.say(line);
  out.say(`  ${paint('grey', `The configuration is ${shownPath(files.configuration)}`)}`);
}

export function sayStep(number: number, title: string, out: Output): void {
  out.say();
  out.say(`  ${out.paint('cyan', String(number))}  ${out.paint('bold', title)}`);
  out.say();
}

export function sayFirstRun(report: RunReport, out: Output): void {
  for (const line of tableLines(readingRows(report), { width: out.width, right: [2] }))
    out.say(line);
  out.say();
  for (const target of report.targets) sayResult(target, out);
  out.say(`  ${out.paint('grey', `The whole run took ${duration(report.milliseconds)}.`)}`);
}

function readingRows({ readings }: RunReport): readonly (readonly string[])[] {
  return readings.map(({ system, kind, mode, result, failure, milliseconds }) => [
    'read',
    `${system} ${kind}s`,
    result === undefined ? '' : count(result.seen),
    failure?.message ??
      `${mode === 'full' ? 'all of them' : 'what changed'}, in ${duration(milliseconds)}`,
  ]);
}

/** created, updated, disabled, skipped and why, failed and why, rate, time. */
function sayResult(
  { done, failed, omitted, applyMilliseconds, failure }: TargetReport,
  out: Output,
): void {
  const { paint } = out;
  const written = total(done);
  const actions = ['create', 'update', 'enable', 'disable', 'delete', 'link'] as const;
  const rows: string[][] = actions
    .filter(
      (action) =>
        action === 'create' || action === 'update' || action === 'disable' || done[action],
    )
    .map((action) => [
      paint(done[action] ? 'green' : 'grey', pastAction(action)),
      count(done[action] ?? 0),
      action === 'create' && written > 0
        ? `in ${duration(applyMilliseconds)}, ${paint('bold', rate(written, applyMilliseconds))}`
        : '',
    ]);
  const reasons = Object.entries(omitted).toSorted(([, a], [, b]) => b - a);
  rows.push([paint('yellow', 'skipped'), count(total(omitted)), '']);
  for (const [code, number] of reasons)
    rows.push(['', paint('grey', count(number)), paint('grey', codeText(code))]);
  rows.push([paint(total(failed) > 0 ? 'red' : 'grey', 'failed'), count(total(failed)), '']);
  for (const [code, number] of Object.entries(failed))
    rows.push(['', count(number), codeText(code)]);
  if (failure !== undefined) rows.push([paint('red', 'stopped'), '', failure.message]);
  for (const line of boxed(tableLines(rows, { width: out.width - 4, right: [1], indent: 1 }), out))
    out.say(line);
}

/** In a frame, so that the eye finds it. */
function boxed(lines: readonly string[], { paint }: Output): readonly string[] {
  const width = Math.max(...lines.map(visibleLength)) + 1;
  const bar = '─'.repeat(width);
  const side = paint('grey', '│');
  return [
    `  ${paint('grey', `┌${bar}┐`)}`,
    ...lines.map((line) => `  ${side}${line}${' '.repeat(width - visibleLength(line))}${side}`),
    `  ${paint('grey', `└${bar}┘`)}`,
  ];
}

export function sayVerdict(wrong: readonly Deviation[], people: number, out: Output): void {
  if (wrong.length === 0) {
    out.say(
      `  ${out.paint('green', '✓')} Ramp holds exactly what it should for all ${counted(people, 'person', 'people')}.`,
    );
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
  out: Output,
): void {
  const left = new Set(outcomes);
  for (const { label, person, outcome } of changes) {
    out.say(`  ${out.paint('bold', label)}  ${out.paint('grey', person)}`);
    const own = outcomes.filter(({ operation }) => sameName(operation.label, person));
    for (const row of own) {
      left.delete(row);
      sayOutcome(row, out);
    }
    if (own.length === 0) out.say(`      ${out.paint('grey', `nothing to write: ${outcome}`)}`);
  }
  if (left.size > 0) out.say(`  ${out.paint('bold', 'and what follows from them')}`);
  for (const row of left) sayOutcome(row, out, true);
  out.say();
  const seen = report.readings.reduce((sum, { result }) => sum + (result?.seen ?? 0), 0);
  out.say(
    `  Read ${counted(seen, 'object')}, wrote ${counted(outcomes.length, 'account')}, in ${duration(report.milliseconds)}.`,
  );
}

function sayOutcome(
  { operation, type, failure, message }: OutcomeRow,
  out: Output,
  named = false,
): void {
  const { paint } = out;
  const mark = type === 'done' ? paint('green', pastAction(operation.action)) : paint('red', type);
  const who = named ? `${operation.label}: ` : '';
  if (type !== 'done') {
    out.say(`      ${mark} ${who}${failure?.message ?? message ?? ''}`);
    return;
  }
  switch (operation.action) {
    case 'create':
      out.say(`      ${mark} ${who}${essentials(operation.attributes)}`);
      return;
    case 'update':
    case 'enable':
    case 'disable':
      out.say(
        `      ${mark} ${who}${changesText(operation.changes)}  ${paint('grey', reasonText(operation.reason))}`,
      );
      return;
    case 'delete':
    case 'link':
    case 'add-members':
    case 'remove-members':
      out.say(`      ${mark} ${who}${reasonText(operation.reason)}`);
  }
}

function essentials(attributes: Readonly<Record<string, unknown>>): string {
  return ['name.givenName', 'name.familyName', 'department', 'locality', 'manager']
    .flatMap((name) => {
      const [path, value] =
        Object.entries(attributes).find(
          ([key]) => key === name || key.endsWith(`:${name}`) || key.endsWith(`.${name}`),
        ) ?? [];
      return path === undefined
        ? []
        : [`${pathText(path).replace(/^.*\./, '')} ${valueText(value)}`];
    })
    .join(', ');
}

function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

export function sayNext({ files }: World, url: string, out: Output): void {
  const { paint } = out;
  const config = shownPath(files.configuration);
  const command = (words: string): string =>
    paint('cyan', `npm run -s lockstep -- ${words} -c ${config}`);
  out.say();
  out.say(`  ${paint('bold', 'Try next, in another terminal')}`);
  out.say();
  out.say(`  ${command('explain rosalind.franklin@contoso.com')}`);
  out.say(`  ${command('log --unsent')}`);
  out.say(`  ${command('status')}`);
  out.say();
  out.say(
    `  ${paint('grey', `Serving at ${url}, with a run each minute. Ctrl-C ends everything.`)}`,
  );
}

function shownPath(file: string): string {
  const relative = path.relative(process.cwd(), file);
  return relative.startsWith('..') ? file : relative;
}

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, number) => sum + number, 0);
}
