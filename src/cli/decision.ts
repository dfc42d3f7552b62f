/** How a decision about who is who is told. */

import type { Decision, DecisionType } from '../warehouse/decision.ts';
import { tableLines } from './table.ts';
import type { Output } from './terminal.ts';
import { ago, counted } from './words.ts';

const DONE: Readonly<Record<DecisionType, string>> = {
  joined: 'Joined',
  rejected: 'Rejected, for good',
  'new-person': 'A person of its own',
  merged: 'Merged',
  unmerged: 'Unmerged, for good',
};

export function sayDecision(decision: Decision, out: Output): void {
  const { id, type, identity, other, detached } = decision;
  out.say(`${DONE[type]}: ${recordsOf(decision)}  ${out.paint('grey', identity)}`);
  if (type === 'unmerged' && other !== undefined) out.say(`  the other person is ${other}`);
  if (detached.length > 0) {
    const accounts = detached.map(({ system, id: account }) => `${system}/${account}`).join(', ');
    out.say(`  ${counted(detached.length, 'account')} left to nobody: ${accounts}`);
  }
  out.say(`  To take it back: ${out.paint('cyan', `lockstep review undo ${id}`)}`);
}

export function sayDecisions(
  decisions: readonly Decision[],
  now: Date,
  width: number,
  out: Output,
): void {
  if (decisions.length === 0) {
    out.say('Nothing has been decided yet.');
    return;
  }
  const rows = decisions.map((decision) => [
    decision.undoneAt === undefined ? decision.type : `${decision.type}, taken back`,
    recordsOf(decision),
    out.paint('grey', ago(decision.at, now)),
    decision.id,
  ]);
  for (const line of tableLines(rows, { width })) out.say(line);
}

function recordsOf({ records }: Decision): string {
  return records.map(({ system, id }) => `${system}/${id}`).join(', ');
}
