/** What differs between what an account should hold and what it was asked to hold. */

import type { AttributeChange } from '../connectors/spi/index.ts';
import type { Attributes, AttributeValue } from '../identity/record.ts';
import type { Account } from '../warehouse/subject.ts';
import type { WantedRow } from './desired.ts';
import { heldAt, type Target } from './target.ts';
import { sameValue } from './values.ts';

export interface Difference {
  readonly changes: readonly AttributeChange[];
  /** Wanted values that are there although they were never asked for. */
  readonly adopts: Attributes;
  /** Values that somebody gave the account there, and that are what is wanted: from now on they count as asked. */
  readonly taken: Attributes;
  /** Identifiers that differ and stay, because nothing proves that the account is this person's. */
  readonly kept: readonly string[];
}

export interface DifferenceOptions {
  /** Compare with what the account holds, not with what was asked: after a return, everything is pushed again. */
  readonly again: boolean;
  /** Whether identifiers that were never asked for may be rewritten. */
  readonly proven: boolean;
}

/** `asked` decides; for a path that was never asked for, what the account holds does. */
export function difference(
  rows: readonly WantedRow[],
  account: Pick<Account, 'asked' | 'answered' | 'current'>,
  target: Target,
  options: DifferenceOptions,
): Difference {
  const changes: AttributeChange[] = [];
  const adopts: Record<string, AttributeValue> = {};
  const taken: Record<string, AttributeValue> = {};
  const kept: string[] = [];
  for (const { wanted } of rows) {
    if (wanted.type !== 'value' && wanted.type !== 'clear') continue;
    const { path } = wanted;
    const after = wanted.type === 'value' ? wanted.value : undefined;
    if (wanted.type === 'value' && (wanted.when === 'create' || staysOut(path, after, target))) {
      continue;
    }
    const asked = account.asked[path];
    const held = heldAt(target, account.current, path);
    const unasked = asked === undefined;
    const identifies = target.identifiers.has(path);
    if (sameValue(unasked ? held : withoutEmptyList(asked), after)) {
      if (unasked && after !== undefined && (options.proven || !identifies)) adopts[path] = after;
      const pushesAgain = options.again && !isPending(path, target) && !sameValue(held, after);
      if (!pushesAgain) continue;
    } else if (!unasked && after !== undefined && holdsItself(path, held, after, account, target)) {
      taken[path] = after;
      continue;
    } else if (unasked && held !== undefined && identifies && !options.proven) {
      kept.push(path);
      continue;
    }
    changes.push({
      path,
      ...(held !== undefined && { before: held }),
      ...(after !== undefined && { after }),
    });
  }
  return { changes, adopts: { ...adopts, ...taken }, taken, kept };
}

/**
 * Somebody gave it this value there, and it came to us from there: writing it once more would say
 * nothing, and a system that makes something else of whatever it is given would never come to rest.
 */
function holdsItself(
  path: string,
  held: AttributeValue | undefined,
  after: AttributeValue,
  { answered }: Pick<Account, 'answered'>,
  target: Target,
): boolean {
  if (!target.joined || isPending(path, target)) return false;
  return sameValue(held, after) && !sameValue(held, answered[path]);
}

/** The empty list in `asked` means that the path was asked to hold nothing. */
function withoutEmptyList(asked: AttributeValue): AttributeValue | undefined {
  return Array.isArray(asked) && asked.length === 0 ? undefined : asked;
}

function staysOut(path: string, after: AttributeValue | undefined, target: Target): boolean {
  const rule = target.attributeRules.get(path);
  if (rule === undefined) return false;
  return rule.createOnly === true || (rule.createOnlyValues ?? []).includes(String(after));
}

function isPending(path: string, { traits }: Target): boolean {
  return traits.pendingPaths?.includes(path) ?? false;
}
