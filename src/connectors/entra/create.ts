/** Making a person or a group: the object itself first, and then what is written beside it. */

import type { Attributes, IdentityRecord, ObjectRef } from '../../identity/record.ts';
import { type CallOptions, ConnectorError } from '../spi/index.ts';
import type { GraphKind } from './attributes.ts';
import { type Answered, isDone, type Step, sendSteps, stepError } from './batch.ts';
import { type Wanted, wantedBy, wishesOf } from './body.ts';
import type { GraphClient } from './client.ts';
import { NOT_VISIBLE, unexpectedAnswer } from './failures.ts';
import { objectPath, toFound } from './lookup.ts';
import { changeMembers, MEMBERS_AT_ONCE } from './members.ts';
import { newPassword } from './password.ts';
import { PHOTO, REPLIES } from './schema.ts';
import { isObject } from './translate.ts';
import { overlaid } from './update.ts';

export async function createObject(
  client: GraphClient,
  ref: Omit<ObjectRef, 'id'> & { readonly kind: GraphKind },
  attributes: Attributes,
  call: CallOptions,
): Promise<IdentityRecord> {
  const { kind, system } = ref;
  const attempt = `create ${kind} ${labelOf(attributes)} in ${system}`;
  const wishes = wishesOf(attributes);
  const wanted = wantedBy(kind, wishes, true, attempt);
  const members = wanted.members ?? [];
  const body = kind === 'user' ? userBody(wanted) : groupBody(wanted, client);
  const made: Step = { method: 'POST', path: `/${kind}s`, body };
  const name = body.userPrincipalName;
  const beside =
    kind === 'user' && typeof name === 'string' ? stepsBeside(client, name, wanted) : [];
  const answers = await sendSteps(client, [made, ...beside], 'chain', attempt, call);
  const created = createdIn(answers, ref, attempt);
  const failed = answers.find((answer) => !isDone(answer));
  if (failed !== undefined && failed.step.method !== 'GET')
    throw incomplete(attempt, created, besideError(attempt, failed));
  if (members.length > MEMBERS_AT_ONCE)
    await changeMembers(client, 'add', created.ref, members.slice(MEMBERS_AT_ONCE), call).catch(
      (error: unknown) => {
        throw error instanceof ConnectorError ? incomplete(attempt, created, error) : error;
      },
    );
  const shown = answers.find(({ step }) => step.method === 'GET');
  const read =
    shown !== undefined && isDone(shown) ? toFound(shown.body, system, kind, attempt) : created;
  return overlaid(read, kind, wishes);
}

function userBody({ properties, password = {} }: Wanted): Readonly<Record<string, unknown>> {
  const { userPrincipalName } = properties;
  const [local = ''] = String(userPrincipalName ?? '').split('@');
  return {
    accountEnabled: true,
    // Graph demands one, and the portal takes the same.
    mailNickname: nicknameOf(local),
    ...withoutNulls(properties),
    passwordProfile: {
      password: newPassword(local),
      forceChangePasswordNextSignIn: true,
      ...withoutNulls(password),
    },
  };
}

function groupBody(
  { properties, members = [] }: Wanted,
  client: GraphClient,
): Readonly<Record<string, unknown>> {
  const bound = members.slice(0, MEMBERS_AT_ONCE).map(({ id }) => client.addressOf(id));
  return {
    groupTypes: [],
    mailEnabled: false,
    mailNickname: nicknameOf(String(properties.displayName ?? '')),
    securityEnabled: true,
    ...withoutNulls(properties),
    ...(bound.length > 0 && { 'members@odata.bind': bound }),
  };
}

/** What a create leaves out holds nothing anyway. */
function withoutNulls(
  values: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}

/** Without what Graph refuses in a mail nickname. */
function nicknameOf(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9!#$%&'*+\-/=?^_`{|}~.]/g, '').slice(0, 64);
  return plain === '' ? 'nobody' : plain;
}

/** A person just made is addressed by name: the id is not known before the answer. */
function stepsBeside(
  client: GraphClient,
  name: string,
  { manager, replies, photo }: Wanted,
): readonly Step[] {
  const user = `/users/${encodeURIComponent(name)}`;
  const steps: Step[] = [];
  if (manager !== undefined && manager !== null)
    steps.push({
      method: 'PUT',
      path: `${user}/manager/$ref`,
      body: { '@odata.id': client.addressOf(manager.id) },
    });
  if (replies !== undefined)
    steps.push({ method: 'PATCH', path: `${user}/mailboxSettings`, body: { [REPLIES]: replies } });
  if (typeof photo === 'string')
    steps.push({
      method: 'PUT',
      path: `${user}/${PHOTO}/$value`,
      body: photo,
      contentType: 'image/jpeg',
    });
  return [...steps, { method: 'GET', path: objectPath('user', name) }];
}

function createdIn(
  [first]: readonly Answered[],
  { kind, system }: Omit<ObjectRef, 'id'> & { readonly kind: GraphKind },
  attempt: string,
): IdentityRecord {
  if (first !== undefined && !isDone(first)) throw stepError(attempt, first);
  const body = first?.body;
  if (isObject(body) && typeof body.id === 'string') return toFound(body, system, kind, attempt);
  throw new ConnectorError(
    'unknown-outcome',
    unexpectedAnswer(attempt, 'a new object without an id').message,
    { code: 'create-not-confirmed' },
  );
}

/** The account is there; why not all of it is. */
function besideError(attempt: string, answered: Answered): ConnectorError {
  const error = stepError(attempt, answered);
  // Whoever was made a moment ago is not known everywhere yet, and neither are others.
  if (error.kind !== 'missing' || !answered.step.path.endsWith('/$ref')) return error;
  return new ConnectorError(NOT_VISIBLE.kind, error.message, { code: NOT_VISIBLE.code });
}

/** It is looked for, taken over, and brought in line by the next attempt. */
function incomplete(
  attempt: string,
  { ref }: IdentityRecord,
  cause: ConnectorError,
): ConnectorError {
  return new ConnectorError(
    'unknown-outcome',
    `${attempt}: it was made, with the id ${ref.id}, but not all of it could be written: ${cause.message}`,
    {
      code: 'create-incomplete',
      remedy: cause.remedy ?? 'The next attempt finds it and writes the rest.',
      ...(cause.retryAfterSeconds !== undefined && { retryAfterSeconds: cause.retryAfterSeconds }),
      cause,
    },
  );
}

/** What people call it, for messages. */
function labelOf(attributes: Attributes): string {
  for (const name of ['userPrincipalName', 'displayName', 'mailNickname']) {
    const value = attributes[name];
    if (typeof value === 'string') return value.length > 100 ? `${value.slice(0, 100)}…` : value;
  }
  return 'without a name';
}
