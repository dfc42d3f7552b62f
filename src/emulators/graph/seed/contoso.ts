/**
 * The tenant Contoso: plausible people with managers, groups, guests and leavers, and an
 * enterprise application "Ramp" that part of them may use. Who that is, and why not the others,
 * is stated for everybody.
 */

import type { ActResult } from '../acts/act.ts';
import { perform } from '../acts/perform.ts';
import type { GraphEmulator } from '../graph.ts';
import type { Tenant } from '../tenant.ts';
import { altered, type Case, caseOf } from './cases.ts';
import { seedGroups } from './groups.ts';
import { type Person, people } from './people.ts';
import { assignRamp, registerRamp } from './ramp.ts';

export interface ContosoOptions {
  /** Members of the company, the special cases included; at least 30. */
  readonly people: number;
  readonly seed?: string;
  /** Partly directly, partly by groups, some by both; or everybody by one group. */
  readonly assigned?: 'mixed' | 'group';
  /** Certificates of the connector's registration, as base64 of their DER. */
  readonly certificates?: readonly string[];
}

/** What becomes of a person in Ramp. */
export type ExpectedOutcome =
  | 'provisioned'
  | 'not-assigned'
  | 'disabled'
  | 'deleted'
  | 'refused: no department'
  | 'refused: no city';

export interface Expected {
  readonly id: string;
  /** As it was before a deletion. */
  readonly userPrincipalName: string;
  readonly outcome: ExpectedOutcome;
}

export interface Contoso {
  readonly tenantId: string;
  readonly domain: string;
  /** Of the connector's registration. */
  readonly clientId: string;
  readonly clientSecret: string;
  /** The enterprise application "Ramp". */
  readonly ramp: { readonly servicePrincipalId: string; readonly appId: string };
  readonly people: readonly Person[];
  /** For everybody, in the order of `people`. */
  readonly expected: readonly Expected[];
  /** Object ids by display name. */
  readonly groups: Readonly<Record<string, string>>;
}

const READ_PERMISSIONS = ['User.Read.All', 'GroupMember.Read.All', 'Application.Read.All'];
const SECRET = 'contoso-connector-secret';

export function seedContoso(graph: GraphEmulator, options: ContosoOptions): Contoso {
  const { tenant } = graph;
  const chance = tenant.chance.stream(`contoso/${options.seed ?? ''}`);
  const mailDomain = tenant.domains.at(-1) ?? tenant.domain;
  const cases = Array.from({ length: options.people }, (_, index) => caseOf(index, options.people));
  const everybody = people(options.people, mailDomain, chance).map((person, index) =>
    altered(person, cases[index] ?? 'usual', tenant.domain),
  );
  createPeople(tenant, everybody);
  const ramp = registerRamp(tenant);
  const groups = seedGroups(tenant, everybody, cases);
  const assigned = assignRamp(tenant, ramp, everybody, cases, groups, options.assigned, chance);
  everybody.forEach(({ id }, index) => {
    if (cases[index] === 'deleted') perform(tenant, { act: 'delete', id });
  });
  const connector = registerConnector(tenant, options.certificates ?? []);
  tenant.replicas.settle();
  return {
    tenantId: tenant.id,
    domain: tenant.domain,
    clientId: connector.appId ?? '',
    clientSecret: SECRET,
    ramp,
    people: everybody,
    expected: everybody.map(({ id, userPrincipalName }, index) => ({
      id,
      userPrincipalName,
      outcome: outcomeOf(cases[index] ?? 'usual', assigned.has(id)),
    })),
    groups,
  };
}

function createPeople(tenant: Tenant, everybody: readonly Person[]): void {
  for (const { id, properties } of everybody)
    perform(tenant, { act: 'create', type: 'user', properties: { ...properties, id } });
  for (const { id, manager } of everybody) {
    const superior = manager === undefined ? undefined : everybody[manager];
    if (superior !== undefined) perform(tenant, { act: 'set-manager', id, manager: superior.id });
  }
}

function registerConnector(tenant: Tenant, certificates: readonly string[]): ActResult {
  return perform(tenant, {
    act: 'register-application',
    displayName: 'Lockstep',
    secret: SECRET,
    certificates,
    permissions: READ_PERMISSIONS,
  });
}

const OUTCOMES: Readonly<Record<Case, ExpectedOutcome>> = {
  usual: 'provisioned',
  disabled: 'disabled',
  deleted: 'deleted',
  'no-department': 'refused: no department',
  'no-city': 'refused: no city',
  guest: 'provisioned',
  'external-member': 'provisioned',
};

function outcomeOf(kind: Case, assigned: boolean): ExpectedOutcome {
  return assigned || kind === 'deleted' ? OUTCOMES[kind] : 'not-assigned';
}
