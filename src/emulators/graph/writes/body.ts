/** What a write says, checked against the published contract before anything is done. */

import { isObject, problemsOf, propertiesOf } from '../contract.ts';
import type { Properties } from '../directory.ts';
import { badRequest } from '../failure.ts';

/** References a body brings along: `members@odata.bind` and the like, as ids by relationship. */
export interface Written {
  readonly properties: Properties;
  readonly binds: Readonly<Record<string, readonly string[]>>;
}

/** Read-only by the documentation, but chosen by whoever creates the object. */
const CHOSEN_AT_CREATION: ReadonlySet<string> = new Set(['uniqueName']);

/** Fixed once the object is there. */
const FIXED: ReadonlySet<string> = new Set(['isAssignableToRole', 'uniqueName']);

const MOST_BOUND = 20;

export function writtenIn(type: 'user' | 'group', body: unknown, creates: boolean): Written {
  if (!isObject(body)) throw badRequest('Unable to read JSON request payload.');
  const properties: Record<string, unknown> = {};
  const binds: Record<string, readonly string[]> = {};
  for (const [name, value] of Object.entries(body)) {
    const [, relationship] = /^(\w+)@odata\.bind$/.exec(name) ?? [];
    if (relationship !== undefined) binds[relationship] = boundIds(relationship, value);
    else if (!name.includes('@')) properties[name] = value;
  }
  for (const name of Object.keys(properties)) refuseUnwritable(type, name, creates);
  const [problem] = problemsOf(type, properties);
  if (problem !== undefined) throw badRequest(`Invalid value specified: ${problem}.`);
  return { properties, binds };
}

function refuseUnwritable(type: 'user' | 'group', name: string, creates: boolean): void {
  if (name.startsWith('extension_')) return;
  const property = propertiesOf(type).get(name);
  if (property === undefined) throw badRequest(`Invalid property '${name}'.`);
  const chosen = creates && CHOSEN_AT_CREATION.has(name);
  if (
    name === 'id' ||
    (property.doc?.readOnly === true && !chosen) ||
    (!creates && FIXED.has(name))
  )
    throw badRequest(`Property '${name}' is read-only and cannot be set.`);
}

function boundIds(relationship: string, value: unknown): readonly string[] {
  const links = Array.isArray(value) ? value : [value];
  if (links.length > MOST_BOUND)
    throw badRequest(
      `The number of references for '${relationship}' exceeds the limit of ${MOST_BOUND}.`,
    );
  return links.map(idOfLink);
}

/** The id in `{root}/directoryObjects/{id}`, or of any other entity set. */
function idOfLink(link: unknown): string {
  const [, id] = /\/([^/()']+)(?:'\))?$/.exec(typeof link === 'string' ? link : '') ?? [];
  if (id === undefined) throw badRequest('Invalid reference link.');
  return decodeURIComponent(id);
}

/** What a `$ref` request names. */
export function referenceIn(body: unknown): string {
  if (!isObject(body)) throw badRequest('Unable to read JSON request payload.');
  return idOfLink(body['@odata.id']);
}
