/** What an administrator sets to have an Entra ID tenant read. */

import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { EXTENSION } from './attributes.ts';
import { CLOUD_NAMES } from './clouds.ts';

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

const baseUrl = z.url({ protocol: /^https?$/ }).refine(
  // A secret in clear text may travel to a stand-in on this machine, and nowhere else.
  (url) => url.startsWith('https:') || LOOPBACK.test(new URL(url).hostname),
  { error: 'must be https unless it is a loopback address' },
);

const cloud = z.union([
  z.enum(CLOUD_NAMES),
  z.strictObject({
    authority: baseUrl.meta({ title: 'Token service' }),
    graph: baseUrl.meta({ title: 'Microsoft Graph' }),
    resource: z.string().min(1).optional().meta({ title: 'Resource tokens are asked for' }),
  }),
]);

const certificate = z
  .string()
  .refine(isCertificateWithKey, {
    error: 'must be PEM with one certificate and its private key, not encrypted',
  })
  .meta({
    title: 'Certificate with private key (PEM)',
    description: 'Its public part is registered with the application.',
    secret: true,
  });

const managedIdentity = z.union([
  z.literal('system'),
  z.strictObject({ clientId: z.guid() }),
  z.strictObject({ objectId: z.guid() }),
  z.strictObject({ resourceId: z.string().startsWith('/subscriptions/') }),
]);

const CREDENTIALS = ['secret', 'certificate', 'managedIdentity', 'workloadIdentity'] as const;

export const entraOptions = z
  .strictObject({
    tenant: z
      .string()
      .regex(/^[\w.-]+$/)
      .meta({
        title: 'Tenant',
        description: 'Tenant id or a verified domain, such as contoso.onmicrosoft.com.',
      }),
    clientId: z.guid().optional().meta({
      title: 'Application (client) id',
      description: 'Of the app registration; not needed with a managed identity.',
    }),
    certificate: certificate.optional(),
    secret: z.string().min(1).optional().meta({ title: 'Client secret', secret: true }),
    managedIdentity: managedIdentity.optional().meta({
      title: 'Managed identity',
      description: 'system, or the clientId, objectId or resourceId of a user-assigned one.',
    }),
    workloadIdentity: z
      .strictObject({ tokenFile: z.string().min(1) })
      .optional()
      .meta({
        title: 'Workload identity',
        description:
          'File with a token of an issuer that the application trusts; read anew each time.',
      }),
    cloud: cloud.default('global').meta({
      title: 'Cloud',
      description: 'A national cloud by name, or base URLs of a stand-in.',
    }),
    groups: z.boolean().default(true).meta({
      title: 'Groups',
      description:
        'false: groups are not read, and the right to is not needed; then only people assigned directly count.',
    }),
    revokeSessions: z.boolean().default(true).meta({
      title: 'Revoke sessions',
      description: 'Whoever is disabled is signed out as well; false: only disabled.',
    }),
    restoreBy: z.enum(['employeeId', 'onPremisesImmutableId']).optional().meta({
      title: 'Restore by',
      description:
        'A property that is never given to another person: who comes back within 30 days gets the deleted account with the same value back.',
    }),
    extensions: z.record(z.string(), z.string().regex(EXTENSION)).default({}).meta({
      title: 'Directory extensions',
      description:
        'Of people, by what they carry: description, honorificSuffix, middleName, homePhone, otherPhone, or a name of your own.',
    }),
    applications: z.record(z.string(), z.guid()).default({}).meta({
      title: 'Applications',
      description:
        'Application (client) or object ids by the names used under `assigned`, where a display name is not unique.',
    }),
  })
  .superRefine((options, context) => {
    const given = CREDENTIALS.filter((name) => options[name] !== undefined);
    if (given.length !== 1)
      context.addIssue({
        code: 'custom',
        message: `give exactly one of ${CREDENTIALS.join(', ')}${given.length > 1 ? `; there are ${given.join(' and ')}` : ''}`,
      });
    if (options.clientId === undefined && options.managedIdentity === undefined)
      context.addIssue({ code: 'custom', path: ['clientId'], message: 'clientId is missing' });
  });

export type EntraOptions = z.output<typeof entraOptions>;

function isCertificateWithKey(pem: string): boolean {
  if (!/-----BEGIN (RSA )?PRIVATE KEY-----/.test(pem)) return false;
  try {
    new X509Certificate(pem);
    return true;
  } catch {
    return false;
  }
}
