/**
 * Names that only one account of a target may have, for the expressions that choose one: chosen
 * before people are decided on, so that deciding stays pure, and taken once the plan has them.
 */

import type { IdentityId } from '../identity/identity.ts';
import { chooseNames } from '../mapping/names.ts';
import type { Subject } from '../warehouse/subject.ts';
import type { ChosenNames } from './chosen.ts';
import { evaluation } from './desired.ts';
import type { Operation } from './plan.ts';
import { standing } from './standing.ts';
import type { Target } from './target.ts';

/** Where a name is, or is to be. */
export interface NamePath {
  readonly kind: string;
  readonly path: string;
}

export interface NameAsking {
  /** Of these names, by the key they are compared by, whose they are; the empty text for nobody's. */
  readonly namesHeld: (
    at: NamePath,
    names: readonly string[],
  ) => Promise<ReadonlyMap<string, IdentityId>>;
  readonly now: Date;
  readonly random: () => number;
}

/** What one plan knows of names, by kind and path. */
export type KnownNames = Map<string, Map<string, IdentityId>>;

export function chooses({ mapping }: Target): boolean {
  return mapping.rows.some(({ candidates }) => candidates !== undefined);
}

/** Of people of one kind, for those who would get an account. */
export async function namesFor(
  subjects: readonly Subject[],
  target: Target,
  { namesHeld, now, random }: NameAsking,
  known: KnownNames,
): Promise<ChosenNames> {
  const chosen = new Map<IdentityId, Map<string, string>>();
  const nameless = subjects.filter(
    (subject) =>
      (subject.account === undefined || subject.account.missing) &&
      standing(subject, target, now).in,
  );
  for (const { identity } of nameless) chosen.set(identity.id, new Map());
  for (const { row, candidates } of target.mapping.rows) {
    if (candidates === undefined || nameless.length === 0) continue;
    const at = { kind: target.kind, path: row.path };
    const taken = known.get(keyOf(at)) ?? new Map<string, IdentityId>();
    known.set(keyOf(at), taken);
    const names = await chooseNames(
      nameless.map((subject) => ({
        id: subject.identity.id,
        candidates: candidates(
          subject.identity.attributes,
          evaluation(subject, { now, random }, true),
        ),
      })),
      (values) => namesHeld(at, values),
      taken,
    );
    for (const [id, name] of names) chosen.get(id)?.set(row.path, name);
  }
  return chosen;
}

function keyOf({ kind, path }: NamePath): string {
  return `${kind}/${path}`;
}

export type TakeNames = (
  at: NamePath,
  names: readonly { readonly name: string; readonly holder: IdentityId }[],
) => Promise<ReadonlySet<IdentityId>>;

/** Takes what operations would give their accounts. @returns Whether somebody was too late. */
export async function takeChosen(
  operations: readonly Operation[],
  target: Target,
  take: TakeNames,
): Promise<boolean> {
  let late = false;
  for (const { row, candidates } of target.mapping.rows) {
    if (candidates === undefined) continue;
    const names = operations.flatMap((operation) => {
      if (operation.action !== 'create' || operation.kind !== target.kind) return [];
      const name = operation.attributes[row.path];
      return typeof name === 'string' ? [{ name, holder: operation.identity }] : [];
    });
    if (names.length === 0) continue;
    const those = await take({ kind: target.kind, path: row.path }, names);
    if (those.size > 0) late = true;
  }
  return late;
}
