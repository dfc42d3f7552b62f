/** What is said of a system that is served, besides its clients' deviations, and how it is listened. */

import { createPrivateKey, X509Certificate } from 'node:crypto';
import { z } from 'zod';
import type { Problem } from '../identity/problem.ts';
import { parsePath } from '../scim/path.ts';
import type { ServerConfiguration, SystemConfiguration, TenantRules } from './configuration.ts';
import type { Path, Source } from './source.ts';

const scimPath = z.string().refine((text) => parsePath(text).ok, {
  error: 'no path of an attribute, such as userName or emails[type eq "work"].value',
});

const row = z.union([
  z.string().min(1),
  z.strictObject({
    attribute: z.string().min(1).meta({ title: 'Attribute of the system' }),
    values: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
      .meta({ title: 'Values', description: 'Of the system: as clients see it.' }),
  }),
]);

export const serveMap = z.record(z.string(), z.record(scimPath, row)).optional().meta({
  title: 'Map',
  description:
    'By kind: path in SCIM: attribute of the system, such as { user: { userName: login } }.',
});

const names = {
  subject: z.string().min(1).optional().meta({
    title: 'Subject',
    description: 'All its attributes, in any order: CN=payroll, O=Contoso.',
  }),
  dns: z.string().min(1).optional().meta({ title: 'DNS name' }),
  uri: z.string().min(1).optional().meta({ title: 'URI', description: 'Such as a SPIFFE id.' }),
  email: z.string().min(1).optional().meta({ title: 'E-mail address' }),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{2}(:?[0-9a-f]{2}){31}$/i, 'a SHA-256 fingerprint in hex')
    .optional()
    .meta({ title: 'Fingerprint' }),
};

const rights = z.enum(['read', 'write']).default('write').meta({ title: 'Rights' });

function namesSomething(client: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(names).some((name) => client[name] !== undefined);
}

const UNNAMED = { error: 'name something of the certificate: subject, dns, uri, email or sha256' };

const client = z.strictObject({ ...names, rights }).refine(namesSomething, UNNAMED);

export const tenantCertificates = z
  .array(
    z
      .strictObject({
        tenant: z.string().min(1).meta({ title: 'Tenant' }),
        system: z.string().min(1).optional().meta({
          title: 'System',
          description: 'All that the tenant serves when absent.',
        }),
        ...names,
        rights,
      })
      .refine(namesSomething, UNNAMED),
  )
  .optional()
  .meta({
    title: 'Certificates',
    description: 'Clients of tenants that show one; server.tls.clients says who signs them.',
  });

export const certificateClients = z.array(client).optional().meta({
  title: 'Certificates',
  description: 'Clients that show one instead of a token; server.tls.clients says who signs them.',
});

export const tlsDocument = z
  .strictObject({
    certificate: z.string().min(1).meta({
      title: 'Certificate (PEM)',
      description: 'With those that lead to one that clients know.',
    }),
    key: z.string().min(1).meta({ title: 'Private key (PEM)', secret: true }),
    clients: z.string().min(1).optional().meta({
      title: 'Authorities of client certificates (PEM)',
      description: 'Clients may show a certificate that one of these has signed.',
    }),
    revoked: z.string().min(1).optional().meta({
      title: 'Revoked certificates (file)',
      description:
        'Lists that these authorities have signed (CRL), in PEM or DER; read again when it changes.',
    }),
  })
  .optional()
  .meta({ title: 'TLS', description: 'Without it, something in front of Lockstep speaks it.' });

export const cursorKey = z.string().min(32).optional().meta({
  title: 'Key of cursors',
  description:
    'Where several processes answer for one another, the same in all: any text of 32 characters or more.',
  secret: true,
});

/** @param tls With its secrets put in; nothing of them reaches a message. */
export function tlsProblems(tls: ServerConfiguration['tls'], source: Source): readonly Problem[] {
  if (tls === undefined) return [];
  const { certificate, key, clients } = tls;
  const parts: readonly (readonly [string, string, string | undefined, () => unknown])[] = [
    ['certificate', 'a certificate in PEM', certificate, () => new X509Certificate(certificate)],
    ['key', 'a private key in PEM, not encrypted', key, () => createPrivateKey(key)],
    ['clients', 'certificates in PEM', clients, () => new X509Certificate(clients ?? '')],
  ];
  const wrong = parts.filter(([, , text, read]) => text !== undefined && !isReadable(read));
  const problems = wrong.map(
    ([name, what]): Problem => ({
      code: 'tls-invalid',
      severity: 'error',
      message: `server.tls.${name} is not ${what}`,
      remedy: 'Begin with -----BEGIN; convert with openssl where it is in another form.',
      place: source.place(['server', 'tls', name]),
    }),
  );
  if (tls.revoked !== undefined && clients === undefined)
    problems.push({
      code: 'tls-invalid',
      severity: 'error',
      message: 'server.tls.revoked is about certificates that nobody is asked for',
      remedy: 'Say under server.tls.clients whose they are: they sign the lists too.',
      place: source.keyPlace(['server', 'tls', 'revoked']),
    });
  if (problems.length > 0) return problems;
  if (new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))) return [];
  return [
    {
      code: 'tls-invalid',
      severity: 'error',
      message: 'server.tls.key is not the key of server.tls.certificate',
      remedy: 'The certificate of this server stands first, those of its authorities behind it.',
      place: source.place(['server', 'tls', 'key']),
    },
  ];
}

function isReadable(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}

/** Certificates that nobody is ever asked for. */
export function certificateProblems(
  systems: readonly Pick<SystemConfiguration, 'name' | 'serve'>[],
  server: ServerConfiguration,
  tenants: TenantRules | undefined,
  source: Source,
): readonly Problem[] {
  if (server.tls?.clients !== undefined) return [];
  const unseen = (what: string, at: Path): Problem => ({
    code: 'certificates-unseen',
    severity: 'warning',
    message: `${what} by certificates, and nobody is asked for one`,
    remedy: 'say under server.tls.clients who signs them, or take them away',
    place: source.keyPlace(at),
  });
  return [
    ...systems.flatMap(({ name, serve }) =>
      serve?.certificates === undefined
        ? []
        : unseen(`${name} knows clients`, ['systems', name, 'serve', 'certificates']),
    ),
    ...(tenants?.certificates === undefined
      ? []
      : [unseen('clients of tenants are known', ['tenants', 'certificates'])]),
  ];
}
