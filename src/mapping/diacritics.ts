/**
 * Accented Latin letters to their base letters, by the table Entra documents. German is not
 * transliterated: `ü` becomes `u`. What the table does not have stays.
 */

/** Base letters and the letters in composed form that become them. */
const TABLE: Readonly<Record<string, string>> = {
  a: 'äàâãåáąăāǟǡ',
  ae: 'æǣ',
  c: 'çčć',
  d: 'ďḏ',
  e: 'ëèéêęěėēḗḕ',
  g: 'ğḡ',
  i: 'ïîìíıī',
  l: 'ľłḹḻ',
  n: 'ñńňṉ',
  o: 'öòőõôóōṓṑȫǭȭȱ',
  oe: 'ø',
  r: 'řṟṝ',
  s: 'śšșş',
  ss: 'ß',
  t: 'ťțṯ',
  u: 'üùûúůűūǖṻ',
  y: 'ÿýȳ',
  z: 'źžżẕ',
};

/** Letters that are in the table only with a macron, which has no composed form. */
const WITH_MACRON: Readonly<Record<string, string>> = {
  œ: 'oe',
  Œ: 'OE',
  ṳ: 'u',
  Ṳ: 'U',
};

const MACRON = '\u0304';
const MARK = /[\u0300-\u036f]/;
const LATIN = /\p{Script=Latin}/u;
const NOT_ASCII = /\P{ASCII}/u;

const BASE: ReadonlyMap<string, string> = new Map(
  Object.entries(TABLE).flatMap(([base, letters]) =>
    [...letters.normalize('NFC')].flatMap((letter): [string, string][] => {
      const capital = letter.toUpperCase();
      // The capital of dotless i is the plain I, that of ß two letters.
      return [...capital].length > 1 || capital <= '\u007f'
        ? [[letter, base]]
        : [
            [letter, base],
            [capital, base.toUpperCase()],
          ];
    }),
  ),
).set('İ', 'I');

export function withoutDiacritics(text: string): string {
  if (!NOT_ASCII.test(text)) return text;
  const letters = [...text.normalize('NFC')];
  let result = '';
  let afterLatin = false;
  letters.forEach((letter, index) => {
    // Marks of other scripts are part of the letter; dropping them would change the word.
    if (afterLatin && MARK.test(letter)) return;
    const special = letters[index + 1] === MACRON ? WITH_MACRON[letter] : undefined;
    result += special ?? BASE.get(letter) ?? letter;
    afterLatin = LATIN.test(letter);
  });
  return result;
}
