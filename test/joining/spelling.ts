/** How names are written where their letters are missing: by a passport's rules, or by anybody's. */

import type { Chance } from '../faults/chance.ts';

const GERMAN: Readonly<Record<string, string>> = {
  ä: 'ae',
  ö: 'oe',
  ü: 'ue',
  ß: 'ss',
  å: 'aa',
  æ: 'ae',
  ø: 'oe',
};

/** Several customs for one letter. */
const LETTERS: Readonly<Record<string, readonly string[]>> = {
  а: ['a'],
  б: ['b'],
  в: ['v', 'w'],
  г: ['g'],
  д: ['d'],
  е: ['e'],
  ё: ['e', 'yo'],
  ж: ['zh', 'j'],
  з: ['z', 's'],
  и: ['i'],
  й: ['y', 'i', 'j'],
  к: ['k'],
  л: ['l'],
  м: ['m'],
  н: ['n'],
  о: ['o'],
  п: ['p'],
  р: ['r'],
  с: ['s'],
  т: ['t'],
  у: ['u'],
  ф: ['f'],
  х: ['kh', 'h'],
  ц: ['ts', 'tz'],
  ч: ['ch', 'tsch'],
  ш: ['sh', 'sch'],
  щ: ['shch', 'sch'],
  ъ: [''],
  ы: ['y'],
  ь: [''],
  э: ['e'],
  ю: ['yu', 'ju', 'iu'],
  я: ['ya', 'ja', 'ia'],
  α: ['a'],
  β: ['v', 'b'],
  γ: ['g'],
  δ: ['d'],
  ε: ['e'],
  ζ: ['z'],
  η: ['i'],
  θ: ['th'],
  ι: ['i'],
  κ: ['k', 'c'],
  λ: ['l'],
  μ: ['m'],
  ν: ['n'],
  ξ: ['x'],
  ο: ['o'],
  π: ['p'],
  ρ: ['r'],
  σ: ['s'],
  ς: ['s'],
  τ: ['t'],
  υ: ['y', 'i'],
  φ: ['f', 'ph'],
  χ: ['ch', 'h'],
  ψ: ['ps'],
  ω: ['o'],
};

const LATIN: Readonly<Record<string, string>> = { ß: 'ss', ł: 'l', ø: 'o', æ: 'ae', đ: 'd' };

/** The way of whoever writes it: `Müller` as `Mueller`, `Юлия` as `Yulia`, `Julija`, `Iuliia`. */
export function transliterated(name: string, chance: Chance): string {
  // One hand keeps to one custom.
  const custom = chance.below(3);
  return spelled(name, (letter) => GERMAN[letter] ?? foreign(letter, custom));
}

/** The way of software: marks off. */
export function unaccented(name: string): string {
  return spelled(name, (letter) => LATIN[letter] ?? foreign(letter, 0));
}

function foreign(letter: string, custom: number): string | undefined {
  const customs = LETTERS[letter];
  return customs?.[custom % customs.length];
}

function spelled(name: string, spell: (letter: string) => string | undefined): string {
  const letters = [...name.normalize('NFC').replaceAll('ου', 'oυ')].map((letter) => {
    const small = letter.toLowerCase();
    const bare = small.normalize('NFD').replace(/\p{M}/gu, '');
    const text = spell(small) ?? spell(bare) ?? bare;
    return letter === small ? text : text.charAt(0).toUpperCase() + text.slice(1);
  });
  return letters.join('');
}
