/** `$search`: `"property:text"` joined by `AND` and `OR`, words on names, prefixes elsewhere. */

import { badRequest } from '../failure.ts';

type Test = (read: (name: string) => unknown) => boolean;

const TOKENIZED = new Set(['displayName', 'description']);

export function searchTest(search: string): Test {
  const alternatives = search.split(/\s+OR\s+/).map((part) => part.split(/\s+AND\s+/).map(clause));
  return (read) => alternatives.some((clauses) => clauses.every((test) => test(read)));
}

function clause(text: string): Test {
  const match = /^\(*"(\w+):([^"]+)"\)*$/.exec(text.trim());
  const [, property, wanted] = match ?? [];
  if (property === undefined || wanted === undefined)
    throw badRequest(`Syntax error: clause '${text}' is not of the form "property:text".`);
  const sought = wanted.toLowerCase();
  return (read) => {
    const value = read(property);
    if (typeof value !== 'string') return false;
    const held = value.toLowerCase();
    if (!TOKENIZED.has(property)) return held.startsWith(sought);
    const words = held.split(/[^\p{L}\p{N}]+/u);
    return sought.split(/\s+/).every((each) => words.some((word) => word.startsWith(each)));
  };
}
