import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { compileMapping } from '../../mapping/compile.ts';
import type { MappingRow } from '../../mapping/mapping.ts';
import { parsePath } from '../../scim/path.ts';
import { type Profile, profileSchema } from './profile.ts';

const folder = path.resolve(import.meta.dirname, '../../../profiles');
const files = globSync('*.yaml', { cwd: folder }).sort();
const FACTS_OF_THE_PROFILE_ITSELF = new Set(['name', 'title', 'verifiedOn', 'evidence']);

function documentOf(file: string): Record<string, unknown> {
  return parse(readFileSync(path.join(folder, file), 'utf8'));
}

describe.each(files)('%s', (file) => {
  const document = documentOf(file);
  const profile: Profile = profileSchema.parse(document);

  it('is named as its file', () => {
    expect(`${profile.name}.yaml`).toBe(file);
  });

  it('says of every fact how sure it is, and of nothing else', () => {
    const marked = Object.values(profile.evidence).flat();
    const unmarked = Object.keys(document).filter(
      (name) =>
        !FACTS_OF_THE_PROFILE_ITSELF.has(name) &&
        !marked.some((mark) => mark === name || mark.startsWith(`${name}.`)),
    );
    const empty = marked.filter((mark) => !leadsSomewhere(document, mark.split('.')));
    expect({ unmarked, empty, twice: marked.length - new Set(marked).size }).toEqual({
      unmarked: [],
      empty: [],
      twice: 0,
    });
  });

  it('names only paths that can be read', () => {
    const unreadable = pathsIn(profile).filter((text) => !parsePath(text).ok);
    expect(unreadable).toEqual([]);
  });

  it('has expressions that compile', () => {
    for (const { map } of [...Object.values(profile.write), ...Object.values(profile.variants)]) {
      const compiled = compileMapping(Object.entries(map).map(rowOf));
      expect(compiled.ok ? [] : compiled.problems).toEqual([]);
    }
  });

  it('supplies what it matches by and what it requires', () => {
    for (const { match, required, map } of Object.values(profile.write))
      expect(Object.keys(map)).toEqual(expect.arrayContaining([...match, ...required]));
  });

  it('does what its leaver rule asks for', () => {
    for (const { leave, do: allowed } of Object.values(profile.write))
      if (leave !== 'keep') expect(allowed).toContain(leave);
  });
});

function rowOf([path, row]: [string, Profile['write'][string]['map'][string]]): MappingRow {
  if (typeof row === 'string') return { path, expression: row, when: 'always', onNull: 'clear' };
  const { value, default: otherwise, when = 'always', onNull = 'clear' } = row;
  return {
    path,
    expression: value,
    when,
    onNull,
    ...(otherwise !== undefined && { default: otherwise }),
  };
}

/** Lists of named things are gone into by `name` or `path`. */
function leadsSomewhere(value: unknown, [first, ...rest]: readonly string[]): boolean {
  if (first === undefined) return true;
  if (Array.isArray(value))
    return value.some((one) => [one.name, one.path].includes(first) && leadsSomewhere(one, rest));
  if (typeof value !== 'object' || value === null || !(first in value)) return false;
  return leadsSomewhere(new Map(Object.entries(value)).get(first), rest);
}

function pathsIn(profile: Profile): readonly string[] {
  return [
    profile.enabledPath,
    ...profile.uniquePaths,
    ...profile.pendingPaths,
    ...Object.values(profile.filter.paths ?? {}).flat(),
    ...Object.values(profile.attributes).flatMap((rules) => rules.map((rule) => rule.path)),
    ...Object.values(profile.variants).flatMap(({ map }) => Object.keys(map)),
    ...Object.values(profile.write).flatMap((write) => [
      ...write.match,
      ...write.required,
      ...Object.keys(write.map),
      ...write.referenceRules.flatMap((rule) => [rule.path, rule.attribute]),
    ]),
  ];
}
