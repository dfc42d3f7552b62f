/** Managers, members and owners. */

import type { Entry } from '../directory.ts';
import { badRequest, notFound } from '../failure.ts';
import type { Tenant } from '../tenant.ts';
import type { ActResult } from './act.ts';
import { resolve } from './objects.ts';

export function setManager(tenant: Tenant, report: Entry, manager: Entry): ActResult {
  if (report.current.life !== 'live') throw notFound(report.id);
  if (manager.current.life !== 'live') throw notFound(manager.id);
  if (report.id === manager.id) throw badRequest('A user cannot be their own manager.');
  if (report.type !== 'user' || manager.type !== 'user')
    throw badRequest("Only a user can be the 'manager' of a user.");
  for (const former of tenant.directory.linksFrom('manager', report.id))
    if (former.present && former.target !== manager.id)
      tenant.directory.setLink('manager', report.id, former.target, false);
  if (tenant.directory.link('manager', report.id, manager.id)?.present !== true)
    tenant.directory.setLink('manager', report.id, manager.id, true);
  return { id: report.id };
}

export function clearManager(tenant: Tenant, report: Entry): ActResult {
  const manager = tenant.directory.linksFrom('manager', report.id).find(({ present }) => present);
  if (manager === undefined) throw notFound('manager');
  tenant.directory.setLink('manager', report.id, manager.target, false);
  return { id: report.id };
}

export function link(
  tenant: Tenant,
  kind: 'member' | 'owner',
  groupId: string,
  memberId: string,
  present: boolean,
): ActResult {
  const group = resolve(tenant, groupId);
  const member = resolve(tenant, memberId);
  if (group.current.life !== 'live') throw notFound(groupId);
  if (present && member.current.life !== 'live') throw notFound(memberId);
  if (group.type === 'user' || group.type === 'appRoleAssignment')
    throw badRequest(`A ${group.type} has no '${kind}s'.`);
  const linked = tenant.directory.link(kind, group.id, member.id)?.present === true;
  if (present && linked)
    throw badRequest(
      `One or more added object references already exist for the following modified properties: '${kind}s'.`,
    );
  if (!present && !linked) throw notFound(member.id);
  tenant.directory.setLink(kind, group.id, member.id, present);
  return { id: group.id };
}
