/** Microsoft Graph itself, as the service principal that every tenant has. */

import { GRAPH_APP_ID } from '../acts/applications.ts';
import { contractFile } from '../contract.ts';
import type { Tenant } from '../tenant.ts';

const MICROSOFT = 'f8cdef31-a31e-4b4a-93e4-5f571e91255a';

/** What the documentation names and the published list leaves out. */
const UNLISTED = ['User-LifeCycleInfo.Read.All', 'User-LifeCycleInfo.ReadWrite.All'];

/** Its app roles are the application permissions of the published list. */
export function seedMicrosoftGraph({ directory, chance }: Tenant): void {
  const drawn = chance.stream('microsoft');
  const id = drawn.guid();
  const published: { readonly appRoles: Readonly<Record<string, string | null>> } = JSON.parse(
    contractFile('graph-permissions-v1.json'),
  );
  const unlisted = UNLISTED.map((value) => [value, drawn.guid()] as const);
  const appRoles = { ...Object.fromEntries(unlisted), ...published.appRoles };
  directory.create('servicePrincipal', id, {
    id,
    accountEnabled: true,
    appId: GRAPH_APP_ID,
    appDisplayName: 'Microsoft Graph',
    displayName: 'Microsoft Graph',
    appOwnerOrganizationId: MICROSOFT,
    appRoleAssignmentRequired: false,
    servicePrincipalNames: [GRAPH_APP_ID, 'https://graph.microsoft.com'],
    servicePrincipalType: 'Application',
    appRoles: Object.entries(appRoles).flatMap(([value, roleId]) =>
      roleId === null
        ? []
        : [
            {
              id: roleId,
              value,
              displayName: value,
              description: `Application permission ${value}`,
              allowedMemberTypes: ['Application'],
              isEnabled: true,
              origin: 'Application',
            },
          ],
    ),
  });
}
