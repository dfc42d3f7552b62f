/**
 * What of an answer is shown to whom: one function that every answer passes. It knows the two shapes
 * in which values of attributes occur: maps by attribute, and changes with their path.
 */

import { SENSITIVE } from '../../identity/sensitive.ts';
import type { CompiledRow } from '../../mapping/mapping.ts';
import { REDACTED, scrubbed, textsIn } from '../../mapping/redacted.ts';
import { type Role, seesEverything } from './policy.ts';

/** Names and paths of attributes in lower case. */
export interface Hidden {
  /** Its mapping says so (`Redact`): from everybody. */
  readonly always: ReadonlySet<string>;
  readonly fromViewers: ReadonlySet<string>;
}

interface MappedTarget {
  readonly mapping: { readonly rows: readonly Pick<CompiledRow, 'row' | 'inputs' | 'redacted'>[] };
}

/** What is sensitive stays so under the names it is written to. */
export function hiddenAttributes(
  targets: readonly MappedTarget[],
  sensitive: readonly string[] = SENSITIVE,
): Hidden {
  const always = new Set(['password']);
  const fromViewers = new Set(sensitive.map((name) => name.toLowerCase()));
  for (const { row, inputs, redacted } of targets.flatMap(({ mapping }) => mapping.rows)) {
    const path = row.path.toLowerCase();
    if (redacted) always.add(path);
    if (inputs.some((input) => isHidden(input, fromViewers))) fromViewers.add(path);
  }
  return { always, fromViewers: new Set([...always, ...fromViewers]) };
}

export function shown<Value>(value: Value, role: Role, { always, fromViewers }: Hidden): Value {
  const everything = seesEverything(role);
  const names = everything ? always : fromViewers;
  const secrets = new Set<string>();
  const veiled = veil(value, { names, secrets, recordsToo: !everything });
  return (secrets.size === 0 ? veiled : scrubbed(veiled, secrets, SENTENCES)) as Value;
}

/**
 * Why somebody was refused, to whom it may be said: a sentence cites the value that is wrong, and
 * nothing beside it tells which attribute that is of.
 */
export async function* toldTo<Refused extends { readonly message: string }>(
  role: Role,
  refused: AsyncIterable<Refused>,
): AsyncGenerator<Refused> {
  if (seesEverything(role)) yield* refused;
  else for await (const each of refused) yield { ...each, message: REDACTED };
}

export function hides(name: string, role: Role, { always, fromViewers }: Hidden): boolean {
  return isHidden(name, seesEverything(role) ? always : fromViewers);
}

/** An attribute, a part of one, or one with a hidden part that nothing tells apart. */
function isHidden(name: string, names: ReadonlySet<string>): boolean {
  const lower = name.toLowerCase();
  const bare = lower.startsWith('urn:') ? lower : lower.slice(lower.indexOf('/') + 1);
  if (names.has(bare)) return true;
  for (const hidden of names) if (isPart(bare, hidden) || isPart(hidden, bare)) return true;
  return false;
}

function isPart(part: string, whole: string): boolean {
  return part.startsWith(whole) && /[.:[]/.test(part[whole.length] ?? '');
}

interface Veil {
  readonly names: ReadonlySet<string>;
  /** Grows by the texts that were hidden. */
  readonly secrets: Set<string>;
  /** Whether source records are hidden as a whole: only their own systems know what their names mean. */
  readonly recordsToo: boolean;
}

/** Members that are values of the path beside them. */
const VALUES: ReadonlySet<string> = new Set([
  'after',
  'answered',
  'asked',
  'before',
  'current',
  'value',
]);

/** Members that are maps of values by attribute name or path. */
const MAPS: ReadonlySet<string> = new Set([
  'adopts',
  'answer',
  'answered',
  'asked',
  'assumed',
  'attributes',
  'before',
  'current',
  'held',
  'inputs',
  'match',
  'seen',
  'sent',
]);

/** What went over the wire. */
const BODIES: ReadonlySet<string> = new Set(['answer', 'sent']);

function veil(value: unknown, veiling: Veil): unknown {
  if (Array.isArray(value)) return value.map((item) => veil(item, veiling));
  if (!isObject(value)) return value;
  const { path } = value;
  const covered =
    (typeof path === 'string' && isHidden(path, veiling.names)) ||
    (value.type === 'mapping' && readsHidden(value.inputs, veiling.names));
  const entries = Object.entries(value).map(([key, member]): [string, unknown] => {
    if (covered && VALUES.has(key)) {
      return [key, hide(member, veiling.secrets)];
    }
    // Bodies are in the language of their systems, as records are.
    if (BODIES.has(key) && veiling.recordsToo) return [key, REDACTED];
    if (key === 'records' && veiling.recordsToo && Array.isArray(member)) {
      return [key, member.map(withoutValues)];
    }
    return [
      key,
      MAPS.has(key) && isObject(member) ? veilMap(member, veiling) : veil(member, veiling),
    ];
  });
  return Object.fromEntries(entries);
}

function readsHidden(inputs: unknown, names: ReadonlySet<string>): boolean {
  return isObject(inputs) && Object.keys(inputs).some((name) => isHidden(name, names));
}

function veilMap(values: Record<string, unknown>, veiling: Veil, inside = ''): unknown {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => {
      const name = `${inside}${key}`;
      if (Array.isArray(value) && !isHidden(name, veiling.names)) {
        return [key, value.map((item) => veil(item, veiling))];
      }
      // Parts of a complex value are told apart by their own names.
      if (isObject(value) && !('$ref' in value)) {
        const below = `${name}${key.startsWith('urn:') ? ':' : '.'}`;
        const whole = [...veiling.names].some(
          (hidden) => hidden === name.toLowerCase() || isPart(name.toLowerCase(), hidden),
        );
        return [key, whole ? hide(value, veiling.secrets) : veilMap(value, veiling, below)];
      }
      return [key, isHidden(name, veiling.names) ? hide(value, veiling.secrets) : value];
    }),
  );
}

function withoutValues(record: unknown): unknown {
  if (!isObject(record) || !isObject(record.attributes)) return record;
  const attributes = Object.fromEntries(
    Object.keys(record.attributes).map((name) => [name, REDACTED]),
  );
  return { ...record, attributes };
}

function hide(value: unknown, secrets: Set<string>): unknown {
  for (const text of textsIn(value)) secrets.add(text);
  return REDACTED;
}

/** Members that may cite what was hidden beside them. */
const SENTENCES: ReadonlySet<string> = new Set(['message', 'remedy', 'detail']);

function isObject(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
  );
}
