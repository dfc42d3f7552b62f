/** What became of an operation, on one line. */

import { signOf, whatMoves } from '../plan/text.ts';
import type { OutcomeRow } from '../sync/ledger.ts';
import { shortened } from './table.ts';
import type { Output } from './terminal.ts';
import { colourOf } from './words.ts';

export function outcomeLine(
  { at, type, operation, failure, message, why }: OutcomeRow,
  { paint, width }: Output,
): string {
  const mark = paint(colourOf(operation.action), signOf(operation.action));
  const time = paint('grey', at.toISOString().slice(0, 19).replace('T', ' '));
  const what =
    type === 'done'
      ? whatMoves(operation)
      : paint('red', `${type}: ${failure?.message ?? message ?? why ?? ''}`);
  return shortened(
    `${time}  ${operation.system}  ${mark} ${operation.label.padEnd(32)}  ${what}`,
    width,
  );
}
