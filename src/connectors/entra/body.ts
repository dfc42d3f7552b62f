/** What is to be written, by path, as the requests of Graph that write it. Pure. */

import type { AttributePath } from '../../identity/path.ts';
import {
  type Attributes,
  type AttributeValue,
  isReference,
  type ObjectRef,
} from '../../identity/record.ts';
import { parsePath } from '../../scim/path.ts';
import { ConnectorError } from '../spi/index.ts';
import { EXTENSION, type GraphKind, PROPERTIES } from './attributes.ts';
import { mutabilityOf, PARTS, PASSWORD, PHOTO, PICTURE, REPLIES } from './schema.ts';

/** One attribute and what it is to hold; nothing clears it. */
export interface Wish {
  readonly path: string;
  readonly value: AttributeValue | undefined;
}

/** Wishes by where Graph takes them. */
export interface Wanted {
  /** The body of the object itself; `null` clears. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** Properties of which single parts are wished for: the others have to be said as well. */
  readonly partly: readonly string[];
  /** Null takes it away. */
  readonly manager?: ObjectRef | null;
  readonly members?: readonly ObjectRef[];
  readonly replies?: Readonly<Record<string, unknown>>;
  /** Base64 of a JPEG; null takes it away. */
  readonly photo?: string | null;
  readonly password?: Readonly<Record<string, unknown>>;
}

type Writable = { -readonly [Key in keyof Wanted]: Wanted[Key] } & {
  properties: Record<string, unknown>;
  partly: string[];
  replies?: Record<string, unknown>;
  password?: Record<string, unknown>;
};

/** @throws ConnectorError `invalid` for a path that Graph has not, or does not take. */
export function wantedBy(
  kind: GraphKind,
  wishes: readonly Wish[],
  creates: boolean,
  attempt: string,
): Wanted {
  const wanted: Writable = { properties: {}, partly: [] };
  for (const wish of wishes) place(kind, wish, wanted, creates, attempt);
  return wanted;
}

function place(
  kind: GraphKind,
  { path: text, value }: Wish,
  wanted: Writable,
  creates: boolean,
  attempt: string,
): void {
  const path = pathOf(text, attempt);
  const { attribute: name, subAttribute: part } = path;
  if (kind === 'group' && name === 'members' && creates) {
    wanted.members = referencesIn(value);
    return;
  }
  if (kind === 'user' && name === 'manager') {
    wanted.manager = managerOf(value, attempt);
    return;
  }
  if (kind === 'user' && name === PHOTO) {
    wanted.photo = value === undefined || value === '' ? null : photoOf(value, attempt);
    return;
  }
  if (kind === 'user' && name === REPLIES) {
    wanted.replies = { ...wanted.replies, ...repliesOf(part, value, attempt) };
    return;
  }
  if (kind === 'user' && name === PASSWORD) {
    wanted.password = { ...wanted.password, ...partsOf(part, value) };
    return;
  }
  demandWritable(kind, name, creates, attempt);
  if (part === undefined) {
    wanted.properties[name] = wireValue(kind, name, value);
    return;
  }
  if (PARTS[name]?.includes(part) !== true) throw unknown(attempt, text);
  wanted.properties[name] = {
    ...(isParts(wanted.properties[name]) && wanted.properties[name]),
    [part]: value ?? null,
  };
  if (!wanted.partly.includes(name)) wanted.partly.push(name);
}

function pathOf(text: string, attempt: string): AttributePath {
  const parsed = parsePath(text);
  if (parsed.ok && parsed.value.schema === undefined && parsed.value.where === undefined)
    return parsed.value;
  throw unknown(attempt, text);
}

function demandWritable(kind: GraphKind, name: string, creates: boolean, attempt: string): void {
  if (EXTENSION.test(name)) return;
  if (!Object.hasOwn(PROPERTIES[kind], name)) throw unknown(attempt, name);
  const mutability = mutabilityOf(kind, name);
  if (mutability === 'readWrite' || (creates && mutability === 'immutable')) return;
  throw new ConnectorError(
    'invalid',
    `${attempt}: ${name} ${mutability === 'immutable' ? 'is set when a group is made, and never changed' : 'is not written by applications'}`,
    {
      code: 'attribute-immutable',
      remedy:
        mutability === 'immutable'
          ? 'Map the attribute with `when: create`.'
          : 'Take the attribute out of the mapping.',
    },
  );
}

