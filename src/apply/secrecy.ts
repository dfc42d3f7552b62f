/**
 * What of a request and its answer is kept by nobody: passwords and the like, and attributes whose
 * mapping says `Redact`. Where one of them occurs, its value is taken out of the answer's texts too.
 */

import type { Exchange } from '../connectors/spi/index.ts';
import type { Attributes } from '../identity/record.ts';
import { REDACTED, scrubbed, textsIn } from '../mapping/redacted.ts';
import type { Operation } from '../plan/plan.ts';
import type { Target } from '../plan/target.ts';

export interface Secrecy {
  /** Names of attributes in lower case, without schema and parts. */
  readonly names: ReadonlySet<string>;
  /** Whether a text can hold any of them at all; most hold none, and are looked at no closer. */
  readonly suspects: (text: string) => boolean;
}

const SECRET = /password|passwd|secret|token|credential|api_?key/i;
const MOST_KNOWN = 1000;

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

/**
 * By name or by path.
 *
 * @param secrets Gains the texts of what is left out.
 */
export function withoutSecrets(
  values: Attributes,
  secrecy: Secrecy,
  secrets: Set<string> = new Set(),
): Attributes {
  return isSuspect(values, secrecy.suspects)
    ? (hide(values, secrecy, secrets) as Attributes)
    : values;
}

export function isSecret(path: string, secrecy: Secrecy): boolean {
  return hides(path, secrecy);
}

/** A system's attributes have the same few names in every body. */
function suspectsOf(names: ReadonlySet<string>): Secrecy['suspects'] {
  const texts = [...names].map((name) => name.replace(/[^a-z0-9]/g, String.raw`\$&`));
  const pattern = new RegExp([SECRET.source, ...texts].join('|'), 'i');
  const tested = new Map<string, boolean>();
  return (text) => {
    const before = tested.get(text);
    if (before !== undefined) return before;
    const suspect = pattern.test(text);
    if (tested.size < MOST_KNOWN) tested.set(text, suspect);
    return suspect;
  };
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
  { sent, answer }: Pick<Exchange, 'sent' | 'answer'>,
  secrecy: Secrecy,
): Pick<Exchange, 'sent' | 'answer'> {
  const { suspects } = secrecy;
  if (!isSuspect(sent, suspects) && !isSuspect(answer, suspects)) return { sent, answer };
  const secrets = new Set<string>();
  const hidden = { sent: hide(sent, secrecy, secrets), answer: hide(answer, secrecy, secrets) };
  return {
    sent: hidden.sent,
    answer: secrets.size === 0 ? hidden.answer : scrubbed(hidden.answer, secrets),
  };
}

/** What a system says of an operation, without the secret values of it: systems cite what they were sent. */
export function withoutCited(text: string, operation: Operation, secrecy: Secrecy): string {
  const secrets = secretsOf(operation, secrecy);
  return secrets.size === 0 ? text : String(scrubbed(text, secrets));
}

/** The secret values of an operation, as texts may cite them. */
export function secretsOf(operation: Operation, secrecy: Secrecy): ReadonlySet<string> {
  const secrets = new Set<string>();
  for (const values of valuesOf(operation)) {
    if (isSuspect(values, secrecy.suspects)) hide(values, secrecy, secrets);
  }
  return secrets;
}

/** By path. */
function valuesOf(operation: Operation): readonly unknown[] {
  if (operation.action === 'create') return [operation.attributes, operation.match];
  const { held } = operation.precondition;
  switch (operation.action) {
    case 'update':
    case 'enable':
    case 'disable': {
      const changed = operation.changes.map(({ path, before, after }) => ({
        [path]: [before, after],
      }));
      return [held, operation.adopts, ...changed];
    }
    case 'delete':
      return [held, operation.before];
    case 'link':
    case 'unlink':
      return [held, operation.adopts];
    case 'add-members':
    case 'remove-members':
      return [];
  }
}

function isSuspect(body: unknown, suspects: Secrecy['suspects']): boolean {
  if (typeof body === 'string') return suspects(body);
  if (typeof body !== 'object' || body === null) return false;
  if (Array.isArray(body)) {
    return body.some((item) => typeof item === 'object' && isSuspect(item, suspects));
  }
  // Looked at for every request: no lists are made of what a body holds.
  const values = body as Readonly<Record<string, unknown>>;
  for (const name in values) {
    const value = values[name];
    if (suspects(name)) return true;
    if (name === 'path' && typeof value === 'string' && suspects(value)) return true;
    if (typeof value === 'object' && isSuspect(value, suspects)) return true;
  }
  return false;
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
