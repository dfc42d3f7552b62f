/**
 * Clients that show a certificate instead of a token (mutual TLS). That it is genuine was settled
 * when the connection was made; here is whose it is, and what its holder may do.
 */

import type { CertificateClient } from '../../config/configuration.ts';

/** What a verified certificate says. */
export interface Peer {
  /** One attribute a line, as OpenSSL and Node write it: `O=Contoso\nCN=payroll`. */
  readonly subject: string;
  /** `DNS:payroll.contoso.com, URI:spiffe://contoso.com/payroll` */
  readonly alternativeNames: string;
  /** SHA-256 in hex, with or without colons. */
  readonly fingerprint: string;
  readonly validUntil: Date;
  /** Who signed it, and as which: the name in DER and the serial number, in hex. */
  readonly issuer: string;
  readonly serial: string;
}

/** @returns Undefined for somebody who was not told of; the first that fits decides. */
export function clientOf<Client extends CertificateClient>(
  clients: readonly Client[],
  peer: Pick<Peer, 'subject' | 'alternativeNames' | 'fingerprint' | 'validUntil'>,
  now: Date,
): Client | undefined {
  // A connection outlives the certificate it was made with.
  if (peer.validUntil <= now) return undefined;
  const subject = subjectKey(peer.subject.split('\n'));
  const names = alternativeNames(peer.alternativeNames);
  const isOf = (type: string, name: string | undefined, fold = false): boolean =>
    name === undefined ||
    names.some((one) => one.type === type && (fold ? isSame(one.value, name) : one.value === name));
  return clients.find(
    (client) =>
      (client.subject === undefined || subjectKey(parts(client.subject)) === subject) &&
      isOf('DNS', client.dns, true) &&
      isOf('URI', client.uri) &&
      isOf('email', client.email, true) &&
      (client.sha256 === undefined || hex(client.sha256) === hex(peer.fingerprint)) &&
      NAMES.some((name) => client[name] !== undefined),
  );
}

const NAMES = ['subject', 'dns', 'uri', 'email', 'sha256'] as const;

/** A backslash takes the meaning from what follows it (RFC 4514 §2.4). */
function parts(subject: string): readonly string[] {
  return subject.match(/(?:\\.|[^,\\])+/g) ?? [];
}

function subjectKey(attributes: readonly string[]): string {
  return attributes
    .map((one) => one.trim())
    .filter((one) => one !== '')
    .map((one) => {
      const [type = '', ...value] = one.split('=');
      return `${type.trim().toUpperCase()}=${value.join('=').trim()}`;
    })
    .sort()
    .join('\n');
}

/** Node quotes, as JSON, whatever could be taken for several names. */
function alternativeNames(
  text: string,
): readonly { readonly type: string; readonly value: string }[] {
  const each = /([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/gy;
  return [...text.matchAll(each)].map(([, type = '', value = '']) => ({
    type,
    value: value.startsWith('"') ? String(JSON.parse(value)) : value,
  }));
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function hex(fingerprint: string): string {
  return fingerprint.replaceAll(':', '').toLowerCase();
}
