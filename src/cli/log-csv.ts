/** The log as a file for spreadsheets: a line for each operation, or for each attribute that changed. */

import { pathText, reasonText, valueText } from '../plan/text.ts';
import type { LogEntry } from '../sync/log-entry.ts';
import { csvLine } from './csv.ts';

export const TABLES = ['operations', 'changes'] as const;

export type Table = (typeof TABLES)[number];

type Column = readonly [name: string, value: (entry: LogEntry) => unknown];

/** The two tables are joined by `entry`. */
const COMMON: readonly Column[] = [
  ['time', ({ at }) => at.toISOString()],
  ['entry', ({ entry }) => entry],
  ['run', ({ run }) => run],
  ['system', ({ operation }) => operation.system],
  ['kind', ({ operation }) => operation.kind],
  ['action', ({ operation }) => operation.action],
  ['person', ({ operation }) => operation.label],
  ['identity', ({ operation }) => operation.identity],
];

const OPERATIONS: readonly Column[] = [
  ...COMMON,
  ['account', ({ operation }) => ('target' in operation ? operation.target.id : undefined)],
  ['result', ({ type }) => type],
  ['reason', ({ operation }) => reasonText(operation.reason)],
  ['cause', ({ operation }) => operation.cause],
  ['code', ({ failure, why }) => failure?.code ?? why],
  ['message', ({ failure, message }) => failure?.message ?? message],
  ['remedy', ({ steps }) => steps.write.remedy],
  ['attempts', ({ attempts }) => attempts],
  ['milliseconds', ({ milliseconds }) => milliseconds],
  ['plan', ({ steps }) => steps.plan.plan],
  ['changes', changesText],
];

function changesText({ operation, steps }: LogEntry): string {
  if ('members' in operation) return operation.members.map(({ label }) => label).join('; ');
  return steps.plan.changes
    .map(({ path, before, after }) => {
      const held = before === undefined ? '' : `${valueText(before)} → `;
      return `${pathText(path)}: ${held}${valueText(after)}`;
    })
    .join('; ');
}

export function headerOf(table: Table): string {
  const names = (table === 'operations' ? OPERATIONS : COMMON).map(([name]) => name);
  return csvLine(table === 'operations' ? names : [...names, ...CHANGES]);
}

const CHANGES = ['path', 'before', 'after', 'rule', 'inputs', 'origin'] as const;

export function* linesOf(entry: LogEntry, table: Table): Generator<string> {
  if (table === 'operations') {
    yield csvLine(OPERATIONS.map(([, value]) => cell(value(entry))));
    return;
  }
  const common = COMMON.map(([, value]) => cell(value(entry)));
  for (const { path, before, after, expression, inputs, origin } of entry.steps.plan.changes) {
    const seen = Object.keys(inputs).length === 0 ? undefined : inputs;
    yield csvLine([...common, ...[path, before, after, expression, seen, origin].map(cell)]);
  }
}

/** Texts as they are, everything else as JSON. */
function cell(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
