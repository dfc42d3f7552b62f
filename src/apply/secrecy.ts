/**
 * What of a request and its answer is kept by nobody: passwords and the like, and attributes whose
 * mapping says `Redact`. Where one of them occurs, its value is taken out of the answer's texts too.
 */

import type { Exchange } from '../connectors/spi/index.ts';
import type { Attributes } from '../identity/record.ts';
import type { Target } from '../plan/target.ts';

export interface Secrecy {
  /** Names of attributes in lower case, without schema and parts. */
  readonly names: ReadonlySet<string>;
  /** Whether a text can hold any of them at all; most hold none, and are looked at no closer. */
  readonly suspects: RegExp;
}

/** The word of Entra's provisioning log. */
export const REDACTED = '[Redact]';
const SECRET = /password|passwd|secret|token|credential|api_?key/i;
/** Shorter values occur in any sentence. */
const SHORTEST_SCRUBBED = 4;

const known = new WeakMap<Target['mapping'], Secrecy>();

export function secrecyOf({ mapping }: Pick<Target, 'mapping'>): Secrecy {
  const before = known.get(mapping);
  if (before !== undefined) return before;
  const rows = mapping.rows.filter(({ redacted }) => redacted);
  const secrecy = secrecyOfPaths(rows.map(({ row }) => row.path));
  known.set(mapping, secrecy);
  return secrecy;
}

/** @param paths Those whose mapping says `Redact`. */
export function secrecyOfPaths(paths: readonly string[]): Secrecy {
  const names = new Set(paths.map(nameOf));
  return { names, suspects: suspectsOf(names) };
}

/** By name or by path. */
export function withoutSecrets(values: Attributes, secrecy: Secrecy): Attributes {
  return isSuspect(values, secrecy.suspects)
    ? (hide(values, secrecy, new Set()) as Attributes)
    : values;
}

export function isSecret(path: string, secrecy: Secrecy): boolean {
  return hides(path, secrecy);
}

function suspectsOf(names: ReadonlySet<string>): RegExp {
  const texts = [...names].map((name) => name.replace(/[^a-z0-9]/g, String.raw`\$&`));
  return new RegExp([SECRET.source, ...texts].join('|'), 'i');
}

/** Of `urn:…:User:salary`, `name.familyName` or `emails[type eq "home"].value` what stands in a body. */
function nameOf(path: string): string {
  const outside = path.replace(/\[.*$/s, '');
  return outside
    .slice(outside.lastIndexOf(':') + 1)
    .replace(/\..*$/s, '')
    .toLowerCase();
}

/** The bodies of an exchange without what is secret. */
export function hiddenIn(
  { sent, answer }: Exchange,
  secrecy: Secrecy,
): Pick<Exchange, 'sent' | 'answer'> {
  const { suspects } = secrecy;
  if (!isSuspect(sent, suspects) && !isSuspect(answer, suspects)) return { sent, answer };
  const secrets = new Set<string>();
  const hidden = { sent: hide(sent, secrecy, secrets), answer: hide(answer, secrecy, secrets) };
  return {
    sent: hidden.sent,
    answer: secrets.size === 0 ? hidden.answer : scrubbed(hidden.answer, [...secrets]),
  };
}

function isSuspect(body: unknown, suspects: RegExp): boolean {
  if (typeof body === 'string') return suspects.test(body);
  if (Array.isArray(body)) return body.some((item) => isSuspect(item, suspects));
  if (typeof body !== 'object' || body === null) return false;
  return Object.entries(body).some(
    ([name, value]) =>
      suspects.test(name) ||
      (name === 'path' && typeof value === 'string' && suspects.test(value)) ||
      (typeof value === 'object' && isSuspect(value, suspects)),
  );
}

function hide(body: unknown, secrecy: Secrecy, secrets: Set<string>): unknown {
  if (Array.isArray(body)) return body.map((item) => hide(item, secrecy, secrets));
  if (typeof body !== 'object' || body === null) return body;
  const path = 'path' in body && typeof body.path === 'string' ? body.path : undefined;
  const covered = path !== undefined && hides(path, secrecy);
  return Object.fromEntries(
    Object.entries(body).map(([name, value]): [string, unknown] => {
      if (hides(name, secrecy) || (covered && name === 'value')) {
        for (const text of textsIn(value)) secrets.add(text);
        return [name, REDACTED];
      }
      // A filter in it may hold the value as well.
      if (covered && name === 'path') return [name, nameOf(path)];
      return [name, hide(value, secrecy, secrets)];
    }),
  );
}

function hides(path: string, { names }: Secrecy): boolean {
  const name = nameOf(path);
  return names.has(name) || SECRET.test(name);
}

function textsIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(textsIn);
  const text = value === undefined || value === null ? '' : String(value);
  return text.length < SHORTEST_SCRUBBED ? [] : [text];
}

/** Systems cite in their messages what they were sent. */
function scrubbed(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === 'string') {
    return secrets.reduce((text, secret) => text.replaceAll(secret, REDACTED), value);
  }
  if (Array.isArray(value)) return value.map((item) => scrubbed(item, secrets));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, scrubbed(member, secrets)]),
  );
}
