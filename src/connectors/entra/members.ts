/** Members of a group: twenty to a request, twenty requests to a trip, one after the other. */

import type { ObjectRef } from '../../identity/record.ts';
import type { CallOptions, ConnectorError } from '../spi/index.ts';
import { isDone, MOST_STEPS, type Step, sendSteps, stepError, wasSkipped } from './batch.ts';
import type { GraphClient } from './client.ts';

/** What one request binds. */
export const MEMBERS_AT_ONCE = 20;

/** Adding one who is there, or removing one who is not, changes nothing. */
export async function changeMembers(
  client: GraphClient,
  action: 'add' | 'remove',
  group: ObjectRef,
  members: readonly ObjectRef[],
  call: CallOptions,
): Promise<void> {
  const attempt = `${action} ${members.length} members of group ${group.id} in ${group.system}`;
  const ids = [...new Set(members.map(({ id }) => id))];
  const portions =
    action === 'add'
      ? portionsOf(ids, MEMBERS_AT_ONCE).map((some) => binding(client, group, some))
      : ids.map((id) => removal(group, id));
  const refused = await inOrder(client, portions, attempt, call);
  if (action === 'add') {
    // One of twenty who is a member already keeps the others out.
    const alone = refused.flatMap(({ ids: some }) => some).map((id) => single(client, group, id));
    await inOrder(client, alone, attempt, call);
  } else if (ids.length > 0 && refused.length === ids.length) {
    await demandGroup(client, group, attempt, call);
  }
}

/** A request about some members. */
interface Portion extends Step {
  readonly ids: readonly string[];
}

/**
 * Sends them one after the other; what was not done because one before it failed, is sent then.
 *
 * @returns Those that were refused because they were done before.
 */
async function inOrder(
  client: GraphClient,
  portions: readonly Portion[],
  attempt: string,
  call: CallOptions,
): Promise<readonly Portion[]> {
  const refused: Portion[] = [];
  let left = portions;
  while (left.length > 0) {
    const some = left.slice(0, MOST_STEPS);
    const skipped: Portion[] = [];
    for (const [index, answer] of (
      await sendSteps(client, some, 'chain', attempt, call)
    ).entries()) {
      const { step } = answer;
      if (isDone(answer)) continue;
      if (index > 0 && wasSkipped(answer)) {
        skipped.push(step);
        continue;
      }
      const error = stepError(attempt, answer);
      if (!isDoneBefore(step, error)) throw error;
      refused.push(step);
    }
    left = [...skipped, ...left.slice(MOST_STEPS)];
  }
  return refused;
}

function isDoneBefore({ method }: Portion, error: ConnectorError): boolean {
  return method === 'DELETE' ? error.kind === 'missing' : error.code === 'already-a-member';
}

function groupPath({ id }: ObjectRef): string {
  return `/groups/${encodeURIComponent(id)}`;
}

function binding(client: GraphClient, group: ObjectRef, ids: readonly string[]): Portion {
  const body = { 'members@odata.bind': ids.map((id) => client.addressOf(id)) };
  return { method: 'PATCH', path: groupPath(group), body, ids };
}

function single(client: GraphClient, group: ObjectRef, id: string): Portion {
  const body = { '@odata.id': client.addressOf(id) };
  return { method: 'POST', path: `${groupPath(group)}/members/$ref`, body, ids: [id] };
}

/** The one place that builds this address: without its end it is the member that is deleted. */
function removal(group: ObjectRef, id: string): Portion {
  if (id === '') throw new RangeError('a member without an id cannot be removed');
  const path = `${groupPath(group)}/members/${encodeURIComponent(id)}/$ref`;
  return { method: 'DELETE', path, ids: [id] };
}

function portionsOf(ids: readonly string[], size: number): readonly (readonly string[])[] {
  return Array.from({ length: Math.ceil(ids.length / size) }, (_, index) =>
    ids.slice(index * size, (index + 1) * size),
  );
}

/** Nobody is a member of a group that is gone; but that is another matter. */
async function demandGroup(
  client: GraphClient,
  group: ObjectRef,
  attempt: string,
  { signal }: CallOptions,
): Promise<void> {
  await client.get(`${groupPath(group)}?$select=id`, { attempt, signal });
}
