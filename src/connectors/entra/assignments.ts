/**
 * Who is assigned to an enterprise application, directly or as a group, and with which role. Graph
 * has no delta for it: each application is listed whole.
 */

import { z } from 'zod';
import type { AppRole, Assignment, SystemName } from '../../identity/record.ts';
import { type ChangePage, ConnectorError, type ReadOptions } from '../spi/index.ts';
import type { GraphClient, GraphRequest } from './client.ts';
import { unexpectedAnswer } from './failures.ts';
import { walkPages } from './pages.ts';

/** Ids of applications by the names used under `assigned`, where a display name will not do. */
export type ApplicationIds = Readonly<Record<string, string>>;

interface Application {
  /** Object id of the service principal. */
  readonly id: string;
  readonly roles: ReadonlyMap<string, AppRole>;
}

export async function* readAssignments(
  client: GraphClient,
  system: SystemName,
  ids: ApplicationIds,
  { applications = [], signal }: ReadOptions,
): AsyncIterable<ChangePage> {
  for (const [index, application] of applications.entries()) {
    const attempt = `read assignments of "${application}" in ${system}`;
    const found = await findApplication(client, application, ids, { attempt, signal });
    const assignments = await assignmentsOf(client, system, found, { attempt, signal });
    yield {
      changes: [{ type: 'assignments', system, application, assignments }],
      ...(index === applications.length - 1 ? { complete: true as const } : {}),
    };
  }
  if (applications.length === 0) yield { changes: [], complete: true };
}

const assignment = z.object({
  id: z.string().min(1),
  principalId: z.string().min(1),
  principalType: z.string(),
  appRoleId: z.string(),
});

async function assignmentsOf(
  client: GraphClient,
  system: SystemName,
  { id, roles }: Application,
  request: GraphRequest,
): Promise<readonly Assignment[]> {
  const assignments: Assignment[] = [];
  const path = `/servicePrincipals/${id}/appRoleAssignedTo?$top=999&$select=id,principalId,principalType,appRoleId`;
  for await (const { objects } of walkPages(client, path, request)) {
    for (const object of objects) {
      const parsed = assignment.safeParse(object);
      // An assignment that cannot be read would look like one that is gone.
      if (!parsed.success)
        throw unexpectedAnswer(request.attempt, 'an assignment without id, principal or role');
      const kind = PRINCIPAL_KINDS[parsed.data.principalType];
      if (kind === undefined) continue;
      const role = roles.get(parsed.data.appRoleId);
      assignments.push({
        id: parsed.data.id,
        principal: { system, kind, id: parsed.data.principalId },
        ...(role === undefined ? {} : { role }),
      });
    }
  }
  return assignments;
}

/** Applications are assigned to applications too; nobody is provisioned for that. */
const PRINCIPAL_KINDS: Readonly<Record<string, 'user' | 'group'>> = {
  User: 'user',
  Group: 'group',
};

const servicePrincipal = z.object({
  id: z.string().min(1),
  appId: z.string(),
  appRoles: z
    .array(
      z.object({
        id: z.string(),
        value: z.string().nullish(),
        displayName: z.string().nullish(),
      }),
    )
    .default([]),
});

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * By display name, or by application or object id, where the name is one or has one configured.
 *
 * @throws ConnectorError `missing` (`application-not-found`), `ambiguous` (`application-ambiguous`).
 */
async function findApplication(
  client: GraphClient,
  name: string,
  ids: ApplicationIds,
  request: GraphRequest,
): Promise<Application> {
  const id = ids[name] ?? (GUID.test(name) ? name : undefined);
  const tests =
    id === undefined
      ? [`displayName eq '${name.replaceAll("'", "''")}'`]
      : [`appId eq '${id}'`, `id eq '${id}'`];
  for (const test of tests) {
    const found = await servicePrincipals(client, test, request);
    if (found.length > 1) throw ambiguous(name, found, request);
    if (found[0] !== undefined) return { id: found[0].id, roles: rolesOf(found[0]) };
  }
  throw new ConnectorError(
    'missing',
    `${request.attempt}: there is no enterprise application ${id === undefined ? 'of this name' : `with the id ${id}`}`,
    {
      code: 'application-not-found',
      remedy:
        'Use the name shown under Enterprise applications in the Entra admin center, exactly as it is there.',
    },
  );
}

type ServicePrincipal = z.output<typeof servicePrincipal>;

async function servicePrincipals(
  client: GraphClient,
  filter: string,
  request: GraphRequest,
): Promise<readonly ServicePrincipal[]> {
  const path = `/servicePrincipals?$filter=${encodeURIComponent(filter)}&$select=id,appId,displayName,appRoles`;
  const found: ServicePrincipal[] = [];
  for await (const { objects } of walkPages(client, path, request)) {
    for (const object of objects) {
      const parsed = servicePrincipal.safeParse(object);
      if (!parsed.success)
        throw unexpectedAnswer(request.attempt, 'a service principal without an id');
      found.push(parsed.data);
    }
  }
  return found;
}

function rolesOf({ appRoles }: ServicePrincipal): ReadonlyMap<string, AppRole> {
  const roles = new Map<string, AppRole>();
  for (const { id, value, displayName } of appRoles) {
    // A role without a value goes by its display name; the nil role is not among them.
    const named = value || displayName;
    if (named) roles.set(id, { value: named, ...(displayName ? { displayName } : {}) });
  }
  return roles;
}

function ambiguous(
  name: string,
  found: readonly ServicePrincipal[],
  { attempt }: GraphRequest,
): ConnectorError {
  const listed = found.map(({ appId }) => appId).join(', ');
  return new ConnectorError(
    'ambiguous',
    `${attempt}: ${found.length} enterprise applications bear this name, with the application ids ${listed}`,
    {
      code: 'application-ambiguous',
      remedy: `Say which one: options: { applications: { "${name}": <application id> } }.`,
    },
  );
}
