import { z } from 'zod';

const secret = z.string().min(1).meta({ secret: true });

/** What an administrator sets to reach a SCIM service provider. */
export const scimOptions = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/ })
      .optional()
      .meta({
        title: 'Base URL',
        description:
          'Up to the resource types: requests go to URL/Users. A query string is kept. Some profiles bring their own.',
      }),
    token: secret.optional().meta({
      title: 'Bearer token',
      secret: true,
    }),
    oauth: z
      .strictObject({
        tokenUrl: z.url({ protocol: /^https?$/ }).meta({ title: 'Token endpoint' }),
        clientId: z.string().min(1).meta({ title: 'Client id' }),
        clientSecret: secret.meta({ title: 'Client secret', secret: true }),
        scope: z.string().optional().meta({ title: 'Scope' }),
        auth: z.enum(['basic', 'body']).default('basic').meta({
          title: 'How the client names itself',
          description: 'basic: in the Authorization header (RFC 6749 §2.3.1); body: in the form.',
        }),
      })
      .optional()
      .meta({ title: 'OAuth 2.0 client credentials' }),
    basic: z
      .strictObject({ user: z.string().min(1), password: secret.meta({ secret: true }) })
      .optional()
      .meta({ title: 'User name and password' }),
    headers: z.record(z.string(), z.string()).default({}).meta({
      title: 'Further headers',
    }),
    pageSize: z.number().int().min(1).max(10_000).optional().meta({
      title: 'Objects in one page',
    }),
    timeoutSeconds: z.number().positive().max(3600).default(60).meta({
      title: 'Seconds to wait for an answer',
    }),
    overrides: z.record(z.string(), z.unknown()).default({}).meta({
      title: "Overrides of the profile's facts",
      description: 'The same names as in the profile, such as { update: { method: put } }.',
    }),
  })
  .refine(
    ({ token, oauth, basic }) => [token, oauth, basic].filter(Boolean).length <= 1,
    'set one of token, oauth and basic',
  );

export type ScimOptions = z.output<typeof scimOptions>;
