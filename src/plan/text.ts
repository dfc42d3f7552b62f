/** A plan as people read it. Nobody's whole record: what moves, why, and from which source. */

import type { AttributeChange } from '../connectors/spi/index.ts';
import { type AttributeValue, isReference } from '../identity/record.ts';
import type { Action, Operation, Plan, Reason } from './plan.ts';

const SIGN: Readonly<Record<Action, string>> = {
  create: '+',
  update: '~',
  enable: '^',
  disable: '-',
  delete: 'x',
  link: '=',
  'add-members': '~',
  'remove-members': '~',
};

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
};

const LONGEST_VALUE = 60;

/** One line, such as `~ user ada.lovelace     title: "Analyst" → "Lead analyst"     hr`. */
export function operationText(operation: Operation): string {
  const head = `${SIGN[operation.action]} ${operation.kind} ${operation.label}`.padEnd(32);
  return `${head}  ${whatMoves(operation)}`;
}

export function planHeadline({ target, counts, considered }: Plan): string {
  const parts = Object.entries(counts).map(([action, count]) => `${count} ${action}`);
  const what = parts.length === 0 ? 'nothing to do' : parts.join(', ');
  return `${target}: ${what} (${considered} people looked at)`;
}

/** Why a plan waits, and what lets it go. */
export function holdText(plan: Plan): readonly string[] {
  const reasons = plan.holds.map(({ message }) => `Held: ${message}.`);
  return reasons.length === 0 ? [] : [...reasons, `Release with: lockstep release ${plan.target}`];
}

function whatMoves(operation: Operation): string {
  const reason = REASON[operation.reason];
  switch (operation.action) {
    case 'create':
      return reason;
    case 'update':
    case 'enable': {
      const changes = operation.changes.map(changeText).join(', ');
      const sources = [...new Set(Object.values(operation.origins))].join(', ');
      return `${changes}${sources === '' ? '' : `     ${sources}`}${
        operation.action === 'enable' || operation.links ? `     ${reason}` : ''
      }`;
    }
    case 'disable':
      return `${reason}; account will be disabled`;
    case 'delete':
      return `${reason}; account will be deleted`;
    case 'link':
      return `${reason}; nothing to change`;
    case 'add-members':
      return `${operation.members.length} members join`;
    case 'remove-members':
      return `${operation.members.length} members leave`;
  }
}

/** `title: "Analyst" → "Lead analyst"`, by the last name of the path. */
export function changeText({ path, before, after }: AttributeChange): string {
  return `${shortPath(path)}: ${valueText(before)} → ${valueText(after)}`;
}

export function valueText(value: AttributeValue | undefined): string {
  if (value === undefined) return 'nothing';
  if (isReference(value)) {
    return 'id' in value.$ref ? `→ ${value.$ref.id}` : `→ ${value.$ref.by} ${value.$ref.value}`;
  }
  const text = JSON.stringify(value);
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE)}…`;
}

/** Without the URN in front. */
function shortPath(path: string): string {
  const urn = /^urn:[^[]*:/i.exec(path);
  return urn === null ? path : path.slice(urn[0].length);
}
