/** Accounts of nobody: whose they may be, and what becomes of them. */

import { type Identity, type IdentityId, label } from '../identity/identity.ts';
import type { Scalar } from '../identity/record.ts';
import { matchValues } from '../plan/desired.ts';
import { heldAt, type Target } from '../plan/target.ts';
import type { Subject } from '../warehouse/subject.ts';
import type { Engine } from './engine.ts';
import type { SpaceAccount } from './reconcile-storage.ts';

export interface Orphan {
  readonly account: SpaceAccount;
  /** The one person who would match the account, and has no other. */
  readonly person?: Pick<Identity, 'id'> & { readonly label: string };
  /** The path by which that person would match. */
  readonly by?: string;
  readonly note?: string;
}

export type OrphanFinder = (accounts: readonly SpaceAccount[]) => Promise<readonly Orphan[]>;

/**
 * Looks for people backwards: by the account's match values among the names people are found by,
 * then by what the mapping would write for each who was found.
 */
export function orphanFinder(target: Target, engine: Engine): OrphanFinder {
  const { warehouse, now, random } = engine;
  const { system, match } = target;
  return async (accounts) => {
    if (accounts.length === 0) return [];
    const held = new Map(
      accounts.map((account) => [
        account.id,
        match.flatMap((path) => {
          const value = heldAt(target, account.current, path);
          return value === undefined || typeof value === 'object' ? [] : [{ path, value }];
        }),
      ]),
    );
    const found = await warehouse.peopleNamed(
      [...held.values()].flat().map(({ value }) => String(value)),
    );
    const ids = [...new Set([...found.values()].flat())];
    const subjects = new Map(
      (await warehouse.subjects(system, ids)).map((subject) => [subject.identity.id, subject]),
    );
    const context = { now: now(), random };
    const wanted = new Map<IdentityId, ReadonlySet<string>>();
    const wants = (subject: Subject): ReadonlySet<string> => {
      const known =
        wanted.get(subject.identity.id) ??
        new Set(matchValues(subject, target, context).map(keyOf));
      wanted.set(subject.identity.id, known);
      return known;
    };
    return accounts.map((account): Orphan => {
      for (const value of held.get(account.id) ?? []) {
        const people = (found.get(String(value.value)) ?? [])
          .flatMap((id) => subjects.get(id) ?? [])
          .filter((subject) => subject.identity.kind === target.kind)
          .filter((subject) => wants(subject).has(keyOf(value)));
        const [subject, ...others] = people;
        if (subject === undefined) continue;
        if (others.length > 0) {
          return { account, note: `${people.length} people have the same ${value.path}` };
        }
        if (subject.account !== undefined && !subject.account.missing) {
          const { ref } = subject.account;
          return { account, note: `${label(subject.identity)} has another account, ${ref.id}` };
        }
        const { id } = subject.identity;
        return { account, person: { id, label: label(subject.identity) }, by: value.path };
      }
      return { account };
    });
  };
}

function keyOf({ path, value }: { readonly path: string; readonly value: Scalar }): string {
  return JSON.stringify([path, String(value).toLowerCase()]);
}
