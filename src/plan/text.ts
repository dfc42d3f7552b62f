/** A plan as people read it. Nobody's whole record: what moves, why, and from which source. */

import type { AttributeChange } from '../connectors/spi/index.ts';
import type { Action, Operation, PlannedMember, Reason } from './plan.ts';

const SIGN: Readonly<Record<Action, string>> = {
  create: '+',
  update: '~',
  enable: '^',
  disable: '-',
  delete: 'x',
  link: '=',
  unlink: '/',
  'add-members': '~',
  'remove-members': '~',
};

/** What stands in front of an operation's line. */
export function signOf(action: Action): string {
  return SIGN[action];
}

const REASON: Readonly<Record<Reason, string>> = {
  'entered-scope': 'entered scope',
  returned: 'came back',
  'source-changed': 'changed at the source',
  linked: 'an account that was there already',
  drifted: 'changed in the target',
  'left-scope': 'left scope',
  unassigned: 'not assigned any more',
  'disabled-in-source': 'disabled at the source',
  left: 'gone from every source',
  'reference-arrived': 'a referenced account arrived',
  requested: 'asked for by a person',
  'joined-group': 'joined the group at the source',
  'left-group': 'not in the group any more, or out of the target',
  orphaned: 'an account of nobody',
  undone: 'put back',
};

export function reasonText(reason: Reason): string {
  return REASON[reason];
}

/** What an operation does, without who and where: `title: "Analyst" → "Lead analyst"`. */
export function whatMoves(operation: Operation): string {
  const reason = REASON[operation.reason];
  switch (operation.action) {
    case 'create':
      return reason;
    case 'update':
    case 'enable': {
      const changes = operation.changes.map(changeText);
      // A change at the source is told by the change itself.
      const why = operation.action === 'enable' || operation.links ? [reason] : [];
      return [...changes, ...why].join(', ') || reason;
    }
    case 'disable':
      return `${reason}; the account will be disabled`;
    case 'delete':
      return `${reason}; the account will be deleted`;
    case 'link':
      return `${reason}; nothing to change`;
    case 'unlink':
      return `${reason}; the account stays as it is, and belongs to nobody`;
    case 'add-members':
      return membersText('+', operation.members);
    case 'remove-members':
      return membersText('-', operation.members);
  }
}

const NAMES_SHOWN = 3;

/** `+ 3 members: ada@contoso.com, grace@contoso.com, …` */
function membersText(sign: '+' | '-', members: readonly Pick<PlannedMember, 'label'>[]): string {
  if (members.length === 0) return `${sign} members who were erased since`;
  const names = members.slice(0, NAMES_SHOWN).map(({ label }) => label);
  if (members.length > NAMES_SHOWN) names.push('…');
  const what = members.length === 1 ? 'member' : 'members';
  return `${sign} ${members.length} ${what}: ${names.join(', ')}`;
}

/** Which sources supplied what is written: `entra, hr`. */
export function sourcesText({ origins }: Operation): string {
  return [...new Set(Object.values(origins))].sort().join(', ');
}

/** `title: "Analyst" → "Lead analyst"`, by the last name of the path. */
export function changeText({ path, before, after }: AttributeChange): string {
  return `${pathText(path)}: ${valueText(before)} → ${valueText(after)}`;
}

const LONGEST_VALUE = 60;

/** A value in one line: texts quoted, references by whom they lead to. */
export function valueText(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'object' && value !== null) {
    if ('$new' in value) return 'an account that is about to be created';
    if ('$ref' in value) return referenceText(value.$ref);
  }
  const text = JSON.stringify(value);
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE)}…`;
}

function referenceText(reference: unknown): string {
  const { kind, id, by, value } = reference as Readonly<Record<string, unknown>>;
  return id === undefined ? `the ${kind} whose ${by} is ${value}` : `${kind} ${id}`;
}

/** Without the URN in front. */
export function pathText(path: string): string {
  const urn = /^urn:[^[]*:/i.exec(path);
  return urn === null ? path : path.slice(urn[0].length);
}
