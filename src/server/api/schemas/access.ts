/** Tokens and clients: what they open, and how long. */

import { z } from 'zod';
import type { ClientSecret, NewClient, OauthClient } from '../../auth/client.ts';
import type { Scope } from '../../auth/scope.ts';
import type { AccessToken, NewToken } from '../../tokens.ts';
import { ROLES } from '../policy.ts';
import { members, named } from './named.ts';
import { instant } from './values.ts';

type OfSystem = Extract<Scope, { readonly system: string }>;
type OfApi = Extract<Scope, { readonly role: string }>;

const ofSystem = members<OfSystem>()({
  system: z.string().meta({ description: 'One that is served, or pushed to.' }),
  rights: z.exactOptional(z.enum(['read', 'write'])).meta({ description: 'write when absent.' }),
});
const ofApi = members<OfApi>()({ role: z.enum(ROLES) });

const scope: z.ZodType<Scope> = named(
  'Scope',
  z.union([z.strictObject(ofSystem), z.strictObject(ofApi)]),
);

const life = {
  id: z.string(),
  client: z.exactOptional(z.string()),
  createdAt: instant,
  expiresAt: instant,
  revokedAt: z.exactOptional(instant),
  lastUsedAt: z.exactOptional(instant),
};

export const accessToken: z.ZodType<AccessToken> = named(
  'AccessToken',
  z.union([z.object({ ...life, ...ofSystem }), z.object({ ...life, ...ofApi })]),
);

const shown = z.string().meta({ description: 'Shown once, and never again.' });
const made = { token: shown, id: z.string(), expiresAt: instant };

export const newToken: z.ZodType<NewToken> = named(
  'NewToken',
  z.union([z.object({ ...made, ...ofSystem }), z.object({ ...made, ...ofApi })]),
);

export const oauthClient: z.ZodType<OauthClient> = named(
  'Client',
  z.object(
    members<OauthClient>()({
      id: z.string(),
      name: z.string(),
      scope,
      createdAt: instant,
      revokedAt: z.exactOptional(instant),
      secrets: z.array(
        z.object(
          members<ClientSecret>()({
            id: z.string(),
            createdAt: instant,
            expiresAt: instant,
            lastUsedAt: z.exactOptional(instant),
          }),
        ),
      ),
    }),
  ),
);

export const newClient: z.ZodType<NewClient> = named(
  'NewClient',
  z.object(
    members<NewClient>()({
      client: z.string(),
      secret: shown,
      name: z.string(),
      scope,
      expiresAt: instant,
    }),
  ),
);

const name = z.string().min(1).max(200);
const days = z.int().min(1).max(3650).meta({ description: 'Until it expires.' });

export const tokenOf = z.strictObject({ token: name });
export const clientOf = z.strictObject({ client: name });

export const accessQuery = z.strictObject({
  tenant: z.exactOptional(name).meta({
    description: 'Another one than that of the token; for administrators of the installation.',
  }),
});

export const tokenBody = z.strictObject({ scope, days: days.default(365) });

export const clientBody = z.strictObject({ name, scope, days: days.default(365) });

export const rotationBody = z.strictObject({
  days: days.default(365),
  overlapDays: z
    .int()
    .min(0)
    .max(365)
    .default(7)
    .meta({ description: 'For how long the one before stays valid.' }),
});

named('TokenRequest', tokenBody);
named('ClientRequest', clientBody);
named('RotationRequest', rotationBody);
