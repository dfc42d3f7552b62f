/** What a row of a file of changes says about its record: that it is there, or gone. */

import type { AttributeValue } from '../../identity/record.ts';
import type { FileOptions } from './options.ts';

export type RowOperation = 'upsert' | 'delete';

/** As files of changes usually name them, in any case. */
const USUAL: Readonly<Record<string, RowOperation>> = {
  '': 'upsert',
  a: 'upsert',
  add: 'upsert',
  c: 'upsert',
  change: 'upsert',
  create: 'upsert',
  i: 'upsert',
  insert: 'upsert',
  m: 'upsert',
  modify: 'upsert',
  u: 'upsert',
  update: 'upsert',
  upsert: 'upsert',
  d: 'delete',
  delete: 'delete',
  r: 'delete',
  remove: 'delete',
};

/** @returns Undefined for a word nobody has given a meaning: it is never guessed. */
export function operationOf(
  values: ReadonlyMap<string, AttributeValue>,
  { operation, operations = {} }: Pick<FileOptions, 'operation' | 'operations'>,
): RowOperation | undefined {
  if (operation === undefined) return 'upsert';
  const word = String(values.get(operation) ?? '').trim();
  if (Object.hasOwn(operations, word)) return operations[word];
  const usual = word.toLowerCase();
  return Object.hasOwn(USUAL, usual) ? USUAL[usual] : undefined;
}
