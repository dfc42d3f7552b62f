/** Facts as people read them: numbers, times, values, operations. */

import type { AttributeValue } from '../identity/record.ts';
import type { Action, Omission, Operation, Reason } from '../plan/plan.ts';
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

/** A value in one line: texts quoted, references by what they lead to. */
export function valueText(value: unknown): string {
  if (value === undefined) return 'none';
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object' || value === null) return String(value);
  const { $ref, $new } = value as { readonly $ref?: unknown; readonly $new?: unknown };
  if (typeof $ref === 'object' && $ref !== null) {
    const { kind, id, by, value: named } = $ref as Record<string, unknown>;
    return typeof id === 'string' ? `${kind} ${id}` : `the ${kind} whose ${by} is ${named}`;
  }
  if (typeof $new === 'string') return 'an account that is about to be created';
  if (Array.isArray(value)) return `[${value.map(valueText).join(', ')}]`;
  return JSON.stringify(value);
}

/** The last part of a path is what people recognise. */
export function pathText(path: string): string {
  const urn = /^urn:.*:(?:User|Group):(.+)$/.exec(path);
  return urn?.[1] ?? path;
}

const SIGN: Readonly<Record<Action, readonly [string, Colour]>> = {
  create: ['+', 'green'],
  update: ['~', 'yellow'],
  enable: ['^', 'green'],
  disable: ['-', 'red'],
  delete: ['x', 'red'],
  link: ['=', 'cyan'],
  'add-members': ['~', 'yellow'],
  'remove-members': ['~', 'yellow'],
};

export function sign(action: Action): readonly [string, Colour] {
  return SIGN[action];
}

const PAST: Readonly<Record<Action, string>> = {
  create: 'created',
  update: 'updated',
  enable: 'enabled',
  disable: 'disabled',
  delete: 'deleted',
  link: 'linked',
  'add-members': 'members added',
  'remove-members': 'members removed',
};

export function pastAction(action: Action): string {
  return PAST[action];
}

const REASON: Readonly<Record<Reason, string>> = {
  'entered-scope': 'entered scope',
  returned: 'is back',
  'source-changed': 'changed at the source',
  linked: 'matched an existing account',
  drifted: 'was changed in the target',
  'left-scope': 'left scope',
  unassigned: 'is not assigned any more',
  'disabled-in-source': 'is disabled or deleted at the source',
  left: 'has left',
  'reference-arrived': 'whom it refers to has arrived',
  requested: 'asked for by a person',
};

export function reasonText(reason: Reason): string {
  return REASON[reason];
}

const OMISSION: Readonly<Record<Omission['code'], string>> = {
  'in-sync': 'already as they should be',
  'out-of-scope': 'out of scope',
  'not-assigned': 'not assigned to the application',
  'not-active': 'disabled at the source, and without an account',
  'not-in-pilot': 'not in the pilot',
  left: 'left, and without an account',
  paused: 'paused by a person',
  'missing-required': 'lack an attribute that the target requires',
  'mapping-failed': 'a mapping cannot be computed',
  'refused-by-precheck': 'the target would refuse them',
  'ambiguous-match': 'several accounts match; see lockstep review',
  'account-taken': "the account that matches is somebody else's",
  'disabled-in-target': 'disabled by somebody in the target',
  'unverified-link': 'an account matches, but not beyond doubt',
  'no-match-value': 'no value to match by',
  ignored: 'left out by a mapping',
  'in-flight': 'a creation without an answer is being looked for',
  'action-not-allowed': 'not allowed by do:',
};

/** What a code says; the code itself for those of connectors. */
export function codeText(code: string): string {
  return Object.hasOwn(OMISSION, code) ? OMISSION[code as Omission['code']] : code;
}

/** What an operation does, without who and where: `title: "Analyst" → "Lead analyst"`. */
export function operationDetail(operation: Operation): string {
  switch (operation.action) {
    case 'create':
      return `${reasonText(operation.reason)}`;
    case 'update':
    case 'enable':
      return operation.changes.length === 0
        ? reasonText(operation.reason)
        : changesText(operation.changes);
    case 'disable':
      return `${reasonText(operation.reason)}; the account will be disabled`;
    case 'delete':
      return `${reasonText(operation.reason)}; the account will be deleted`;
    case 'link':
      return reasonText(operation.reason);
    case 'add-members':
    case 'remove-members':
      return counted(operation.members.length, 'member');
  }
}

export function changesText(
  changes: readonly {
    readonly path: string;
    readonly before?: AttributeValue;
    readonly after?: AttributeValue;
  }[],
): string {
  return changes
    .map(
      ({ path, before, after }) => `${pathText(path)}: ${valueText(before)} → ${valueText(after)}`,
    )
    .join(', ');
}

/** Which sources supplied what is written. */
export function originsText(operation: Operation): string {
  return [...new Set(Object.values(operation.origins))].sort().join(', ');
}
