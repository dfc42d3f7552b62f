/** Operations one to a line, in columns: sign, kind and name, what, and who supplied it. */

import type { Operation } from '../plan/plan.ts';
import { signOf, sourcesText, whatMoves } from '../plan/text.ts';
import { shortened, visibleLength } from './table.ts';
import type { Output } from './terminal.ts';
import { colourOf } from './words.ts';

const NAME_WIDTH = 38;

export function operationLine(operation: Operation, { paint, width }: Output): string {
  const name = shortened(`${operation.kind} ${operation.label}`, NAME_WIDTH);
  const origins = sourcesText(operation);
  const detailWidth = Math.max(20, width - NAME_WIDTH - 6 - visibleLength(origins));
  const detail = shortened(whatMoves(operation), detailWidth);
  const end = origins === '' ? '' : `  ${paint('grey', origins)}`;
  return `${paint(colourOf(operation.action), signOf(operation.action))} ${name.padEnd(NAME_WIDTH)}  ${detail}${end}`;
}
