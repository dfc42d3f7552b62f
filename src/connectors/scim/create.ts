/** Creating an object (RFC 7644 §3.3), and being sure which one it became. */

import type { Attributes, IdentityRecord, ObjectKind, ObjectRef } from '../../identity/record.ts';
import { type CallOptions, ConnectorError, type JsonResponse } from '../spi/index.ts';
import type { Connection } from './connection.ts';
import { refsOf } from './groups.ts';
import { changeMembers } from './members.ts';
import { attributesOf, isList, isObject, resourceOf } from './translate.ts';

export async function createObject(
  connection: Connection,
  kind: ObjectKind,
  attributes: Attributes,
  call: CallOptions,
): Promise<IdentityRecord> {
  const { system, protocol, client } = connection;
  const [sent, later] = withoutSurplusMembers(attributes, protocol.create.maxMembers);
  const body = resourceOf(kind, sent, connection.paths(kind), protocol);
  const attempt = `create ${kind} ${labelOf(attributes)} in ${system}`;
  const path = protocol.resources[kind]?.endpoint ?? (await connection.endpoint(kind, call.signal));
  const answer = await client.send({ method: 'POST', path, body, attempt, ...call });
  const record =
    confirmed(connection, kind, body, answer, attempt) ??
    (await named(connection, kind, answer, attempt, call, body));
  if (later.length > 0) await changeMembers(connection, 'add', record.ref, later, call);
  return record;
}

/** The answer's own resource, when it has an id and is the one that was asked for. */
function confirmed(
  connection: Connection,
  kind: ObjectKind,
  body: Readonly<Record<string, unknown>>,
  answer: JsonResponse,
  attempt: string,
): IdentityRecord | undefined {
  // Accepted for later (RFC 9110 §15.3.3): nobody knows yet whether it will be.
  if (answer.status === 202) throw unconfirmed(attempt, 'answered 202, accepted but not done yet');
  const record = connection.record(kind, answer);
  if (record === undefined || answer.status === 201) return record;
  // 200 to a create: some mean "created", some answer with whatever they have at that address.
  const name = kind === 'group' ? 'displayName' : 'userName';
  if (!sameText(record.attributes[name], body[name]))
    throw unconfirmed(attempt, `answered ${answer.status} with another object`);
  return record;
}

/** Without a resource in the answer, `Location` names what was created (RFC 7644 §3.3). */
async function named(
  connection: Connection,
  kind: ObjectKind,
  answer: JsonResponse,
  attempt: string,
  call: CallOptions,
  body: Readonly<Record<string, unknown>>,
): Promise<IdentityRecord> {
  const id = idIn(answer.headers.get('location'));
  if (id === undefined || (isObject(answer.body) && answer.status !== 201))
    throw unconfirmed(attempt, `answered ${answer.status} without an id`);
  const ref: ObjectRef = { system: connection.system, kind, id };
  const path = `${await connection.endpoint(kind, call.signal)}/${encodeURIComponent(id)}`;
  try {
    const read = await connection.client.send({ method: 'GET', path, attempt, ...call });
    const record = connection.record(kind, read);
    if (record !== undefined) return record;
  } catch (error) {
    // Created, and not to be seen yet or not readable: what was asked is what we know.
    if (!(error instanceof ConnectorError)) throw error;
  }
  return { ref, attributes: attributesOf(connection.system, body) };
}

function idIn(location: string | null): string | undefined {
  const last = location
    ?.replace(/[?#].*$/, '')
    .replace(/\/+$/, '')
    .split('/')
    .at(-1);
  return last === undefined || last === '' ? undefined : decodeURIComponent(last);
}

/** Done or not, only a look can tell: so it is looked for by its match attributes, not sent again. */
function unconfirmed(attempt: string, what: string): ConnectorError {
  return new ConnectorError('unknown-outcome', `${attempt}: the target ${what}`, {
    code: 'create-not-confirmed',
    remedy:
      'The account is looked for and taken over if it is there. If it happens each time, check the base URL and the target.',
  });
}

function sameText(one: unknown, other: unknown): boolean {
  return String(one).toLowerCase() === String(other).toLowerCase();
}

function withoutSurplusMembers(
  attributes: Attributes,
  limit: number,
): readonly [Attributes, readonly ObjectRef[]] {
  const { members, ...others } = attributes;
  if (members === undefined || !isList(members) || members.length <= limit) return [attributes, []];
  const now = members.slice(0, limit);
  return [limit === 0 ? others : { ...others, members: now }, refsOf(members.slice(limit))];
}

/** What people call it, for messages. */
function labelOf(attributes: Attributes): string {
  for (const name of ['userName', 'displayName', 'externalId']) {
    const value = attributes[name];
    if (typeof value === 'string') return value.length > 100 ? `${value.slice(0, 100)}…` : value;
  }
  return 'without a name';
}
