/**
 * Texts as they are compared: small Latin letters and digits, whatever the script or the accents. Not
 * for reading and never stored as anybody's name; two spellings of one name become one text.
 */

/** Longer texts are compared by their beginning: everything here stays linear in what is typed. */
const LONGEST_COMPARED = 96;

/** Latin letters that no decomposition takes apart. */
const LATIN: Readonly<Record<string, string>> = {
  ß: 'ss',
  ẞ: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ħ: 'h',
  ı: 'i',
  ł: 'l',
  ŋ: 'n',
  ŧ: 't',
  ə: 'a',
  ƒ: 'f',
  ĸ: 'k',
};

const CYRILLIC: Readonly<Record<string, string>> = {
  а: 'a',
  б: 'b',
  в: 'v',
  г: 'g',
  ґ: 'g',
  д: 'd',
  ђ: 'dj',
  ѓ: 'gj',
  е: 'e',
  ё: 'e',
  є: 'ye',
  ж: 'zh',
  з: 'z',
  ѕ: 'dz',
  и: 'i',
  і: 'i',
  ї: 'yi',
  й: 'y',
  ј: 'j',
  к: 'k',
  ќ: 'kj',
  л: 'l',
  љ: 'lj',
  м: 'm',
  н: 'n',
  њ: 'nj',
  о: 'o',
  п: 'p',
  р: 'r',
  с: 's',
  т: 't',
  ћ: 'c',
  у: 'u',
  ў: 'u',
  ф: 'f',
  х: 'kh',
  ц: 'ts',
  ч: 'ch',
  џ: 'dz',
  ш: 'sh',
  щ: 'shch',
  ъ: '',
  ы: 'y',
  ь: '',
  э: 'e',
  ю: 'yu',
  я: 'ya',
};

const GREEK: Readonly<Record<string, string>> = {
  α: 'a',
  β: 'v',
  γ: 'g',
  δ: 'd',
  ε: 'e',
  ζ: 'z',
  η: 'i',
  θ: 'th',
  ι: 'i',
  κ: 'k',
  λ: 'l',
  μ: 'm',
  ν: 'n',
  ξ: 'x',
  ο: 'o',
  π: 'p',
  ρ: 'r',
  σ: 's',
  ς: 's',
  τ: 't',
  υ: 'y',
  φ: 'f',
  χ: 'ch',
  ψ: 'ps',
  ω: 'o',
};

/** The national system of Georgia of 2002. */
const GEORGIAN: Readonly<Record<string, string>> = {
  ა: 'a',
  ბ: 'b',
  გ: 'g',
  დ: 'd',
  ე: 'e',
  ვ: 'v',
  ზ: 'z',
  თ: 't',
  ი: 'i',
  კ: 'k',
  ლ: 'l',
  მ: 'm',
  ნ: 'n',
  ო: 'o',
  პ: 'p',
  ჟ: 'zh',
  რ: 'r',
  ს: 's',
  ტ: 't',
  უ: 'u',
  ფ: 'p',
  ქ: 'k',
  ღ: 'gh',
  ყ: 'q',
  შ: 'sh',
  ჩ: 'ch',
  ც: 'ts',
  ძ: 'dz',
  წ: 'ts',
  ჭ: 'ch',
  ხ: 'kh',
  ჯ: 'j',
  ჰ: 'h',
};

const LETTERS: ReadonlyMap<string, string> = new Map(
  [LATIN, CYRILLIC, GREEK, GEORGIAN].flatMap((table) => Object.entries(table)),
);

/** Pairs of letters that are one sound, before their letters are taken one by one. */
const PAIRS: readonly (readonly [RegExp, string])[] = [
  [/ου/g, 'ou'],
  [/α[υύ]/g, 'av'],
  [/ε[υύ]/g, 'ev'],
  [/μπ/g, 'b'],
  [/ντ/g, 'nt'],
];

const PLAIN = /^[a-z0-9 ]*$/;
const MARKS = /\p{M}+/gu;
const NOT_PLAIN = /[^a-z0-9]+/g;
const APOSTROPHES = /['’‘ʼ`´]/g;
const GREEK_LETTER = /\p{Script=Greek}/u;

/**
 * Small Latin letters and digits, words one space apart. Letters of scripts without a table here
 * (Han, Arabic …) stay as they are, so that they are at least compared among themselves.
 */
export function folded(text: string): string {
  const small = text.slice(0, LONGEST_COMPARED).toLowerCase();
  if (PLAIN.test(small)) return small.replace(/ +/g, ' ').trim();
  let known = small;
  if (GREEK_LETTER.test(small)) {
    known = small.normalize('NFC').replaceAll('ού', 'ου');
    for (const [pair, sound] of PAIRS) known = known.replace(pair, sound);
  }
  // й is a letter of its own although it decomposes; the others lose their marks first.
  const bare = known
    .normalize('NFC')
    .replaceAll('й', 'y')
    .replaceAll('ї', 'yi')
    .normalize('NFKD')
    .replace(MARKS, '')
    .toLowerCase()
    .replace(APOSTROPHES, '');
  let result = '';
  for (const letter of bare) result += LETTERS.get(letter) ?? letter;
  const latin = result.replace(NOT_PLAIN, (others) =>
    [...others].map((letter) => (/[\p{L}\p{N}]/u.test(letter) ? letter : ' ')).join(''),
  );
  return latin.replace(/ +/g, ' ').trim().slice(0, LONGEST_COMPARED).trim();
}

/** Letters and digits alone: an identifier, whatever separates its parts. */
export function compact(text: string): string {
  return folded(text).replaceAll(' ', '');
}
