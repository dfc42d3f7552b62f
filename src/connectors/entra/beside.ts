/**
 * What a person or a group has beside its own properties: members, groups, automatic replies, the
 * photo. Read one by one, and so only where somebody asks for it; twenty to a trip.
 */

import type { AttributeValue, IdentityRecord, ObjectRef } from '../../identity/record.ts';
import type { CallOptions } from '../spi/index.ts';
import { type GraphKind, selectionOf } from './attributes.ts';
import { type Answered, isDone, type Step, sendSteps, stepError } from './batch.ts';
import type { GraphClient } from './client.ts';
import { walkPages } from './pages.ts';
import { ABOUT, PASSWORD, PHOTO, PICTURE, REPLIES } from './schema.ts';
import { isObject, memberRef, toValue } from './translate.ts';

export type Beside =
  | 'members'
  | 'groups'
  | 'manager'
  | typeof ABOUT
  | typeof REPLIES
  | typeof PHOTO;

/** What is asked of records, by where it is read. */
export interface Asked {
  readonly select: readonly string[];
  readonly beside: readonly Beside[];
}

const BESIDE: Readonly<Record<GraphKind, readonly Beside[]>> = {
  user: ['groups', ABOUT, REPLIES, PHOTO],
  group: ['members'],
};

/** @param attributes Nothing but what lies beside: all properties are meant as well. */
export function askedFor(
  { kind, extensions }: { readonly kind: GraphKind; readonly extensions: readonly string[] },
  attributes: readonly string[] | undefined,
): Asked {
  const heads = new Set(attributes?.map((path) => path.split('.')[0] ?? path));
  const beside = BESIDE[kind].filter((name) => heads.has(name));
  const own = attributes?.filter((path) => {
    const head = path.split('.')[0];
    return head !== PASSWORD && !beside.some((name) => name === head);
  });
  if (own !== undefined && own.length > 0) return { select: selectionOf(kind, own), beside };
  const usual = selectionOf(kind, undefined);
  return { select: kind === 'user' ? [...usual, ...extensions] : usual, beside };
}

export async function withBeside(
  client: GraphClient,
  records: readonly IdentityRecord[],
  beside: readonly Beside[],
  attempt: string,
  call: CallOptions,
): Promise<readonly IdentityRecord[]> {
  if (beside.length === 0 || records.length === 0) return records;
  const questions = records.flatMap(({ ref }) => beside.map((name) => questionOf(ref, name)));
  const answers = await sendSteps(client, questions, 'free', attempt, call);
  const found = new Map<string, Record<string, AttributeValue>>();
  for (const answer of answers) {
    const { ref, name } = answer.step;
    if (!isDone(answer) && !isAbsent(answer)) throw stepError(attempt, answer);
    const value = isDone(answer)
      ? await valueIn(client, name, ref, answer.body, attempt, call)
      : undefined;
    if (value !== undefined) found.set(ref.id, { ...found.get(ref.id), [name]: value });
  }
  return records.map((record) => ({
    ...record,
    attributes: { ...record.attributes, ...found.get(record.ref.id) },
  }));
}

interface Question extends Step {
  readonly ref: ObjectRef;
  readonly name: Beside;
}

/** No mailbox, no photo, no manager, or nobody any more. */
function isAbsent({ status }: Answered): boolean {
  return status === 404;
}

function questionOf(ref: ObjectRef, name: Beside): Question {
  const object = `/${ref.kind}s/${encodeURIComponent(ref.id)}`;
  return { method: 'GET', path: object + PATHS[name], ref, name };
}

const PATHS: Readonly<Record<Beside, string>> = {
  members: '/members?$select=id&$top=999',
  groups: '/memberOf/microsoft.graph.group?$select=id,displayName&$top=999',
  manager: '/manager?$select=id',
  [ABOUT]: `?$select=${ABOUT}`,
  [REPLIES]: '/mailboxSettings',
  [PHOTO]: '/photo/$value',
};

async function valueIn(
  client: GraphClient,
  name: Beside,
  { system }: ObjectRef,
  body: unknown,
  attempt: string,
  { signal }: CallOptions,
): Promise<AttributeValue | undefined> {
  switch (name) {
    case 'members': {
      const members = await elementsOf(client, body, attempt, signal);
      return listed(
        members.flatMap((one) => memberRef(one, system) ?? []).map(($ref) => ({ $ref })),
      );
    }
    case 'groups': {
      const groups = await elementsOf(client, body, attempt, signal);
      return listed(
        groups.flatMap(({ id, displayName }) =>
          typeof id !== 'string'
            ? []
            : {
                value: id,
                ...(typeof displayName === 'string' && { display: displayName }),
                type: 'direct',
              },
        ),
      );
    }
    case 'manager':
      return isObject(body) && typeof body.id === 'string'
        ? { $ref: { system, kind: 'user', id: body.id } }
        : undefined;
    case ABOUT:
      return isObject(body) ? toValue(body[ABOUT]) : undefined;
    case REPLIES:
      return isObject(body) ? repliesIn(body[REPLIES]) : undefined;
    case PHOTO:
      return typeof body === 'string' && body !== '' ? PICTURE + body : undefined;
  }
}

function listed(values: readonly AttributeValue[]): AttributeValue | undefined {
  return values.length === 0 ? undefined : values;
}

/** The first page is at hand; a large group has more. */
async function elementsOf(
  client: GraphClient,
  page: unknown,
  attempt: string,
  signal: AbortSignal,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  if (!isObject(page) || !Array.isArray(page.value)) return [];
  const elements = page.value.filter(isObject);
  const next = page['@odata.nextLink'];
  if (typeof next !== 'string') return elements;
  for await (const { objects } of walkPages(client, next, { attempt, signal }))
    elements.push(...objects.filter(isObject));
  return elements;
}

/** Instants in their own zone, as instants. */
function repliesIn(replies: unknown): AttributeValue | undefined {
  if (!isObject(replies)) return undefined;
  const parts = Object.entries(replies).flatMap(([name, value]) => {
    const part = isObject(value) ? instantOf(value) : toValue(value);
    return part === undefined ? [] : [[name, part] as const];
  });
  return parts.length === 0 ? undefined : Object.fromEntries(parts);
}

function instantOf({ dateTime, timeZone }: Readonly<Record<string, unknown>>): string | undefined {
  // Graph answers in UTC unless it is asked to do otherwise.
  if (typeof dateTime !== 'string' || timeZone !== 'UTC') return undefined;
  const time = Date.parse(`${dateTime.slice(0, 19)}Z`);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString().replace('.000Z', 'Z');
}
