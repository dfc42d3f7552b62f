/**
 * Which objects of a directory can be told as they are kept, by the names they have. There are as many
 * different lists of names as ways to have extensions: a handful, and the last ones are known to the statements.
 */

import type { NamesBeside } from '../connectors/directory/names.ts';
import type { TextForm } from '../connectors/spi/index.ts';
import type { SqlValue } from './database.ts';

const KNOWN_TO_STATEMENTS = 4;
const MOST_KNOWN = 1_000;

/** Holds for an object whose names are among those of `toldOf`. */
export const PLACES: string = Array(KNOWN_TO_STATEMENTS)
  .fill('extensions = ? and further = ?')
  .join(' or ');

type Names = readonly [extensions: string, further: string];

interface Known {
  readonly told: Map<string, boolean>;
  /** Those that were asked for last. */
  last: readonly Names[];
}

const known = new WeakMap<TextForm['names'], Known>();

/** Parameters of `PLACES`. */
export function toldOf(form: TextForm): readonly SqlValue[] {
  const { last } = knownOf(form);
  return Array.from({ length: KNOWN_TO_STATEMENTS }, (_, at) => last[at] ?? NONE).flat();
}

const NONE: readonly SqlValue[] = [null, null];

/** Whether all names of an object are answered; false where they are not known. */
export function isTold(
  { extensions, further }: { readonly [Name in keyof NamesBeside]: string | null },
  form: TextForm,
): boolean {
  if (extensions === null || further === null) return false;
  const here = knownOf(form);
  const isSame = (names: Names): boolean => names[0] === extensions && names[1] === further;
  if (here.last.some(isSame)) return true;
  const both = `${extensions} ${further}`;
  if (here.told.size >= MOST_KNOWN) here.told.clear();
  const isAnswered = here.told.get(both) ?? areAnswered(extensions, further, form);
  here.told.set(both, isAnswered);
  if (isAnswered)
    here.last = [[extensions, further], ...here.last.slice(0, KNOWN_TO_STATEMENTS - 1)];
  return isAnswered;
}

function areAnswered(extensions: string, further: string, form: TextForm): boolean {
  return (
    namesIn(extensions).every((name) => form.extensionNames.has(name)) &&
    namesIn(further).every((name) => form.names.has(name))
  );
}

function knownOf({ names }: TextForm): Known {
  const before = known.get(names);
  if (before) return before;
  const none: Known = { told: new Map(), last: [] };
  known.set(names, none);
  return none;
}

function namesIn(list: string): readonly string[] {
  return list === '' ? [] : (JSON.parse(`[${list.slice(1)}]`) as readonly string[]);
}
