/**
 * One round of a delta query: which objects it shows, in which order and on which pages. Follows
 * from the sequence numbers of objects and links alone; there is no log of changes.
 */

import type { Chance } from '../chance.ts';
import {
  type Directory,
  type Entry,
  type Link,
  type LinkKind,
  type ObjectType,
  type Version,
  versionAt,
} from '../directory.ts';
import type { Settings, Switches } from '../settings.ts';

/** What a delta query was asked at its first call; carried in its tokens. */
export interface DeltaQuery {
  readonly type: ObjectType;
  /** As given in `$select`; absent without one. */
  readonly select?: readonly string[];
  /** Objects asked for by `$filter=id eq …`; all when absent. */
  readonly ids?: readonly string[];
  readonly minimal?: true;
}

/** The part of an object that one page shows. */
export interface Item {
  readonly entry: Entry;
  /** Everything about the object, changed or not. */
  readonly whole: boolean;
  /** These links only, where an object's links fill more than one page. */
  readonly links?: readonly Link[];
}

export interface Interval {
  /** The number the reader has seen already; absent in a first round. */
  readonly after?: number;
  readonly upTo: number;
}

const TRACKED: Readonly<Partial<Record<ObjectType, Readonly<Record<string, LinkKind>>>>> = {
  user: { manager: 'manager' },
  group: { members: 'member', owners: 'owner' },
  application: { owners: 'owner' },
  servicePrincipal: { owners: 'owner' },
};

/** Links that a query shows, by the navigation property they belong to. */
export function trackedLinks({
  type,
  select,
}: DeltaQuery): readonly (readonly [string, LinkKind])[] {
  const links = Object.entries(TRACKED[type] ?? {});
  return select === undefined ? links : links.filter(([name]) => select.includes(name));
}

/** The state of a link as of a number, with the number of its last change until then. */
export function linkStateAt(
  link: Link,
  number: number,
): { readonly present: boolean; readonly number: number } | undefined {
  if (link.number <= number) return link;
  return link.older.findLast((state) => state.number <= number);
}

/**
 * Links of an object that an item shows: those that changed meanwhile, and of a whole object all
 * that are present as well. A restored object may have lost links that its reader still has.
 */
export function shownLinks(
  directory: Directory,
  entry: Entry,
  kind: LinkKind,
  { after, upTo }: Interval,
  whole: boolean,
): readonly Link[] {
  return directory.linksFrom(kind, entry.id).filter((link) => {
    const state = linkStateAt(link, upTo);
    if (state === undefined) return false;
    const changed = after !== undefined && state.number > after;
    return changed || (whole && state.present);
  });
}

/** True when the object entered its present life inside the interval, and so is news as a whole. */
export function enteredLife(version: Version, { after }: Interval): boolean {
  return after === undefined || version.since > after;
}

export function roundPages(
  directory: Directory,
  query: DeltaQuery,
  interval: Interval,
  settings: Settings,
  switches: Switches,
  chance: Chance,
): readonly (readonly Item[])[] {
  const entries =
    interval.after === undefined
      ? firstRound(directory, query, interval, switches)
      : laterRound(directory, query, interval);
  const items = entries.map((entry) => ({
    entry,
    whole: enteredLife(versionAt(entry, interval.upTo) ?? entry.current, interval),
  }));
  const extra = [
    ...repeated(items, settings.deltaRepeats, chance),
    ...(interval.after === undefined
      ? []
      : replayed(
          directory,
          query,
          interval,
          Math.ceil(items.length * settings.deltaReplays),
          chance,
        )),
  ];
  return withEmptyPages(
    paged(directory, query, interval, [...items, ...extra], settings, chance),
    settings.emptyPages,
    chance,
  );
}

function wanted({ ids }: DeltaQuery, entry: Entry): boolean {
  return ids === undefined || ids.includes(entry.id);
}

