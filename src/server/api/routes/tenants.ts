/** Tenants, made and removed by administrators of the installation: of the tenant `default`. */

import type { Result } from '../../../identity/problem.ts';
import type { Tenants } from '../../tenants/tenants.ts';
import { type Endpoint, endpoint } from '../endpoint.ts';
import { configurationRefused, notFound } from '../problem.ts';
import { listOf } from '../schemas/named.ts';
import { nothing } from '../schemas/request.ts';
import {
  configureBody,
  listedTenant,
  removeQuery,
  tenantBody,
  tenantOf,
} from '../schemas/tenant.ts';

const CONFIGURING = [
  'configuration-refused',
  'tenant-configured-by-file',
  'tenant-unconfigured',
] as const;

export const TENANTS: readonly Endpoint[] = [
  endpoint({
    name: 'listTenants',
    method: 'get',
    path: '/tenants',
    summary: 'Which tenants there are besides default.',
    parameters: nothing,
    query: nothing,
    answers: { type: 'json', schema: listOf('Tenants', listedTenant) },
    work: async ({ tenants }) => ({
      type: 'json',
      value: { items: await reached(tenants).list() },
    }),
  }),
  endpoint({
    name: 'createTenant',
    method: 'post',
    path: '/tenants',
    summary: 'A new tenant, with a store of its own.',
    parameters: nothing,
    query: nothing,
    body: tenantBody,
    answers: { type: 'json', schema: listedTenant },
    refuses: [...CONFIGURING, 'tenant-exists', 'tenant-name'],
    work: async ({ body, tenants }) => ({
      type: 'json',
      value: sound(await reached(tenants).create(body.name, body.document)),
    }),
  }),
  endpoint({
    name: 'configureTenant',
    method: 'post',
    path: '/tenants/{tenant}/configuration',
    summary: 'Another configuration, in force within seconds.',
    parameters: tenantOf,
    query: nothing,
    body: configureBody,
    answers: { type: 'json', schema: listedTenant },
    refuses: [...CONFIGURING, 'unknown-tenant'],
    work: async ({ path, body, tenants }) => ({
      type: 'json',
      value: sound(await reached(tenants).configure(path.tenant, body.document)),
    }),
  }),
  endpoint({
    name: 'removeTenant',
    method: 'delete',
    path: '/tenants/{tenant}',
    summary: 'Its tokens open nothing any more, within seconds; its data stay, unless erased.',
    parameters: tenantOf,
    query: removeQuery,
    answers: { type: 'json', schema: listedTenant },
    refuses: ['unknown-tenant'],
    work: async ({ path, query, tenants }) => ({
      type: 'json',
      value:
        query.erase === 'true'
          ? await reached(tenants).erase(path.tenant)
          : await reached(tenants).remove(path.tenant),
    }),
  }),
  endpoint({
    name: 'restoreTenant',
    method: 'post',
    path: '/tenants/{tenant}/restoration',
    summary: 'Lets one in again that was removed and not erased.',
    parameters: tenantOf,
    query: nothing,
    answers: { type: 'json', schema: listedTenant },
    refuses: ['unknown-tenant'],
    work: async ({ path, tenants }) => ({
      type: 'json',
      value: await reached(tenants).restore(path.tenant),
    }),
  }),
];

/** To everybody else there are no tenants: what is another's is answered as what is not there. */
function reached(tenants: Tenants | undefined): Tenants {
  if (tenants === undefined) throw notFound();
  return tenants;
}

function sound<Value>(result: Result<Value>): Value {
  if (result.ok) return result.value;
  throw configurationRefused(result.problems);
}
