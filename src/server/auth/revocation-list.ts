/**
 * Lists of certificates that an authority has taken back (RFC 5280 §5), and what of a certificate they go by.
 * A list is worth nothing unless an authority that we know has signed it.
 */

import { verify, X509Certificate } from 'node:crypto';

export interface RevocationList {
  /** The authority, as its name stands in what it signs; hexadecimal. */
  readonly issuer: string;
  /** Serial numbers, hexadecimal. */
  readonly serials: ReadonlySet<string>;
  /** By then there is another one; this one is not believed any more. */
  readonly nextUpdate?: Date;
}

/** By what a list names a certificate. */
export interface Issued {
  readonly issuer: string;
  readonly serial: string;
}

/** @param der Of a certificate. */
export function issuedAs(der: Uint8Array): Issued {
  const [issuer, serial] = partsOf(der);
  return { issuer: hex(issuer.whole), serial: hex(serial.content) };
}

/**
 * @param file One list in DER, or any number of them in PEM.
 * @param authorities Certificates in PEM, of which one has to have signed each list.
 * @throws Error that says, for people, what is wrong with the file.
 */
export function revocationLists(file: Buffer, authorities: string): readonly RevocationList[] {
  const known = pems(authorities, 'CERTIFICATE').map((der) => new X509Certificate(der));
  const lists = file.includes('-----BEGIN')
    ? pems(file.toString('latin1'), '(?:X509 )?CRL')
    : [file];
  if (lists.length === 0) throw new Error('it holds no list');
  return lists.map((der) => revocationList(der, known));
}

function pems(text: string, what: string): readonly Buffer[] {
  const each = new RegExp(`-----BEGIN ${what}-----([A-Za-z0-9+/=\\s]+)-----END ${what}-----`, 'g');
  return [...text.matchAll(each)].map(([, base64 = '']) => Buffer.from(base64, 'base64'));
}

function revocationList(der: Uint8Array, authorities: readonly X509Certificate[]): RevocationList {
  const [list, algorithm, signature] = within(elementAt(der, 0));
  if (!list || !algorithm || !signature) throw notAList();
  const [first, ...rest] = within(list);
  // The version is left out of the oldest form.
  const [, issuer, , ...optional] = first?.tag === INTEGER ? rest : [first, ...rest];
  if (!issuer) throw notAList();
  const [time, ...later] = optional;
  const nextUpdate = time && TIMES.has(time.tag) ? timeOf(time) : undefined;
  const revoked = (nextUpdate ? later : optional)[0];
  const name = hex(issuer.whole);
  const digest = DIGESTS.get(hex(within(algorithm)[0]?.content ?? new Uint8Array()));
  if (digest === undefined) throw new Error('a list is signed in a way that is not understood');
  const signed = authorities.some(
    (authority) =>
      hex(subjectOf(authority.raw)) === name &&
      // Of a bit string the first byte tells how many bits are unused.
      verify(digest, list.whole, authority.publicKey, signature.content.subarray(1)),
  );
  if (!signed) throw new Error('a list is signed by none of server.tls.clients');
  return {
    issuer: name,
    serials: new Set(revoked?.tag === SEQUENCE ? within(revoked).map(serialOf) : []),
    ...(nextUpdate && { nextUpdate }),
  };
}

function serialOf(entry: Element): string {
  const [serial] = within(entry);
  if (serial?.tag !== INTEGER) throw notAList();
  return hex(serial.content);
}

/** By the identifier of the algorithm; no digest where the algorithm has its own. */
const DIGESTS: ReadonlyMap<string, string | null> = new Map([
  ['2a864886f70d01010b', 'sha256'],
  ['2a864886f70d01010c', 'sha384'],
  ['2a864886f70d01010d', 'sha512'],
  ['2a8648ce3d040302', 'sha256'],
  ['2a8648ce3d040303', 'sha384'],
  ['2a8648ce3d040304', 'sha512'],
  ['2b6570', null],
]);

function partsOf(der: Uint8Array): readonly [issuer: Element, serial: Element, subject: Element] {
  const [certificate] = within(elementAt(der, 0));
  const [first, ...rest] = certificate ? within(certificate) : [];
  const [serial, , issuer, , subject] = first?.tag === VERSION ? rest : [first, ...rest];
  if (!serial || !issuer || !subject) throw new Error('no certificate');
  return [issuer, serial, subject];
}

function subjectOf(der: Uint8Array): Uint8Array {
  return partsOf(der)[2].whole;
}

/** One value of DER (X.690). */
interface Element {
  readonly tag: number;
  readonly whole: Uint8Array;
  readonly content: Uint8Array;
}

const INTEGER = 0x02;
const SEQUENCE = 0x30;
const VERSION = 0xa0;
const UTC_TIME = 0x17;
const TIMES: ReadonlySet<number> = new Set([UTC_TIME, 0x18]);

function elementAt(bytes: Uint8Array, at: number): Element {
  const [tag, first] = [bytes[at], bytes[at + 1]];
  if (tag === undefined || first === undefined) throw notAList();
  const more = first < 0x80 ? 0 : first - 0x80;
  if (more > 4 || first === 0x80) throw notAList();
  let length = more === 0 ? first : 0;
  for (const byte of bytes.subarray(at + 2, at + 2 + more)) length = length * 256 + byte;
  const begin = at + 2 + more;
  if (begin + length > bytes.length) throw notAList();
  const content = bytes.subarray(begin, begin + length);
  return { tag, whole: bytes.subarray(at, begin + length), content };
}

function within({ content }: Element): readonly Element[] {
  const all: Element[] = [];
  for (let at = 0; at < content.length; ) {
    const one = elementAt(content, at);
    all.push(one);
    at += one.whole.length;
  }
  return all;
}

/** `YYMMDDHHMMSSZ` until 2049, `YYYYMMDDHHMMSSZ` (RFC 5280 §5.1.2.4). */
function timeOf({ tag, content }: Element): Date {
  const text = Buffer.from(content).toString('latin1');
  const full = tag === UTC_TIME ? `${Number(text.slice(0, 2)) < 50 ? '20' : '19'}${text}` : text;
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(full) ?? [];
  const time = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(time.getTime())) throw notAList();
  return time;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function notAList(): Error {
  return new Error('it holds something that is no revocation list');
}
