/** Changing a person or a group, and what lies beside them, in one trip. */

import type { IdentityRecord, ObjectRef } from '../../identity/record.ts';
import { parsePath, removePath, writePath } from '../../scim/path.ts';
import { type AttributeChange, type CallOptions, ConnectorError } from '../spi/index.ts';
import type { GraphKind } from './attributes.ts';
import { type Answered, isDone, type Step, sendSteps, stepError } from './batch.ts';
import { heldAfter, type Wanted, type Wish, wantedBy } from './body.ts';
import type { GraphClient } from './client.ts';
import { NOT_VISIBLE } from './failures.ts';
import { getObject, objectPath, toFound } from './lookup.ts';
import { PASSWORD, PHOTO, REPLIES } from './schema.ts';
import { isObject } from './translate.ts';

type Target = ObjectRef & { readonly kind: GraphKind };

export async function updateObject(
  client: GraphClient,
  target: Target,
  changes: readonly AttributeChange[],
  options: { readonly revokeSessions: boolean },
  call: CallOptions,
): Promise<IdentityRecord> {
  const attempt = `update ${target.kind} ${target.id} in ${target.system}`;
  const wishes = changes.map(({ path, after }) => ({ path, value: after }));
  const wanted = await whole(
    client,
    target,
    wantedBy(target.kind, wishes, false, attempt),
    attempt,
    call,
  );
  const read: Step = { method: 'GET', path: objectPath(target.kind, target.id) };
  let left: readonly Step[] = [...stepsFor(client, target, wanted, options.revokeSessions), read];
  for (;;) {
    const answers = await sendSteps(client, left, 'chain', attempt, call);
    const failed = answers.find((answer) => !isDone(answer));
    if (failed === undefined)
      return overlaid(
        toFound(answers.at(-1)?.body, target.system, target.kind, attempt),
        target.kind,
        wishes,
      );
    if (!isGoneAnyway(failed)) throw await refusal(client, target, failed, attempt, call);
    // What stood behind a removal of something that was not there was never done: it is sent now.
    left = left.slice(left.indexOf(failed.step) + 1);
  }
}

function stepsFor(
  client: GraphClient,
  { kind, id }: Target,
  { properties, manager, replies, photo, password }: Wanted,
  revokeSessions: boolean,
): readonly Step[] {
  const object = `/${kind}s/${encodeURIComponent(id)}`;
  const own = { ...properties, ...(password !== undefined && { [PASSWORD]: password }) };
  const steps: Step[] = [];
  if (Object.keys(own).length > 0) steps.push({ method: 'PATCH', path: object, body: own });
  // Whoever is turned off is not to stay signed in either.
  if (kind === 'user' && properties.accountEnabled === false && revokeSessions)
    steps.push({ method: 'POST', path: object + REVOKE });
  if (manager !== undefined && manager !== null)
    steps.push({
      method: 'PUT',
      path: `${object}/manager/$ref`,
      body: { '@odata.id': client.addressOf(manager.id) },
    });
  if (replies !== undefined)
    steps.push({
      method: 'PATCH',
      path: `${object}/mailboxSettings`,
      body: { [REPLIES]: replies },
    });
  if (typeof photo === 'string')
    steps.push({
      method: 'PUT',
      path: `${object}/${PHOTO}/$value`,
      body: photo,
      contentType: 'image/jpeg',
    });
  // Last, because what is not there cannot be taken away, and that fails.
  if (photo === null) steps.push({ method: 'DELETE', path: `${object}/${PHOTO}` });
  if (manager === null) steps.push({ method: 'DELETE', path: `${object}/manager/$ref` });
  return steps;
}

const REVOKE = '/revokeSignInSessions';

/** Disabled, and yet not out: so it is not done. */
function stillSignedIn(error: ConnectorError): ConnectorError {
  const { kind, code, retryAfterSeconds, remedy } = error;
  return new ConnectorError(
    kind,
    `${error.message}; the account is disabled, but whoever is signed in stays so`,
    {
      code,
      cause: error,
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
      ...(code === 'permission-missing'
        ? { remedy: 'Grant User.RevokeSessions.All, or set revokeSessions: false.' }
        : remedy !== undefined && { remedy }),
    },
  );
}

function isGoneAnyway({ step, status }: Answered): boolean {
  return step.method === 'DELETE' && status === 404;
}

/** Of a complex property Graph takes the whole: the parts nobody wishes to change stay as they are. */
async function whole(
  client: GraphClient,
  { kind, id }: Target,
  wanted: Wanted,
  attempt: string,
  { signal }: CallOptions,
): Promise<Wanted> {
  if (wanted.partly.length === 0) return wanted;
  const path = objectPath(kind, id, ['id', ...wanted.partly]);
  const held = await client.get(path, { attempt, signal });
  const properties = { ...wanted.properties };
  for (const name of wanted.partly) {
    const parts = isObject(held) && isObject(held[name]) ? held[name] : {};
    const wished = properties[name];
    properties[name] = { ...parts, ...(isObject(wished) && wished) };
  }
  return { ...wanted, properties };
}

/** A manager who is missing is another matter than a person who is. */
async function refusal(
  client: GraphClient,
  target: Target,
  failed: Answered,
  attempt: string,
  call: CallOptions,
): Promise<ConnectorError> {
  const error = stepError(attempt, failed);
  if (failed.step.path.endsWith(REVOKE)) return stillSignedIn(error);
  if (error.kind !== 'missing' || !failed.step.path.endsWith('/manager/$ref')) return error;
  const { system, kind, id } = target;
  const there = await getObject(client, { system, kind, extensions: [] }, id, {
    signal: call.signal,
    attributes: ['id'],
  });
  if (there === undefined) return error;
  return new ConnectorError(NOT_VISIBLE.kind, error.message, { code: NOT_VISIBLE.code });
}

/** A success counts, whatever a reading shows a moment later: what was asked lies over it. */
export function overlaid(
  record: IdentityRecord,
  kind: GraphKind,
  wishes: readonly Wish[],
): IdentityRecord {
  let { attributes } = record;
  for (const { path: text, value } of wishes) {
    const path = parsePath(text);
    if (!path.ok || UNREAD.has(path.value.attribute)) continue;
    const held = heldAfter(kind, path.value, value);
    attributes =
      held === undefined
        ? removePath(attributes, path.value)
        : writePath(attributes, path.value, held);
  }
  return { ...record, attributes };
}

/** Passwords are in no record, and members are not part of their group's. */
const UNREAD: ReadonlySet<string> = new Set([PASSWORD, 'members']);
