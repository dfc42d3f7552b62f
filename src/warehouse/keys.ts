/**
 * Index keys: texts under which records, identities and referents are found again. Identifiers of
 * other systems are compared byte for byte and always carry the system they come from; values
 * that people type are compared without case.
 */

import type { AttributePath } from '../identity/path.ts';
import {
  type Attributes,
  type AttributeValue,
  isReference,
  type ObjectKind,
  type ObjectRef,
  type Reference,
  type Scalar,
} from '../identity/record.ts';
import { readPath } from '../scim/path.ts';
import type { Blocks } from './similar/features.ts';
import { type MarkedRule, ruleTexts } from './similar/rule.ts';

/** No attribute name has one, so no two different keys read alike. */
const SEPARATOR = '\u001f';

/** Longer values name nobody, and PostgreSQL's trees take no more than 2,700 bytes. */
const LONGEST_VALUE = 512;

/** A value as it is compared; nothing where it cannot serve to find anybody. */
function normalised(value: Scalar): string | undefined {
  const text = String(value).normalize('NFC').toLowerCase();
  return text === '' || text.length > LONGEST_VALUE || text.includes('\0') ? undefined : text;
}

export function objectKey({ system, kind, id }: ObjectRef): string {
  return `@${system}${SEPARATOR}${kind}${SEPARATOR}${id}`;
}

/** The object a key of `objectKey` names; nothing for a key of another sort. */
export function parseObjectKey(key: string): ObjectRef | undefined {
  const [system, kind, ...id] = key.slice(1).split(SEPARATOR);
  if (!key.startsWith('@') || system === undefined || kind === undefined) return undefined;
  return { system, kind, id: id.join(SEPARATOR) };
}

export function identityKey(kind: ObjectKind, name: string, value: Scalar): string | undefined {
  const text = normalised(value);
  return text === undefined ? undefined : `${kind}${SEPARATOR}${name}${SEPARATOR}${text}`;
}

/** The value in a key of this attribute, as it is compared; nothing for a key of another. */
export function valueOfIdentityKey(
  key: string,
  kind: ObjectKind,
  name: string,
): string | undefined {
  const prefix = `${kind}${SEPARATOR}${name}${SEPARATOR}`;
  return key.startsWith(prefix) ? key.slice(prefix.length) : undefined;
}

/** What identities are found by. */
export interface Indexed {
  /** Attributes people are joined and referred to by. */
  readonly exact: readonly string[];
  /** Attributes they are called by. */
  readonly naming: readonly string[];
  /** Rules by which they are compared, by kind. */
  readonly compared: Readonly<Record<ObjectKind, readonly MarkedRule[]>>;
}

/** In place of an attribute's name: a rule's mark follows. No attribute's name begins so. */
const RULE = '\u001e';

/** The key of a name of a person or a group, whichever naming attribute it is of. */
export function namingKey(kind: ObjectKind, name: string): string | undefined {
  return identityKey(kind, '', name);
}

/**
 * Keys of what somebody calls a person or a group, whichever naming attribute it is. A guest's user
 * principal name is kept without what Entra ID puts behind it, and is copied from there with it.
 */
