/** Tenants of the installation. */

import { z } from 'zod';
import type { ConfiguredBy, ListedTenant } from '../../tenants/tenants.ts';
import { members, named, words } from './named.ts';
import { instant } from './values.ts';

export const listedTenant: z.ZodType<ListedTenant> = named(
  'Tenant',
  z.object(
    members<ListedTenant>()({
      name: z.string(),
      createdAt: instant,
      configuredBy: z.exactOptional(words<ConfiguredBy>({ file: true, store: true, shared: true })),
      removedAt: z.exactOptional(instant),
      erasedAt: z.exactOptional(instant),
    }),
  ),
);

const name = z.string().min(1).max(63);

const document = z.string().min(1).max(60_000).meta({
  description: 'Its configuration, as YAML; without one it has that for all.',
});

export const tenantOf = z.strictObject({ tenant: name });

export const tenantBody = z.strictObject({
  name: name.meta({ description: 'Lower case letters, digits and hyphens; tokens carry it.' }),
  document: z.exactOptional(document),
});

export const configureBody = z.strictObject({ document: z.exactOptional(document) });

export const removeQuery = z.strictObject({
  erase: z.exactOptional(z.enum(['true', 'false'])).meta({
    description: 'true: deletes everything that is stored of it, for good.',
  }),
});

named('TenantRequest', tenantBody);
named('TenantConfiguration', configureBody);
