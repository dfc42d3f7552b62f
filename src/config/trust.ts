/** Issuers of JWTs that a served system trusts. */

import { z } from 'zod';
import type { TrustedIssuer } from './configuration.ts';
import { duration } from './fields.ts';

const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;

const text = z.string().min(1);

const keysAddress = z.string().refine(isTrustworthy, 'an https:// address, or one of this machine');

export const trustDocument = z.array(
  z.strictObject({
    issuer: text.meta({ title: 'Issuer', description: 'As iss of its tokens has it, exactly.' }),
    audience: z
      .union([text.transform((one) => [one]), z.array(text).min(1)])
      .meta({ title: 'Audience', description: 'What aud has to be, or one of these.' }),
    jwks: keysAddress.meta({ title: 'JWKS', description: 'Where its keys are read.' }),
    claims: z
      .record(text, z.union([text, z.number(), z.boolean()]))
      .refine((claims) => Object.keys(claims).length > 0, 'at least one claim')
      .meta({
        title: 'Claims',
        description:
          'What its tokens have to say besides, such as { azp: CLIENT-ID }: an issuer signs for more than one client.',
      }),
    rights: z
      .enum(['read', 'write'])
      .default('write')
      .meta({ title: 'Rights', description: 'write: everything; read: nothing is changed.' }),
    algorithms: z
      .array(z.enum(ALGORITHMS))
      .min(1)
      .default(['RS256', 'PS256', 'ES256', 'EdDSA'])
      .meta({ title: 'Algorithms', description: 'By which its tokens may be signed.' }),
    leeway: duration.default(60).meta({
      title: 'Leeway',
      description: 'How far its clock may differ from ours; 1m by default.',
    }),
  }),
);

export function trustedIssuers(document: z.output<typeof trustDocument>): readonly TrustedIssuer[] {
  return document.map(({ audience, leeway, ...issuer }) => ({
    ...issuer,
    audiences: audience,
    leewaySeconds: leeway,
  }));
}

function isTrustworthy(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  return protocol === 'https:' || (protocol === 'http:' && loopback);
}
