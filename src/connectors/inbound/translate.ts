/** A pushed SCIM user ⇄ a record of ours: what of it is taken, what it leaves as it was. */

import type { Attributes, AttributeValue, SystemName } from '../../identity/record.ts';
import { acceptResource, isObject, isUnassigned } from '../../scim/accept.ts';
import { ENTRA } from '../../scim/clients.ts';
import { badRequest, ScimError } from '../../scim/error.ts';
import { type ResourceType, resourceType } from '../../scim/resource-type.ts';
import { ENTERPRISE_USER_SCHEMA, USER_SCHEMA } from '../../scim/schemas.ts';
import { ENTERPRISE_USER } from '../../scim/urn.ts';
import type { UploadOperation, UploadResult } from '../spi/index.ts';

/** `manager.value` is the manager's `externalId`, which is the id of a record here. */
export const USER: ResourceType = resourceType('user', USER_SCHEMA, [ENTERPRISE_USER_SCHEMA], {
  [`${ENTERPRISE_USER}:manager`]: 'user',
});

/** What a sound operation says of one record. */
export interface Said {
  readonly id: string;
  readonly bulkId?: string;
  /** As it was sent: which attributes it mentions. */
  readonly sent: Readonly<Record<string, unknown>>;
  readonly attributes: Attributes;
  readonly ignored: readonly string[];
}

export type Read =
  | { readonly type: 'said'; readonly said: Said }
  | { readonly type: 'refused'; readonly result: UploadResult };

const LONGEST_ID = 1024;
const MOST_CHARACTERS = 256 * 1024;

export function readOperation(operation: UploadOperation, system: SystemName): Read {
  const { method, path, data, bulkId } = operation;
  const named = bulkId === undefined ? {} : { bulkId };
  const refused = (refusal: Omit<UploadResult, 'status' | 'bulkId'>): Read => ({
    type: 'refused',
    result: { ...named, status: 'refused', ...refusal },
  });
  if (method.toUpperCase() !== 'POST') return refused(NO_METHOD);
  if (!/^\/users\/?$/i.test(path)) return refused(NO_PATH);
  if (!isObject(data)) return refused({ code: 'record-invalid', message: 'data is no object' });
  const id = data[own(data, 'externalId') ?? ''];
  if (typeof id !== 'string' || id.trim() === '' || id.length > LONGEST_ID || id.includes('\0'))
    return refused(NO_ID);
  if (JSON.stringify(data).length > MOST_CHARACTERS) return refused({ id, ...TOO_LARGE });
  try {
    const { attributes, ignored } = accepted(data, system);
    return { type: 'said', said: { id, ...named, sent: data, attributes, ignored } };
  } catch (error) {
    if (!(error instanceof ScimError)) throw error;
    return refused({ id, code: 'record-invalid', message: error.message, remedy: CORRECT });
  }
}

const CORRECT = 'Correct it and send it again.';

const NO_METHOD = {
  code: 'operation-not-possible',
  message: 'records are sent with the method POST; what they are decides what is done',
  remedy: 'Send somebody who left as a record with active: false.',
};

const NO_PATH = {
  code: 'operation-not-possible',
  message: 'records are sent to the path /Users',
  remedy: 'Leave out what is no user.',
};

const NO_ID = {
  code: 'record-without-id',
  message: 'no externalId, or none that can be kept',
  remedy: 'Send the key that the source knows this person by, as a text.',
};

const TOO_LARGE = {
  code: 'record-too-large',
  message: `larger than ${MOST_CHARACTERS} characters`,
  remedy: 'Send fewer attributes.',
};

function accepted(
  data: Readonly<Record<string, unknown>>,
  system: SystemName,
): Pick<Said, 'attributes' | 'ignored'> {
  // A password is nothing to keep, wherever it comes from.
  const { password: _, ...attributes } = acceptResource(USER, data, { system, leniency: ENTRA });
  const ignored: string[] = [];
  const custom: [string, AttributeValue][] = [];
  for (const [name, value] of Object.entries(data)) {
    const lower = name.toLowerCase();
    const extension = USER.extended.get(lower);
    if (extension) {
      const parts = isObject(value) ? Object.keys(value) : [];
      const strange = parts.filter((part) => !extension.members.has(part.toLowerCase()));
      ignored.push(...strange.map((part) => `${name}:${part}`));
    } else if (CUSTOM.test(name)) {
      if (!isUnassigned(value) && !isObject(value))
        throw badRequest('invalidValue', `${name} must be an object`);
      const kept = customValue(name, value, 0);
      if (kept !== undefined) custom.push([name, kept]);
    } else if (!USER.core.has(lower) || lower === 'password') ignored.push(name);
  }
  return { attributes: { ...attributes, ...Object.fromEntries(custom) }, ignored };
}

/** Attributes of the sender's own, as Entra names their schemas. */
const CUSTOM = /^urn:ietf:params:scim:schemas:extension:[\w.-]+:\d+(\.\d+)*:User$/i;
const NAME = /^[A-Za-z][\w$-]*$/;
const DEEPEST = 4;

/** Nothing tells what these are, so they are what they look like. */
function customValue(name: string, value: unknown, depth: number): AttributeValue | undefined {
  if (isUnassigned(value)) return undefined;
  if (depth > DEEPEST) throw badRequest('invalidValue', `${name} is nested too deep`);
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number')
    return value;
  if (Array.isArray(value)) {
    const list = value.flatMap((one: unknown) => customValue(name, one, depth + 1) ?? []);
    return list.length === 0 ? undefined : list;
  }
  if (!isObject(value)) throw badRequest('invalidValue', `${name} must be a value of JSON`);
  const parts = Object.entries(value).flatMap(([part, inner]) => {
    if (!NAME.test(part)) throw badRequest('invalidValue', `${name} has an unusable name within`);
    const kept = customValue(`${name}:${part}`, inner, depth + 1);
    return kept === undefined ? [] : [[part, kept] as const];
  });
  return parts.length === 0 ? undefined : Object.fromEntries(parts);
}

/**
 * A record as it is after it was spoken of. What is not mentioned stays, part by part; what is sent
 * without a value is gone, and a list is replaced by the list that is sent.
 */
export function spokenOf(
  before: Attributes,
  sent: Readonly<Record<string, unknown>>,
  attributes: Attributes,
): Attributes {
  const after = new Map(Object.entries(before));
  for (const [name, value] of Object.entries(sent)) {
    const key = own(attributes, name);
    const held = own(before, name);
    const said = key === undefined ? undefined : attributes[key];
    const old = held === undefined ? undefined : before[held];
    const parts = isObject(value) && isParts(old) && (said === undefined || isParts(said));
    const now = parts ? spokenOf(old, value, said ?? {}) : said;
    if (held !== undefined) after.delete(held);
    if (now !== undefined && !isEmpty(now)) after.set(key ?? held ?? name, now);
  }
  return Object.fromEntries(after);
}

function isEmpty(value: AttributeValue): boolean {
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function isParts(value: AttributeValue | undefined): value is Attributes {
  return isObject(value) && !('$ref' in value);
}

/** The key by which an object has a name that is written in any case. */
function own(object: Readonly<Record<string, unknown>>, name: string): string | undefined {
  if (Object.hasOwn(object, name)) return name;
  const lower = name.toLowerCase();
  return Object.keys(object).find((key) => key.toLowerCase() === lower);
}
