/** The protocol as one application speaks it, and what is written there unless told otherwise. */

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import type { z } from 'zod';
import type { Problem, Result } from '../../identity/problem.ts';
import type { ObjectKind } from '../../identity/record.ts';
import { ConnectorError, type DefaultRow, type WriteDefaults } from '../spi/index.ts';
import { RFC_ATTRIBUTES } from './attributes.ts';
import { type Profile, profileSchema } from './profile.ts';
import { isObject } from './translate.ts';

/** Without a profile the generic one holds: whoever keeps to the RFCs. */
const GENERIC = path.resolve(import.meta.dirname, '../../../profiles/rfc.yaml');

/**
 * @param overrides Of the profile's facts, by the same names; lists are replaced as a whole.
 * @throws ConnectorError `profile-invalid`, naming every field.
 */
export function dialectOf(profile: unknown, overrides: Readonly<Record<string, unknown>>): Profile {
  const parsed = profileSchema.safeParse(overlaid(profile ?? generic(), overrides));
  if (parsed.success) return parsed.data;
  const message = problemsOf(parsed.error).map((problem) => problem.message);
  throw new ConnectorError('invalid', message.join('; '), {
    code: 'profile-invalid',
    remedy: 'Correct the profile, or options.overrides.',
    general: true,
  });
}

/** What the profile settles in advance for each kind. */
export function writeDefaultsOf(
  profile?: unknown,
): Result<Readonly<Record<ObjectKind, WriteDefaults>>> {
  const parsed = profileSchema.safeParse(profile ?? generic());
  if (!parsed.success) return { ok: false, problems: problemsOf(parsed.error) };
  return {
    ok: true,
    value: Object.fromEntries(
      Object.entries(parsed.data.write).map(([kind, write]) => [
        kind,
        {
          ...defaultsOf(kind, write),
          ...(kind === 'group' && { nested: parsed.data.groups.nested }),
        },
      ]),
    ),
  };
}

function defaultsOf(kind: ObjectKind, write: Profile['write'][string]): WriteDefaults {
  return {
    map: Object.fromEntries(Object.entries(write.map).map(([name, row]) => [name, rowOf(row)])),
    match: write.match,
    required: write.required,
    do: write.do,
    leave: write.leave,
    ...(write.scope !== undefined && { scope: write.scope }),
    guard: guardOf(write.guard),
    attributes: RFC_ATTRIBUTES[kind] ?? [],
  };
}

function guardOf(guard: Profile['write'][string]['guard']): NonNullable<WriteDefaults['guard']> {
  return Object.fromEntries(
    Object.entries(guard).map(([action, limit]) => [
      action,
      {
        ...(limit?.share !== undefined && { share: limit.share }),
        ...(limit?.count !== undefined && { count: limit.count }),
      },
    ]),
  );
}

function rowOf(row: Profile['write'][string]['map'][string]): DefaultRow {
  if (typeof row === 'string') return { expression: row };
  return {
    expression: row.value,
    ...(row.default !== undefined && { default: row.default }),
    ...(row.when !== undefined && { when: row.when }),
    ...(row.onNull !== undefined && { onNull: row.onNull }),
  };
}

function generic(): unknown {
  return parse(readFileSync(GENERIC, 'utf8'));
}

function overlaid(below: unknown, above: unknown): unknown {
  if (!isObject(below) || !isObject(above)) return above;
  const names = new Set([...Object.keys(below), ...Object.keys(above)]);
  return Object.fromEntries(
    [...names].map((name) => [
      name,
      Object.hasOwn(above, name) ? overlaid(below[name], above[name]) : below[name],
    ]),
  );
}

function problemsOf(error: z.ZodError): readonly Problem[] {
  return error.issues.map((issue) => ({
    code: 'profile-invalid',
    severity: 'error',
    message: `${issue.path.join('.') || 'the profile'}: ${issue.message}`,
    remedy: 'See docs/profiles.md for the fields of a profile.',
  }));
}
