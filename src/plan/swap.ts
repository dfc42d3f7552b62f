/**
 * Whether a plan would hand an identifier from one account to another: two people who exchange
 * their user names look like two renamings, and would leave each with the other's account.
 */

import type { IdentityId } from '../identity/identity.ts';
import type { AttributeValue, ObjectRef } from '../identity/record.ts';
import type { Hold, Operation } from './plan.ts';
import type { Target } from './target.ts';
import { pathText } from './text.ts';

export interface SwapWatch {
  add(operation: Operation): void;
  /** Identifier values about to be written, of which somebody has to say who holds them now. */
  taking(operation: Operation): readonly Taking[];
  /** Another account than the operation's own holds the value. */
  held(operation: Operation, path: string): void;
  hold(): Hold | undefined;
}

export interface Taking {
  readonly target: ObjectRef;
  readonly path: string;
  readonly value: AttributeValue;
}

/** More people are not named one by one: then all that writes identifiers waits. */
const MOST_PEOPLE = 200;
/** So many changes of identifiers are remembered; the churn guard holds such a plan long before. */
const MOST_CHANGES = 20_000;

interface Move {
  readonly identity: IdentityId;
  readonly label: string;
  readonly path: string;
}

export function swapWatch({
  identifiers,
  limits,
}: Pick<Target, 'identifiers' | 'limits'>): SwapWatch {
  const leaving = new Map<string, Move>();
  const arriving = new Map<string, Move>();
  const people = new Map<IdentityId, Move>();
  const meet = (giver: Move | undefined, taker: Move | undefined) => {
    if (giver === undefined || taker === undefined || giver.identity === taker.identity) return;
    people.set(giver.identity, giver).set(taker.identity, taker);
  };
  const identifying = ({ path }: { readonly path: string }) => identifiers.has(path);
  const taking = (operation: Operation): readonly Taking[] => {
    if (!limits.swap || !('changes' in operation)) return [];
    const { target, changes } = operation;
    return changes
      .filter(identifying)
      .flatMap(({ path, after }) => (after === undefined ? [] : [{ target, path, value: after }]));
  };
  return {
    add: (operation) => {
      if (!limits.swap || leaving.size + arriving.size > MOST_CHANGES) return;
      const { identity, label } = operation;
      const move = (path: string): Move => ({ identity, label, path });
      if ('changes' in operation) {
        for (const { path, before, after } of operation.changes.filter(identifying)) {
          if (before !== undefined && !isSame(before, after)) {
            leaving.set(keyOf(path, before), move(path));
            meet(move(path), arriving.get(keyOf(path, before)));
          }
          if (after === undefined || isSame(before, after)) continue;
          arriving.set(keyOf(path, after), move(path));
          meet(leaving.get(keyOf(path, after)), move(path));
        }
      } else if (operation.action === 'create' && leaving.size > 0) {
        for (const path of identifiers) {
          const value = operation.attributes[path];
          if (value !== undefined) meet(leaving.get(keyOf(path, value)), move(path));
        }
      }
    },
    taking,
    held: ({ identity, label }, path) => void people.set(identity, { identity, label, path }),
    hold: () => {
      if (people.size === 0) return undefined;
      const moves = [...people.values()];
      const names = moves.slice(0, 3).map(({ label }) => label);
      const more = moves.length > names.length ? ` and ${moves.length - names.length} more` : '';
      const paths = [...new Set(moves.map(({ path }) => pathText(path)))].join(', ');
      return {
        guard: 'identifier-swap',
        message: `${paths} of one account would go to another: ${names.join(', ')}${more}`,
        ...(moves.length <= MOST_PEOPLE
          ? { people: moves.map(({ identity }) => identity) }
          : { actions: ['update', 'enable', 'create'] }),
      };
    },
  };
}

function keyOf(path: string, value: AttributeValue): string {
  return `${path}\n${typeof value === 'string' ? value.toLowerCase() : JSON.stringify(value)}`;
}

function isSame(a: AttributeValue | undefined, b: AttributeValue | undefined): boolean {
  return a !== undefined && b !== undefined && keyOf('', a) === keyOf('', b);
}
