/** Managers, members and owners over the wire: by reference, one or several at once. */

import { clearManager, link, setManager } from '../acts/links.ts';
import { remove, resolve } from '../acts/objects.ts';
import type { Entry } from '../directory.ts';
import { badRequest, notFound } from '../failure.ts';
import type { Answer, Call } from '../reads/call.ts';
import { one } from '../reads/single.ts';
import { liveAt } from '../tenant.ts';
import { referenceIn } from './body.ts';
import { demandOneOf } from './permissions.ts';
import { synced } from './users.ts';

export function putManager(call: Call): Answer {
  const { entry } = one(call, 'user');
  if (entry.current.properties.onPremisesSyncEnabled === true) throw synced();
  setManager(call.tenant, entry, referenced(call, referenceIn(call.body)));
  return { status: 204 };
}

export function deleteManager(call: Call): Answer {
  const { entry } = one(call, 'user');
  if (entry.current.properties.onPremisesSyncEnabled === true) throw synced();
  clearManager(call.tenant, entry);
  return { status: 204 };
}

export function addLink(call: Call, kind: 'member' | 'owner'): Answer {
  const { entry } = one(call, 'group');
  addLinks(call, entry, kind, [referenceIn(call.body)]);
  return { status: 204 };
}

export function removeLink(call: Call, kind: 'member' | 'owner'): Answer {
  const { tenant, captured } = call;
  const { entry } = one(call, 'group');
  refuseFixedMembership(entry, kind);
  link(tenant, kind, entry.id, captured[1] ?? '', false);
  return { status: 204 };
}

/** The hazard of the service: without `/$ref` at the end it is the member itself that is deleted. */
export function deleteMember(call: Call): Answer {
  const { tenant, captured, roles, events } = call;
  const { entry } = one(call, 'group');
  const member = captured[1] ?? '';
  if (tenant.directory.link('member', entry.id, member)?.present !== true) throw notFound(member);
  const target = resolve(tenant, member);
  demandOneOf(roles, [target.type === 'user' ? 'User.ReadWrite.All' : 'Group.ReadWrite.All']);
  events.find(
    'delete-without-ref',
    `DELETE of a member without /$ref deleted ${target.type} itself`,
  );
  remove(tenant, target);
  return { status: 204 };
}

/** All of them or none. */
export function addLinks(
  call: Call,
  group: Entry,
  kind: 'member' | 'owner',
  ids: readonly string[],
): void {
  refuseFixedMembership(group, kind);
  const targets = ids.map((id) => referenced(call, id));
  for (const target of targets) refuseUnfit(call, group, kind, target);
  for (const { id } of targets) link(call.tenant, kind, group.id, id, true);
}

/** What a reference leads to, as the replica that serves the call sees it. */
export function referenced({ tenant, number }: Call, id: string): Entry {
  const found = liveAt(tenant, id, number);
  if (found !== undefined) return found.entry;
  if (liveAt(tenant, id, tenant.directory.last) === undefined) throw notFound(id);
  throw badRequest(
    "The source resource object or one of the objects being referenced don't exist.",
  );
}

function refuseFixedMembership({ current: { properties } }: Entry, kind: string): void {
  if (properties.onPremisesSyncEnabled === true) throw synced();
  const types = Array.isArray(properties.groupTypes) ? properties.groupTypes : [];
  if (kind === 'member' && types.includes('DynamicMembership'))
    throw badRequest("Members of a group with the dynamic membership type can't be updated.");
  if (properties.mailEnabled === true && !types.includes('Unified'))
    throw badRequest('Cannot Update a mail-enabled security groups and or distribution list.');
}

function refuseUnfit(call: Call, group: Entry, kind: 'member' | 'owner', target: Entry): void {
  const { tenant } = call;
  const types = group.current.properties.groupTypes;
  const unified = Array.isArray(types) && types.includes('Unified');
  if (target.type === 'application' || target.type === 'appRoleAssignment')
    throw badRequest(`An ${target.type} cannot be a ${kind} of a group.`);
  if (unified && target.type !== 'user')
    throw badRequest(`A Microsoft 365 group has users as ${kind}s, and nobody else.`);
  const held = tenant.directory.link(kind, group.id, target.id)?.present === true;
  if (held)
    throw badRequest(
      `One or more added object references already exist for the following modified properties: '${kind}s'.`,
    );
  resolve(tenant, target.id);
}
