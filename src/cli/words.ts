/** Facts as people read them: numbers, times, what was done and what was not. */

import type { Action, Omission } from '../plan/plan.ts';
import type { Colour } from './terminal.ts';

export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** `3 people`, `1 person`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} days`;
}

export function ago(then: Date, now: Date): string {
  const milliseconds = now.getTime() - then.getTime();
  return milliseconds < 1000 ? 'just now' : `${duration(milliseconds)} ago`;
}

export function rate(operations: number, milliseconds: number): string {
  return operations === 0 || milliseconds <= 0
    ? ''
    : `${count(Math.round((operations * 1000) / milliseconds))}/s`;
}

const COLOUR: Readonly<Record<Action, Colour>> = {
  create: 'green',
  update: 'yellow',
  enable: 'green',
  disable: 'red',
  delete: 'red',
  link: 'cyan',
  unlink: 'cyan',
  'add-members': 'yellow',
  'remove-members': 'yellow',
};

export function colourOf(action: Action): Colour {
  return COLOUR[action];
}

const PAST: Readonly<Record<Action, string>> = {
  create: 'created',
  update: 'updated',
  enable: 'enabled',
  disable: 'disabled',
  delete: 'deleted',
  link: 'linked',
  unlink: 'unlinked',
  'add-members': 'members added',
  'remove-members': 'members removed',
};

export const ACTIONS = Object.keys(PAST) as readonly Action[];

export function pastAction(action: Action): string {
  return PAST[action];
}

const OMISSION: Readonly<Record<Omission['code'], string>> = {
  'in-sync': 'already as they should be',
  'out-of-scope': 'out of scope',
  'not-assigned': 'not assigned to the application',
  'not-active': 'disabled at the source, and without an account',
  'not-in-pilot': 'not in the pilot',
  left: 'left, and without an account',
  paused: 'left as an undo put them',
  'write-loop': 'come back as another value whenever they are written',
  'missing-required': 'lack an attribute that the target requires',
  'date-unreadable': 'with a date that cannot be read',
  'mapping-failed': 'a mapping cannot be computed',
  'refused-by-precheck': 'the target would refuse them',
  'ambiguous-match': 'several accounts match; see lockstep review',
  'account-taken': "the account that matches is somebody else's",
  'disabled-in-target': 'disabled by somebody in the target',
  'unverified-link': 'an account matches, but not beyond doubt',
  'no-match-value': 'no value to match by',
  ignored: 'left out by a mapping',
  'in-flight': 'a creation without an answer is being looked for',
  'action-not-allowed': 'what do: of the target does not allow',
  'moved-since': 'changed again since',
  'cannot-be-undone': 'cannot be undone',
};

/** What a code says; the code itself for those of connectors. */
export function codeText(code: string): string {
  return Object.hasOwn(OMISSION, code) ? OMISSION[code as Omission['code']] : code;
}
