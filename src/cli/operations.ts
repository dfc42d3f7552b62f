/** Operations one to a line, in columns: sign, kind and name, what, and who supplied it. */

import type { Operation } from '../plan/plan.ts';
import { shortened, visibleLength } from './table.ts';
import type { Output } from './terminal.ts';
import { operationDetail, originsText, sign } from './words.ts';

const NAME_WIDTH = 38;

export function operationLine(operation: Operation, { paint, width }: Output): string {
  const [mark, colour] = sign(operation.action);
  const name = shortened(`${operation.kind} ${operation.label}`, NAME_WIDTH);
  const origins = originsText(operation);
  const detailWidth = Math.max(20, width - NAME_WIDTH - 6 - visibleLength(origins));
  const detail = shortened(operationDetail(operation), detailWidth);
  const end = origins === '' ? '' : `  ${paint('grey', origins)}`;
  return `${paint(colour, mark)} ${name.padEnd(NAME_WIDTH)}  ${detail}${end}`;
}
