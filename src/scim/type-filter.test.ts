import { expect, it } from 'vitest';
import { formatFilter, parseFilter } from './filter.ts';
import { filterForType } from './type-filter.ts';

function left(text: string, name: string): string | boolean {
  const parsed = parseFilter(text);
  if (!parsed.ok) throw new Error(text);
  const filter = filterForType(parsed.value, name);
  return typeof filter === 'boolean' ? filter : formatFilter(filter);
}

it.each<[string, string | boolean, string | boolean]>([
  ['meta.resourceType eq "User"', true, false],
  ['META.resourcetype ne "User"', false, true],
  ['meta.resourceType eq "user"', false, false],
  ['meta.resourceType pr', true, true],
  ['not (meta.resourceType eq "User")', false, true],
  ['meta.resourceType eq "User" or meta.resourceType eq "Group"', true, true],
  ['meta.resourceType eq "User" and title pr', 'title pr', false],
  ['meta.resourceType eq "User" or title pr', true, 'title pr'],
  ['meta[resourceType eq "User" and created pr]', 'meta.created pr', false],
  ['title pr and userName pr', 'title pr and userName pr', 'title pr and userName pr'],
])('%s', (text, ofUsers, ofGroups) => {
  expect([left(text, 'User'), left(text, 'Group')]).toEqual([ofUsers, ofGroups]);
});
