/** Throw-away certificates for tests: an authority, and what it or somebody alone has signed. */

import './reflect.ts';
import { KeyObject, webcrypto, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: 2048,
};

export interface Certificate {
  /** PEM. */
  readonly certificate: string;
  /** PEM, PKCS #8. */
  readonly privateKey: string;
  /** Base64 of the DER. */
  readonly der: string;
  /** Hexadecimal. */
  readonly sha1: string;
  readonly sha256: string;
}

export interface Issuer extends Certificate {
  issue(commonName: string, host?: string): Promise<Certificate>;
  /** A list of those that it has taken back, in PEM; good for a day unless it says otherwise. */
  revoke(certificates: readonly Certificate[], until?: Date): Promise<string>;
}

/** An authority that nobody trusts unless told to. */
export async function throwAwayAuthority(): Promise<Issuer> {
  x509.cryptoProvider.set(webcrypto);
  const keys = await webcrypto.subtle.generateKey(RSA, true, ['sign', 'verify']);
  const own = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=Throw-away authority',
    ...validity(),
    keys,
    signingAlgorithm: RSA,
    extensions: [new x509.BasicConstraintsExtension(true, 0, true)],
  });
  return {
    ...described(own, keys.privateKey),
    issue: async (commonName, host) => {
      const subject = await webcrypto.subtle.generateKey(RSA, true, ['sign', 'verify']);
      const issued = await x509.X509CertificateGenerator.create({
        subject: `CN=${commonName}`,
        issuer: own.subject,
        ...validity(),
        publicKey: subject.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: RSA,
        extensions:
          host === undefined
            ? []
            : [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: host }])],
      });
      return described(issued, subject.privateKey);
    },
    revoke: async (certificates, until = validity().notAfter) => {
      const list = await x509.X509CrlGenerator.create({
        issuer: own.subject,
        thisUpdate: validity().notBefore,
        nextUpdate: until,
        entries: certificates.map(({ certificate }) => ({
          serialNumber: new X509Certificate(certificate).serialNumber.toLowerCase(),
          revocationDate: new Date(),
        })),
        signingKey: keys.privateKey,
        signingAlgorithm: RSA,
      });
      return list.toString('pem');
    },
  };
}

function validity(): { readonly notBefore: Date; readonly notAfter: Date } {
  const now = Date.now();
  return { notBefore: new Date(now - 86_400_000), notAfter: new Date(now + 86_400_000) };
}

function described(certificate: x509.X509Certificate, key: webcrypto.CryptoKey): Certificate {
  const parsed = new X509Certificate(certificate.toString('pem'));
  const hex = (fingerprint: string): string => fingerprint.replaceAll(':', '').toLowerCase();
  return {
    certificate: certificate.toString('pem'),
    privateKey: KeyObject.from(key).export({ type: 'pkcs8', format: 'pem' }).toString(),
    der: parsed.raw.toString('base64'),
    sha1: hex(parsed.fingerprint),
    sha256: hex(parsed.fingerprint256),
  };
}
