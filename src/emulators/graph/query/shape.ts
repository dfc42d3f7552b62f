/** An object of the directory as a JSON body shows it. */

import { defaultPropertiesOf, navigationOf, propertiesOf } from '../contract.ts';
import { securityIdentifier } from '../derived.ts';
import type { ObjectType } from '../directory.ts';
import { badRequest, GraphFailure, unsupportedQuery } from '../failure.ts';
import type { Switches } from '../settings.ts';
import type { Found } from '../tenant.ts';

export type Body = Record<string, unknown>;

/** Kept outside the directory: readable on a single user only. */
const ELSEWHERE = new Set([
  'aboutMe',
  'birthday',
  'hireDate',
  'interests',
  'mySite',
  'pastProjects',
  'preferredName',
  'responsibilities',
  'schools',
  'skills',
  'mailboxSettings',
  'photo',
]);

export interface Selection {
  /** Properties to show; the default set when nothing was selected. */
  readonly properties: readonly string[];
  /** Navigation properties that were selected: `members`, `manager`. */
  readonly navigation: readonly string[];
  /** Whether a `$select` was given. */
  readonly explicit: boolean;
}

export function selectionOf(
  type: string,
  select: readonly string[] | undefined,
  unknown: Switches['query.unknownProperty'],
): Selection {
  if (select === undefined)
    return { properties: defaultPropertiesOf(type), navigation: [], explicit: false };
  const properties = propertiesOf(type);
  const navigation = navigationOf(type);
  for (const name of select)
    if (!properties.has(name) && !navigation.has(name) && !name.startsWith('extension_'))
      throw unknownProperty(type, name, unknown);
  return {
    properties: select.filter((name) => !navigation.has(name)),
    navigation: select.filter((name) => navigation.has(name)),
    explicit: true,
  };
}

export function unknownProperty(
  type: string,
  name: string,
  position: Switches['query.unknownProperty'],
): GraphFailure {
  const message = `Could not find a property named '${name}' on type 'microsoft.graph.${type}'.`;
  return position === 'bad-request' ? badRequest(message) : unsupportedQuery(message);
}

/** Refuses properties that the service keeps outside the directory, for a collection. */
export function refuseElsewhere(selection: Selection): void {
  const outside = selection.properties.find((name) => ELSEWHERE.has(name));
  if (outside !== undefined)
    throw new GraphFailure(501, 'NotImplemented', `'${outside}' is not supported on a collection.`);
}

/** A selected property without a value is `null`, a collection empty. */
export function shapeOf(found: Found, selection: Selection): Body {
  const body: Body = {};
  for (const name of selection.properties) body[name] = propertyOf(found, name);
  if (!('id' in body)) body.id = found.entry.id;
  return body;
}

export function propertyOf({ entry, version }: Found, name: string): unknown {
  if (name === 'securityIdentifier' && (entry.type === 'user' || entry.type === 'group'))
    return securityIdentifier(entry.id);
  const value = version.properties[name];
  if (name === 'keyCredentials') return withoutKeys(value);
  if (value !== undefined) return value;
  return propertiesOf(entry.type).get(name)?.collection === true ? [] : null;
}

/** The certificate itself is shown only on a single object that selects it. */
function withoutKeys(value: unknown): unknown {
  if (!Array.isArray(value)) return [];
  return value.map((credential) => ({ ...credential, key: null }));
}

export function odataType(type: ObjectType): string {
  return `#microsoft.graph.${type}`;
}

export function contextOf(base: string, path: string, selection: Selection): string {
  const chosen = selection.explicit ? `(${selection.properties.join(',')})` : '';
  return `${base}/v1.0/$metadata#${path}${chosen}`;
}