/** Text that stands for a list of one, and what says that it is nothing. */
function wireValue(kind: GraphKind, name: string, value: AttributeValue | undefined): unknown {
  const property = PROPERTIES[kind][name];
  if (property?.multiValued === true) {
    if (value === undefined) return [];
    return Array.isArray(value) ? value : [value];
  }
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return null;
  if (property?.type === 'boolean' && typeof value === 'string')
    return /^true$/i.test(value) ? true : /^false$/i.test(value) ? false : value;
  return value;
}

/** What a record holds after a wish was granted; undefined where it holds nothing then. */
export function heldAfter(
  kind: GraphKind,
  { attribute: name, subAttribute: part }: AttributePath,
  value: AttributeValue | undefined,
): AttributeValue | undefined {
  if (value === undefined || value === '' || (Array.isArray(value) && value.length === 0))
    return undefined;
  if (name === PHOTO)
    return String(value)
      .replace(DATA_URI, PICTURE)
      .replace(/^(?!data:)/, PICTURE);
  if (part !== undefined && INSTANTS.has(part)) return toInstant(Date.parse(String(value)));
  if (part !== undefined || typeof value === 'object') return value;
  if (PROPERTIES[kind][name]?.multiValued === true) return [value];
  const wire = wireValue(kind, name, value);
  return typeof wire === 'boolean' ? wire : value;
}

function toInstant(time: number): string {
  return new Date(time).toISOString().replace('.000Z', 'Z');
}

function managerOf(value: AttributeValue | undefined, attempt: string): ObjectRef | null {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return null;
  const [manager] = referencesIn(value);
  if (manager !== undefined) return manager;
  throw new ConnectorError('invalid', `${attempt}: the manager is no person of this tenant`, {
    code: 'reference-invalid',
    remedy: 'Map manager to a reference: [manager].',
  });
}

function referencesIn(value: AttributeValue | undefined): readonly ObjectRef[] {
  return [value ?? []]
    .flat()
    .flatMap((one: AttributeValue) => (isReference(one) && 'id' in one.$ref ? [one.$ref] : []));
}

const DATA_URI = /^data:image\/[a-z]+;base64,/i;

/** Base64, bare or in a data URI as SCIM carries pictures. */
function photoOf(value: AttributeValue, attempt: string): string {
  const text = String(value).replace(DATA_URI, '');
  if (typeof value === 'string' && /^[A-Za-z0-9+/]+={0,2}$/.test(text)) return text;
  throw new ConnectorError('invalid', `${attempt}: the photo is no base64 of a JPEG`, {
    code: 'photo-invalid',
    remedy: 'Give the picture itself, as base64 or as a data URI.',
  });
}

const INSTANTS: ReadonlySet<string> = new Set(['scheduledStartDateTime', 'scheduledEndDateTime']);

function repliesOf(
  part: string | undefined,
  value: AttributeValue | undefined,
  attempt: string,
): Readonly<Record<string, unknown>> {
  // Nothing at all means that nobody is answered.
  if (part === undefined && value === undefined) return { status: 'disabled' };
  return Object.fromEntries(
    Object.entries(partsOf(part, value)).map(([name, each]) => {
      if (!INSTANTS.has(name) || each === null)
        return [name, each ?? (name === 'status' ? 'disabled' : '')];
      const time = Date.parse(String(each));
      if (Number.isNaN(time)) throw noInstant(attempt, name);
      return [
        name,
        { dateTime: `${new Date(time).toISOString().slice(0, 19)}.0000000`, timeZone: 'UTC' },
      ];
    }),
  );
}

function noInstant(attempt: string, name: string): ConnectorError {
  return new ConnectorError('invalid', `${attempt}: ${name} is no date and time`, {
    code: 'refused-by-target',
    remedy: 'Give it as in 2026-03-01T08:00:00Z.',
  });
}

function partsOf(
  part: string | undefined,
  value: AttributeValue | undefined,
): Readonly<Record<string, unknown>> {
  if (part !== undefined) return { [part]: value ?? null };
  return isParts(value) ? value : {};
}

function isParts(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unknown(attempt: string, text: string): ConnectorError {
  return new ConnectorError('invalid', `${attempt}: Graph has no attribute "${text}" to write`, {
    code: 'unknown-property',
    remedy:
      'Names are those of Microsoft Graph; directory extensions are extension_<application id>_<name>.',
  });
}

/** By path, as a plan has them. */
export function wishesOf(attributes: Attributes): readonly Wish[] {
  return Object.entries(attributes).map(([path, value]) => ({ path, value }));
}
