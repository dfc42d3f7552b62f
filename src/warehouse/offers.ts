/** What each joined record offers of an identity, and who that would be if one system said nothing. */

import type { Identity, IdentityId } from '../identity/identity.ts';
import type { Attributes, SystemName } from '../identity/record.ts';
import type { Context } from './context.ts';
import { countsNow } from './dates.ts';
import { references } from './keys.ts';
import { resolveReferents } from './references.ts';
import { openSpace } from './space.ts';
import type { Offer, ResolvedReference, Subject } from './subject.ts';
import { loadSubjects } from './subjects.ts';
import { mappedAsSaid } from './written-back.ts';

/** One for each record of a source, those that are gone included. */
export async function offersOf(context: Context, identity: IdentityId): Promise<readonly Offer[]> {
  const space = openSpace(context);
  await space.loadPeople([identity]);
  const records = [...(space.people.get(identity)?.records ?? [])];
  return records.flatMap((held): readonly Offer[] => {
    if (held.rules === undefined) return [];
    const { authority, precedence, defaultPrecedence } = held.rules;
    const attributes = mappedAsSaid(held, space);
    const ranks = Object.keys(attributes).map((name) => [
      name,
      precedence[name] ?? defaultPrecedence,
    ]);
    return [
      {
        ref: held.ref,
        present: countsNow(held.present, held.rules, attributes, space.at),
        authority,
        attributes,
        ranks: Object.fromEntries(ranks),
      },
    ];
  });
}

/** As on a day to come, if nothing were said until then; nothing is written. */
export async function onDay(context: Context, subject: Subject, at: Date): Promise<Subject> {
  if (!context.book.timed) return subject;
  const space = openSpace(asOn(context, at));
  await space.loadPeople([subject.identity.id]);
  const person = space.people.get(subject.identity.id);
  if (person === undefined) return subject;
  space.remerge(person);
  const { attributes, origins, present } = person;
  return subjectAs(context, subject, { ...subject.identity, attributes, origins, present });
}

/** The same warehouse at another time. */
export function asOn(context: Context, at: Date | undefined): Context {
  return at === undefined ? context : { ...context, now: () => at };
}

/** As if the records of a system had gone; nothing is written. */
export async function withoutSystem(
  context: Context,
  subject: Subject,
  system: SystemName,
): Promise<Subject> {
  const { id, kind } = subject.identity;
  const space = openSpace(context);
  await space.loadPeople([id]);
  const person = space.people.get(id);
  if (person === undefined) return subject;
  for (const held of person.records) if (held.ref.system === system) held.present = false;
  space.remerge(person);
  const { attributes, origins, present } = person;
  const { assigned } = context.book.target(subject.target, kind) ?? {};
  return {
    ...subject,
    identity: {
      ...subject.identity,
      attributes,
      origins,
      present,
      links: subject.identity.links.filter((ref) => ref.system !== system),
    },
    references: await referencesOf(context, subject, person.attributes),
    ...(assigned?.system === system && {
      assigned: { direct: false, groups: [], roles: [] },
    }),
    // Of somebody who has left, the last of those gone still count.
    records: subject.records.filter(({ ref }) => ref.system !== system || !present),
  };
}

/** The subject as somebody else, or as who they were. */
export async function subjectAs(
  context: Context,
  subject: Subject,
  identity: Identity,
): Promise<Subject> {
  const references = await referencesOf(context, subject, identity.attributes);
  return { ...subject, identity, references };
}

async function referencesOf(
  context: Context,
  { target }: Subject,
  attributes: Attributes,
): Promise<Subject['references']> {
  const edges = references(attributes, Object.keys(attributes));
  const known = await resolveReferents(
    edges.map(({ referent }) => referent),
    context,
  );
  const people = await loadSubjects(context, target, [...new Set(known.values())], new Map());
  const accounts = new Map(people.map(({ identity, account }) => [identity.id, account]));
  return Object.fromEntries(
    edges.map(({ attribute, referent }) => [attribute, leadsTo(known.get(referent), accounts)]),
  );
}

function leadsTo(
  identity: IdentityId | undefined,
  accounts: ReadonlyMap<IdentityId, Subject['account']>,
): ResolvedReference {
  if (identity === undefined) return { type: 'unknown' };
  const account = accounts.get(identity);
  if (account === undefined || account.missing) return { type: 'pending', identity };
  const current: Attributes = account.current;
  return { type: 'account', ref: account.ref, attributes: current };
}