export function namingKeys(kind: ObjectKind, text: string): readonly string[] {
  const names = [text, text.replace(/#EXT#@.*$/i, '')];
  return [...new Set(names.flatMap((name) => namingKey(kind, name) ?? []))];
}

/** Whether a key names an attribute: what references go by. */
export function isExact(key: string): boolean {
  const first = key.charAt(key.indexOf(SEPARATOR) + 1);
  return first !== SEPARATOR && first !== RULE;
}

/** Whether records are joined by a key. */
export function isJoining(key: string): boolean {
  return key.charAt(key.indexOf(SEPARATOR) + 1) !== SEPARATOR;
}

/** Whether a key says no more than that two may be alike. */
export function isBlock(key: string): boolean {
  return key.startsWith(`${RULE}~`, key.indexOf(SEPARATOR) + 1);
}

/** Keys under which a rule keeps whom it may be about, or looks for them. */
export function ruleKeys(
  kind: ObjectKind,
  { mark, rule }: MarkedRule,
  attributes: Attributes,
  which: keyof Blocks,
): readonly string[] {
  const name = `${RULE}${'similar' in rule ? '~' : ''}${mark}`;
  return ruleTexts(rule, attributes)[which].flatMap((text) =>
    text.length > LONGEST_VALUE || text.includes('\0')
      ? []
      : `${kind}${SEPARATOR}${name}${SEPARATOR}${text}`,
  );
}

/** Keys an identity is found by. An address that is login name and mail address is one. */
export function identityKeys(
  kind: ObjectKind,
  attributes: Attributes,
  { exact, naming, compared }: Indexed,
): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const name of exact) addKeys(keys, kind, name, attributes[name]);
  for (const rule of compared[kind] ?? []) {
    for (const key of ruleKeys(kind, rule, attributes, 'kept')) keys.add(key);
  }
  if (kind !== 'user' && kind !== 'group') return keys;
  for (const name of naming) addKeys(keys, kind, '', attributes[name]);
  return keys;
}

/** By far most values are one text, for which nothing is made on the way. */
function addKeys(
  keys: Set<string>,
  kind: ObjectKind,
  name: string,
  value: AttributeValue | undefined,
): void {
  if (value === undefined) return;
  if (typeof value === 'object') {
    for (const key of keysOf(kind, name, value)) keys.add(key);
    return;
  }
  const key = identityKey(kind, name, value);
  if (key !== undefined) keys.add(key);
}

/** The keys of one attribute; several where it has several values. */
export function keysOf(
  kind: ObjectKind,
  name: string,
  value: AttributeValue | undefined,
): readonly string[] {
  if (value === undefined) return [];
  if (typeof value === 'object') {
    return scalars(value).flatMap((scalar) => identityKey(kind, name, scalar) ?? []);
  }
  const key = identityKey(kind, name, value);
  return key === undefined ? [] : [key];
}

/** A path of accounts that is matched, with its text, which is part of the key. */
export interface MatchPath {
  readonly text: string;
  readonly path: AttributePath;
}

export function matchKey(path: string, value: Scalar): string | undefined {
  const text = normalised(value);
  return text === undefined ? undefined : `${path}${SEPARATOR}${text}`;
}

/** The value in a key of this path, as it is compared; nothing for a key of another. */
export function valueOfMatchKey(key: string, path: string): string | undefined {
  return key.startsWith(`${path}${SEPARATOR}`) ? key.slice(path.length + 1) : undefined;
}

/** Keys an account is found by in the connector space. */
export function matchKeys(
  attributes: Attributes,
  paths: readonly MatchPath[],
): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const { text, path } of paths) {
    for (const value of scalars(readPath(attributes, path))) {
      const key = matchKey(text, value);
      if (key !== undefined) keys.add(key);
    }
  }
  return keys;
}

/** Whom a reference waits for. */
function referentKey(reference: Reference): string | undefined {
  return 'by' in reference
    ? identityKey(reference.kind, reference.by, reference.value)
    : objectKey(reference);
}

/** Attribute and referent of every reference among these attributes. */
export function references(
  attributes: Attributes,
  names: readonly string[],
): readonly { readonly attribute: string; readonly referent: string }[] {
  const found: { readonly attribute: string; readonly referent: string }[] = [];
  for (const attribute of names) {
    const value = attributes[attribute];
    if (typeof value !== 'object') continue;
    for (const element of elements(value)) {
      const referent = isReference(element) ? referentKey(element.$ref) : undefined;
      if (referent !== undefined) found.push({ attribute, referent });
    }
  }
  return found;
}

function scalars(value: AttributeValue | undefined): readonly Scalar[] {
  if (value === undefined) return [];
  return elements(value).filter((element) => typeof element !== 'object');
}

function elements(value: AttributeValue): readonly AttributeValue[] {
  return isList(value) ? value : [value];
}

function isList(value: AttributeValue): value is readonly AttributeValue[] {
  return Array.isArray(value);
}
