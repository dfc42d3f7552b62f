/** For tests: what rows of samples are made of. */

import type { Row } from '../database.ts';

export interface Sampled {
  readonly id: string;
  readonly name: string;
  readonly number: string;
}

export const AT = Date.parse('2026-03-02T08:00:00Z');

export const mail = ({ number }: Sampled): string => `person-${number}@contoso.com`;

export const formerly = ({ number }: Sampled): string => `before-${number}`;

export function recordOf({ number }: Sampled, system: string) {
  return { system, kind: 'user', id: number };
}

export function placeOf({ id }: Sampled) {
  return { plan: `p-${id}`, position: 0 };
}

export function matchOf(id: string, message: string, candidates: readonly object[]): Row {
  const about = { kind: 'ambiguous-match', system: 'ramp', subject: 'i-third', message };
  return { id, ...about, candidates: JSON.stringify(candidates), since: AT };
}

export function candidateOf({ id, name }: Sampled) {
  return { id, label: name };
}

export function swapOf({ id, name }: Sampled) {
  return { guard: 'identifier-swap', message: name, people: [id, 'i-third'] };
}

export function reviewOf(id: string, subject: string, candidates: readonly object[]): Row {
  return {
    id,
    kind: 'ambiguous-join',
    system: 'hr',
    subject,
    message: subject,
    candidates: JSON.stringify(candidates),
    since: AT,
  };
}

export const DECISION = { type: 'merged', at: AT, other: null, records: '[]', detached: '[]' };

export const DRIFT = {
  target: 'ramp',
  kind: 'user',
  path: '',
  type: 'orphan',
  state: 'open',
  since: AT,
  seen: 1,
};

export function apartOf(id: string, other: string, who: Sampled): Row {
  const [system, kind] = ['hr', 'user'];
  return {
    ...{ system, kind, id },
    ...{ other_system: system, other_kind: kind, other_id: other },
    decision: `d-${who.id}`,
  };
}
