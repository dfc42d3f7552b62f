/** Who somebody is and was: every value with where it comes from and since when, every change with why. */

import { type Identity, type IdentityId, label } from '../identity/identity.ts';
import type { AttributeValue, ObjectRef, SystemName } from '../identity/record.ts';
import type { AttributeChoice } from '../warehouse/choices.ts';
import type { HistoryEntry } from '../warehouse/history.ts';
import type { Engine } from './engine.ts';
import { valueExplained } from './explain-values.ts';
import { theOne } from './people.ts';
import { VerbRefusal } from './refusal.ts';
import type { ValueExplanation, Verbs } from './verbs.ts';

export interface ShowRequest {
  readonly person: string;
  /** As it was then; absent: now. */
  readonly asOf?: Date;
}

export interface ShownIdentity {
  readonly identity: Identity;
  readonly label: string;
  readonly asOf?: Date;
  /** Since when changes are kept. */
  readonly keptSince: Date;
  /** In the order of their names. */
  readonly values: readonly ShownValue[];
}

export interface ShownValue {
  readonly path: string;
  /** Absent where somebody has the say and says that there is none, whatever others offer. */
  readonly value?: AttributeValue;
  readonly origin?: SystemName;
  /** The record that supplies it. */
  readonly record?: ObjectRef;
  /** Since when it has this value; absent where it is older than what is kept. */
  readonly since?: Date;
  /** In which run it came. */
  readonly run?: string;
  /** Who offers a value for it; absent in the past, of which only the winners are kept. */
  readonly offers?: ValueExplanation['offers'];
}

export interface HistoryRequest {
  readonly person: string;
  readonly limit: number;
}

export interface PersonHistory {
  readonly identity: IdentityId;
  readonly label: string;
  readonly keptSince: Date;
  /** The newest first. */
  readonly entries: readonly HistoryEntry[];
  /** Whether there are older ones that were not asked for. */
  readonly more: boolean;
}

export function histories(engine: Engine): Pick<Verbs, 'showIdentity' | 'identityHistory'> {
  return {
    showIdentity: (request) => showIdentity(request, engine),
    identityHistory: (request) => identityHistory(request, engine),
  };
}

/** Who exists, and whoever did: identities that ended have a history still, by their ids. */
interface Known {
  readonly id: IdentityId;
  readonly now?: Identity;
}

async function knownNamed(text: string, { warehouse }: Engine): Promise<Known> {
  const found = await warehouse.findPerson(text);
  if (found.length === 0) {
    const id = text.trim();
    for await (const _ of warehouse.history(id)) return { id };
  }
  const now = theOne(text, found);
  return { id: now.id, now };
}

/** Refuses what is not kept, and what has not happened. */
async function pastMoment(at: Date, { warehouse, now }: Engine): Promise<void> {
  const moment = at.toISOString();
  if (at > now()) {
    throw new VerbRefusal(
      'moment-to-come',
      `${moment} is to come, and only what was is on record`,
      'lockstep explain PERSON --at DATE shows what would be then',
    );
  }
  const since = await warehouse.historySince();
  if (at >= since) return;
  throw new VerbRefusal(
    'past-not-kept',
    `${moment} is too long ago: changes are kept since ${since.toISOString()}`,
    'keep: { history: 730d } keeps them longer from now on; lockstep log --person NAME shows what was done, as far as the log goes',
  );
}

/** As it was then, or the reason why there is none. */
export async function identityThen(
  { id, now }: Known,
  at: Date,
  engine: Engine,
): Promise<Identity> {
  await pastMoment(at, engine);
  const identity = await engine.warehouse.identityAt(id, at);
  if (identity !== undefined) return identity;
  const called = now === undefined ? id : label(now);
  throw new VerbRefusal(
    'nobody-then',
    `${called} was nobody we knew at ${at.toISOString()}`,
    `lockstep identity history ${id} shows since when, and until when`,
  );
}

async function showIdentity({ person, asOf }: ShowRequest, engine: Engine): Promise<ShownIdentity> {
  const { warehouse } = engine;
  const known = await knownNamed(person, engine);
  const identity =
    asOf === undefined
      ? (known.now ?? (await identityThen(known, engine.now(), engine)))
      : await identityThen(known, asOf, engine);
  const offers = asOf === undefined ? await warehouse.offers(identity.id) : undefined;
  const offered = offers?.flatMap(({ attributes }) => Object.keys(attributes)) ?? [];
  const paths = [...new Set([...Object.keys(identity.attributes), ...offered])].toSorted();
  const [arrivals, choices] = await Promise.all([
    arrivalsOf(identity, asOf, engine),
    asOf === undefined ? warehouse.choices(identity.id, paths) : undefined,
  ]);
  const values = paths
    .filter(
      (path) => identity.attributes[path] !== undefined || isWithheld(choices?.get(path)?.asked),
    )
    .map((path): ShownValue => {
      const value = identity.attributes[path];
      const origin = identity.origins[path];
      const record = identity.links.find(
        ({ system, kind }) => system === origin && kind === identity.kind,
      );
      return {
        path,
        ...(value !== undefined && { value }),
        ...(origin !== undefined && { origin }),
        ...(record !== undefined && { record }),
        ...arrivals.get(path),
        ...(offers !== undefined && {
          offers: valueExplained(path, { identity }, offers, choices?.get(path)).offers,
        }),
      };
    });
  return {
    identity,
    label: label(identity),
    ...(asOf !== undefined && { asOf }),
    keptSince: await warehouse.historySince(),
    values,
  };
}

/** Whoever has the say has no value, so that those of others do not count. */
function isWithheld(asked: AttributeChoice['asked'] = []): boolean {
  return asked.some(({ verdict, authoritative }) => verdict === 'wins' && authoritative);
}

interface Arrival {
  readonly since: Date;
  readonly run?: string;
}

/** When each value came, walking back until all are found. */
async function arrivalsOf(
  { id, attributes }: Identity,
  asOf: Date | undefined,
  { warehouse }: Engine,
): Promise<ReadonlyMap<string, Arrival>> {
  const arrivals = new Map<string, Arrival>();
  const missing = new Set(Object.keys(attributes));
  for await (const { at, cause, changes } of warehouse.history(id)) {
    if (missing.size === 0) break;
    if (asOf !== undefined && at > asOf) continue;
    const { run } = cause;
    for (const { path, before, after } of changes) {
      // Where only its supplier changed, the value is as old as it was.
      if (after === before || !missing.delete(path)) continue;
      arrivals.set(path, { since: at, ...(run !== undefined && { run }) });
    }
  }
  return arrivals;
}

async function identityHistory(
  { person, limit }: HistoryRequest,
  engine: Engine,
): Promise<PersonHistory> {
  const { warehouse } = engine;
  const { id, now } = await knownNamed(person, engine);
  const entries: HistoryEntry[] = [];
  let more = false;
  for await (const entry of warehouse.history(id)) {
    more = entries.length === limit;
    if (more) break;
    entries.push(entry);
  }
  return {
    identity: id,
    label: now === undefined ? lastLabel(id, entries) : label(now),
    keptSince: await warehouse.historySince(),
    entries,
    more,
  };
}

/** What somebody was called whose identity has ended. */
function lastLabel(id: IdentityId, [last]: readonly HistoryEntry[]): string {
  const values = (last?.changes ?? []).flatMap(({ path, before }) =>
    before === undefined ? [] : [[path, before] as const],
  );
  return label({ id, attributes: Object.fromEntries(values) });
}
