/** A matter of the queue: its line in the list, and the record beside everybody it may belong to. */

import { valueText } from '../plan/text.ts';
import type { ReviewCase } from '../warehouse/decision.ts';
import type { ReviewItem } from '../warehouse/warehouse.ts';
import { shortened, tableLines, visibleLength } from './table.ts';
import type { Output } from './terminal.ts';
import { ago } from './words.ts';

export function sayHead(
  { id, system, subject, message, since }: ReviewItem,
  now: Date,
  out: Output,
): void {
  const [mark, age] = [out.paint('yellow', '?'), out.paint('grey', ago(since, now))];
  out.say(`${mark} ${out.paint('cyan', id)}  ${system}  ${subject}  ${age}`);
  out.say(`  ${message}`);
}

/** A row for each attribute that any of them has; beside each candidate, what speaks for it and against. */
export function sayCase({ item, record, people }: ReviewCase, now: Date, out: Output): void {
  sayHead(item, now, out);
  const doubtful = record?.attributes ?? {};
  const names = new Set(
    [doubtful, ...people.map(({ attributes }) => attributes)].flatMap((each) => Object.keys(each)),
  );
  const rows = [...names].map((name) => ({
    name,
    doubtful: text(doubtful[name]),
    candidates: people.map(({ id, attributes }) => ({
      value: text(attributes[name]),
      evidence: evidenceText(item, id, name),
    })),
  }));
  const evident = people.map((_, index) =>
    rows.some(({ candidates }) => candidates[index]?.evidence !== ''),
  );
  const whole = rows.map(({ name, candidates }) => [
    name,
    ...candidates.map(({ evidence }) => evidence),
  ]);
  const room = roomForValues(whole, people.length + 1, out.width);
  const cut = (value: string): string => shortened(value, room);
  const head = [
    '',
    cut(item.system),
    ...people.flatMap((_, index) => [`${index + 1}`, ...(evident[index] ? ['in bits'] : [])]),
  ];
  const table = rows.map((row) => [
    row.name,
    cut(row.doubtful),
    ...row.candidates.flatMap(({ value, evidence }, index) => [
      cut(value),
      ...(evident[index] ? [out.paint('grey', evidence)] : []),
    ]),
  ]);
  for (const line of tableLines([head, ...table], { width: out.width })) out.say(line);
  item.candidates.forEach(({ label, alike }, index) => {
    const likely = alike
      ? `: the same person by ${percent(alike.confidence)}, otherwise ${OTHERWISE[alike.otherwise]}`
      : '';
    out.say(`  ${index + 1}  ${label}${likely}`);
  });
}

function text(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : valueText(value);
}

function evidenceText({ candidates }: ReviewItem, id: string, name: string): string {
  const alike = candidates.find((candidate) => candidate.id === id)?.alike;
  const found = alike?.evidence.find(({ attribute }) => attribute === name);
  return found ? `${found.level} ${found.bits > 0 ? '+' : ''}${found.bits}` : '';
}

const LEAST_ROOM = 8;

/** So wide may a value be that everything has a place beside what is shown whole. */
function roomForValues(
  whole: readonly (readonly string[])[],
  columns: number,
  width: number,
): number {
  const widths: number[] = [];
  for (const row of whole) {
    row.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, visibleLength(cell));
    });
  }
  const taken = widths.reduce((total, each) => total + each + 2, 0);
  return Math.max(LEAST_ROOM, Math.floor((width - taken) / columns) - 2);
}

const OTHERWISE = {
  stranger: 'a stranger',
  relative: 'a relative',
  twin: 'a twin',
  namesake: 'a namesake',
} as const;

export function percent(confidence: number): string {
  return `${(confidence * 100).toFixed(confidence > 0.99 ? 2 : 0)} %`;
}
