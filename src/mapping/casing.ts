/** Capitals one character at a time, as .NET has them: `ß` stays `ß`, whatever the culture. */

import { ExpressionError } from './failure.ts';

export type Casing = (text: string) => string;

const NOT_ASCII = /\P{ASCII}/u;

export const lower: Casing = (text) =>
  NOT_ASCII.test(text) ? oneToOne(text, (char) => char.toLowerCase()) : text.toLowerCase();

export const upper: Casing = (text) =>
  NOT_ASCII.test(text) ? oneToOne(text, (char) => char.toUpperCase()) : text.toUpperCase();

/** @throws ExpressionError of class `range` for a culture that is none. */
export function lowerIn(culture: string, offset: number): Casing {
  const locale = localeOf(culture, offset);
  if (locale === undefined) return lower;
  return (text) => oneToOne(text, (char) => char.toLocaleLowerCase(locale));
}

export function upperIn(culture: string, offset: number): Casing {
  const locale = localeOf(culture, offset);
  if (locale === undefined) return upper;
  return (text) => oneToOne(text, (char) => char.toLocaleUpperCase(locale));
}

function localeOf(culture: string, offset: number): string | undefined {
  const name = culture.trim();
  if (name === '') return undefined;
  try {
    return Intl.getCanonicalLocales(name)[0];
  } catch {
    throw new ExpressionError(
      'range',
      `${JSON.stringify(name.slice(0, 40))} is not the name of a culture`,
      offset,
      'write it like "tr-TR"',
    );
  }
}

/** Where the other case of a character is several characters, the character stays. */
function oneToOne(text: string, other: (char: string) => string): string {
  let result = '';
  for (const char of text) {
    const changed = other(char);
    result += changed.length === char.length ? changed : char;
  }
  return result;
}

/** White space, control and format characters, punctuation and symbols: what starts a word. */
const SEPARATOR = /[\s\p{Z}\p{Cc}\p{Cf}\p{P}\p{S}]/u;

/** Everything in lower case, the first character of each word in upper case. */
export function properCase(text: string, separators: string | undefined): string {
  const own = separators === undefined ? undefined : new Set(separators);
  let result = '';
  let first = true;
  for (const char of lower(text)) {
    result += first ? upper(char) : char;
    first = own ? own.has(char) : SEPARATOR.test(char);
  }
  return result;
}