function firstRound(
  directory: Directory,
  query: DeltaQuery,
  { upTo }: Interval,
  switches: Switches,
): readonly Entry[] {
  return directory.entries(query.type).filter((entry) => {
    const life = versionAt(entry, upTo)?.life;
    const shown =
      life === 'live' || (life === 'deleted' && switches['delta.firstRoundTombstones'] === 'on');
    return shown && wanted(query, entry);
  });
}

function laterRound(directory: Directory, query: DeltaQuery, interval: Interval): readonly Entry[] {
  const { after = 0, upTo } = interval;
  const kinds = new Set(trackedLinks(query).map(([, kind]) => kind));
  const found = new Set<Entry>();
  for (const subject of directory.changes(after, upTo)) {
    if ('kind' in subject) {
      const source = kinds.has(subject.kind) ? directory.entry(subject.source) : undefined;
      if (source?.type === query.type && versionAt(source, upTo)?.life === 'live')
        found.add(source);
    } else if (subject.type === query.type && isNews(subject, query, interval)) found.add(subject);
  }
  return [...found].filter((entry) => wanted(query, entry));
}

/** Changes of properties that were not selected are no news, nor is what happens in the bin. */
function isNews(entry: Entry, { select }: DeltaQuery, interval: Interval): boolean {
  const version = versionAt(entry, interval.upTo);
  if (version === undefined) return false;
  if (enteredLife(version, interval)) return true;
  if (version.life !== 'live') return false;
  const after = interval.after ?? 0;
  if (select === undefined) return version.number > after;
  return select.some((name) => (version.changed[name] ?? 0) > after);
}

function repeated(items: readonly Item[], share: number, chance: Chance): readonly Item[] {
  return share === 0 ? [] : items.filter(() => chance.happens(share));
}

/** Objects that changed before the interval, shown once more with their present values. */
function replayed(
  directory: Directory,
  query: DeltaQuery,
  { upTo }: Interval,
  count: number,
  chance: Chance,
): readonly Item[] {
  if (count === 0) return [];
  const known = directory
    .entries(query.type)
    .filter((entry) => wanted(query, entry) && versionAt(entry, upTo) !== undefined);
  return chance
    .shuffled(known)
    .slice(0, count)
    .map((entry) => ({ entry, whole: true }));
}

function paged(
  directory: Directory,
  query: DeltaQuery,
  interval: Interval,
  items: readonly Item[],
  settings: Settings,
  chance: Chance,
): readonly (readonly Item[])[] {
  const kinds = trackedLinks(query).map(([, kind]) => kind);
  const size = settings.deltaPageSize;
  const pages: Item[][] = [];
  const place = (page: number, item: Item): void => {
    const items = pages[page];
    if (items === undefined) {
      for (let empty = pages.length; empty < page; empty++) pages.push([]);
      pages[page] = [item];
    } else items.push(item);
  };
  const ordered = settings.deltaShuffled ? chance.shuffled(items) : items;
  ordered.forEach((item, index) => {
    parts(directory, item, kinds, interval, settings.deltaLinks).forEach((part, later) => {
      place(Math.floor(index / size) + later, part);
    });
  });
  return pages;
}

/** An object with many links comes several times, on pages of other objects in between. */
function parts(
  directory: Directory,
  item: Item,
  kinds: readonly LinkKind[],
  interval: Interval,
  most: number,
): readonly Item[] {
  const few = kinds.every((kind) => directory.linksFrom(kind, item.entry.id).length <= most / 2);
  if (few) return [item];
  const links = kinds.flatMap((kind) =>
    shownLinks(directory, item.entry, kind, interval, item.whole),
  );
  if (links.length <= most) return [item];
  return Array.from({ length: Math.ceil(links.length / most) }, (_, part) => ({
    ...item,
    links: links.slice(part * most, (part + 1) * most),
  }));
}

function withEmptyPages(
  pages: readonly (readonly Item[])[],
  share: number,
  chance: Chance,
): readonly (readonly Item[])[] {
  if (share === 0) return pages;
  return pages.flatMap((page) => (chance.happens(share) ? [[], page] : [page]));
}
