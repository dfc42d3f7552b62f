/**
 * The directory itself, in memory. Every change raises one sequence number; objects, their
 * properties and links remember the number of their last change, from which delta answers and the
 * older state that a lagging replica still shows are both read.
 */

export type ObjectType =
  | 'user'
  | 'group'
  | 'application'
  | 'servicePrincipal'
  | 'appRoleAssignment';

/** The last two tie an assignment to its application and to whom it is for. */
export type LinkKind = 'member' | 'owner' | 'manager' | 'appRoleAssignedTo' | 'appRoleAssignments';

export type Properties = Readonly<Record<string, unknown>>;
export type Life = 'live' | 'deleted' | 'purged';

/** An object as it was from one number on. */
export interface Version {
  readonly number: number;
  readonly life: Life;
  /** The number at which the object entered this life. */
  readonly since: number;
  readonly properties: Properties;
  /** Number of the last change by property; those set at creation are not listed. */
  readonly changed: Readonly<Record<string, number>>;
}

export interface Entry {
  readonly type: ObjectType;
  readonly id: string;
  readonly created: number;
  readonly current: Version;
  /** Oldest first, as far back as somebody may still look. */
  readonly older: readonly Version[];
}

export interface Link {
  readonly kind: LinkKind;
  readonly source: string;
  readonly target: string;
  readonly present: boolean;
  readonly number: number;
  readonly older: readonly { readonly present: boolean; readonly number: number }[];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Subject = Entry | Link;

export function versionAt(entry: Entry, number: number): Version | undefined {
  if (entry.current.number <= number) return entry.current;
  return entry.older.findLast((version) => version.number <= number);
}

export function linkedAt(link: Link, number: number): boolean {
  if (link.number <= number) return link.present;
  return link.older.findLast((state) => state.number <= number)?.present ?? false;
}

const NOTHING = Object.freeze({});
const NONE: readonly never[] = Object.freeze([]);

export class Directory {
  readonly #now: () => number;
  readonly #keepFrom: () => number;
  readonly #entries = new Map<string, Mutable<Entry>>();
  readonly #sorted = new Map<ObjectType, { list: Entry[]; unsorted: boolean }>();
  readonly #links = new Map<string, Map<string, Mutable<Link>>>();
  readonly #backLinks = new Map<string, Link[]>();
  readonly #sortedTargets = new Map<string, readonly Link[]>();
  readonly #subjects: Subject[] = [];
  readonly #times: number[] = [];

  /** @param keepFrom The number before which nobody looks any more. */
  constructor(now: () => number, keepFrom: () => number) {
    this.#now = now;
    this.#keepFrom = keepFrom;
  }

  /** The number of the last change, 0 while there was none. */
  get last(): number {
    return this.#subjects.length;
  }

  entry(id: string): Entry | undefined {
    return this.#entries.get(id);
  }

  /** All objects of a type, the purged included, in order of their ids. */
  entries(type: ObjectType): readonly Entry[] {
    const index = this.#sorted.get(type);
    if (index === undefined) return NONE;
    if (index.unsorted) {
      index.list.sort((one, other) => (one.id < other.id ? -1 : 1));
      index.unsorted = false;
    }
    return index.list;
  }

  /** Links out of an object, past ones included; in order of their targets. */
  linksFrom(kind: LinkKind, source: string): readonly Link[] {
    const key = `${kind} ${source}`;
    const known = this.#sortedTargets.get(key);
    if (known !== undefined) return known;
    const links = this.#links.get(key);
    if (links === undefined) return NONE;
    const sorted = [...links.values()];
    if (sorted.length > 1) sorted.sort((one, other) => (one.target < other.target ? -1 : 1));
    if (sorted.length > 100) this.#sortedTargets.set(key, sorted);
    return sorted;
  }

  linksTo(kind: LinkKind, target: string): readonly Link[] {
    return this.#backLinks.get(`${kind} ${target}`) ?? NONE;
  }

  link(kind: LinkKind, source: string, target: string): Link | undefined {
    return this.#links.get(`${kind} ${source}`)?.get(target);
  }

  /** What changed after one number up to another, once for every change. */
  *changes(after: number, upTo: number): Generator<Subject> {
    for (let index = after; index < Math.min(upTo, this.#subjects.length); index++) {
      const subject = this.#subjects[index];
      if (subject !== undefined) yield subject;
    }
  }

  /** The number of the last change made no later than a time. */
  numberAt(time: number): number {
    let [low, high] = [0, this.#times.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#times[middle] ?? Number.POSITIVE_INFINITY) <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  create(type: ObjectType, id: string, properties: Properties): Entry {
    const number = this.last + 1;
    const current: Version = {
      number,
      life: 'live',
      since: number,
      properties,
      changed: NOTHING,
    };
    const entry: Mutable<Entry> = { type, id, created: number, current, older: NONE };
    this.#entries.set(id, entry);
    const index = this.#sorted.get(type) ?? { list: [], unsorted: false };
    index.list.push(entry);
    index.unsorted = true;
    this.#sorted.set(type, index);
    this.#commit(entry);
    return entry;
  }

  /** Sets properties; `null` clears one. */
  update(id: string, properties: Properties): void {
    const number = this.last + 1;
    const numbers = Object.fromEntries(Object.keys(properties).map((name) => [name, number]));
    this.#replace(id, (current) => ({
      ...current,
      number,
      properties: { ...current.properties, ...properties },
      changed: { ...current.changed, ...numbers },
    }));
  }

  /** Moves an object between its lives, changing properties on the way. */
  move(id: string, life: Life, properties: Properties = NOTHING): void {
    const number = this.last + 1;
    this.#replace(id, (current) => ({
      number,
      life,
      since: number,
      properties: { ...current.properties, ...properties },
      changed: current.changed,
    }));
  }

  /** Makes a link present or absent; repeating what it is already makes it new to delta readers. */
  setLink(kind: LinkKind, source: string, target: string, present: boolean): void {
    const number = this.last + 1;
    const key = `${kind} ${source}`;
    const links = this.#links.get(key) ?? new Map<string, Mutable<Link>>();
    this.#links.set(key, links);
    const known = links.get(target);
    const link: Mutable<Link> = known ?? { kind, source, target, present, number, older: NONE };
    if (known === undefined) {
      links.set(target, link);
      const back = `${kind} ${target}`;
      const incoming = this.#backLinks.get(back);
      if (incoming === undefined) this.#backLinks.set(back, [link]);
      else incoming.push(link);
      this.#sortedTargets.delete(key);
    } else {
      const { present: was, number: since } = known;
      link.older = this.#kept([...known.older, { present: was, number: since }], number);
      link.present = present;
      link.number = number;
    }
    this.#commit(link);
  }

  #replace(id: string, next: (current: Version) => Version): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw new Error(`no object ${id}`);
    const before = entry.current;
    entry.current = next(before);
    entry.older = this.#kept([...entry.older, before], entry.current.number);
    this.#commit(entry);
  }

  /** Drops the states that nobody can see any more: those whose successor everybody has. */
  #kept<T extends { readonly number: number }>(states: readonly T[], successor: number): T[] {
    const from = this.#keepFrom();
    return states.filter((_, index) => (states[index + 1]?.number ?? successor) > from);
  }

  #commit(subject: Subject): void {
    this.#subjects.push(subject);
    this.#times.push(this.#now());
  }
}
