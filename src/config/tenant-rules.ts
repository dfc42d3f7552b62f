/** What an installation says of its tenants. */

import path from 'node:path';
import { z } from 'zod';
import type { TenantRules } from './configuration.ts';
import { tenantCertificates } from './serve.ts';

/** They keep all they have in the own store. */
export const CONNECTORS_OF_DOCUMENTS: readonly string[] = ['directory', 'inbound'];

export const tenantsDocument = z
  .strictObject({
    document: z.string().min(1).optional().meta({
      title: 'Document',
      description: 'The configuration of every tenant that has none of its own: a file.',
    }),
    connectors: z
      .array(z.string().min(1))
      .default([...CONNECTORS_OF_DOCUMENTS])
      .meta({
        title: 'Connectors',
        description:
          'What documents may use that the store keeps. Others reach files and addresses of this machine.',
      }),
    certificates: tenantCertificates,
  })
  .meta({
    title: 'Tenants',
    description: 'Tenants besides default, each with a store of its own.',
  });

export function tenantRules(
  { document, connectors, certificates }: z.output<typeof tenantsDocument>,
  directory: string,
): TenantRules {
  return {
    connectors,
    ...(certificates && { certificates }),
    ...(document !== undefined && { document: path.resolve(directory, document) }),
  };
}
