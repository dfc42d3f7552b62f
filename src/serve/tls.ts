/** TLS of `lockstep serve`: its own certificate, and whose clients show when they are asked for one. */

import { createHash } from 'node:crypto';
import { createServer } from 'node:https';
import path from 'node:path';
import { TLSSocket } from 'node:tls';
import type { Configuration } from '../config/configuration.ts';
import type { SystemName } from '../identity/record.ts';
import { issuedAs } from '../server/auth/revocation-list.ts';
import { clientOf, type Peer } from '../server/scim/certificates.ts';
import type { Caller } from '../server/scim.ts';
import { DEFAULT_TENANT } from '../server/tenants/tenant.ts';
import { revocation } from './revoked.ts';

interface Listener {
  readonly createServer: typeof createServer;
  readonly serverOptions: Readonly<Record<string, unknown>>;
}

/** How to listen; undefined where something in front speaks TLS. */
export function tlsListener({ tls }: Configuration['server']): Listener | undefined {
  if (tls === undefined) return undefined;
  const { certificate: cert, key, clients } = tls;
  return {
    createServer,
    serverOptions: {
      ...{ cert, key },
      minVersion: 'TLSv1.2',
      // Others come with a token: who has no certificate, or a strange one, is let in and not believed.
      ...(clients !== undefined && { ca: clients, requestCert: true, rejectUnauthorized: false }),
    },
  };
}

const known = new WeakMap<object, Peer>();

/** The certificate at the other end; undefined unless one of our authorities has signed it. */
export function peerAt(socket: object): Peer | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const before = known.get(socket);
  if (before !== undefined) return before;
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return undefined;
  const { subject, subjectAltName = '', fingerprint256: fingerprint, validTo, raw } = certificate;
  const validUntil = new Date(validTo);
  const names = { subject, alternativeNames: subjectAltName };
  const peer = { ...names, fingerprint, validUntil, ...issuedAs(raw) };
  known.set(socket, peer);
  return peer;
}

/** Whose certificate it is, among those who may come with one. */
export function recognition(
  { systems, server, tenants, directory }: Configuration,
  now: () => Date,
  log: (line: string) => void,
): (peer: Peer, system: SystemName) => Promise<Caller | undefined> {
  const clients = new Map(systems.map(({ name, serve }) => [name, serve?.certificates ?? []]));
  const others = tenants?.certificates ?? [];
  const { clients: authorities = '', revoked } = server.tls ?? {};
  const isRevoked =
    revoked === undefined
      ? async () => false
      : revocation(path.resolve(directory, revoked), authorities, { now, log });
  return async (peer, system) => {
    if (await isRevoked(peer)) return undefined;
    const own = clientOf(clients.get(system) ?? [], peer, now());
    if (own) return { tenant: DEFAULT_TENANT, system, rights: own.rights };
    const theirs = others.filter((one) => one.system === undefined || one.system === system);
    const other = clientOf(theirs, peer, now());
    return other && { tenant: other.tenant, system, rights: other.rights };
  };
}

/** Of any text, as many bytes as the seal needs. */
export function cursorKey({ cursorKey: text }: Configuration['server']): {
  readonly cursorKey?: Uint8Array;
} {
  return text === undefined
    ? {}
    : { cursorKey: createHash('sha256').update(`cursors ${text}`).digest() };
}
