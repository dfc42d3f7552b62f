/**
 * Spellings of one sound, across the languages that names come from: `Mueller` and `Müller`, `Meier`
 * and `Mayr`, `Schmidt` and `Schmitt`, `Yuliya` and `Julia`, `Phillips` and `Filips`.
 */

/** In this order; each acts on what the ones before left. All are of bounded length, so linear. */
const SPELLINGS: readonly (readonly [RegExp, string])[] = [
  [/ae/g, 'a'],
  [/oe/g, 'o'],
  [/ue/g, 'u'],
  [/aa/g, 'a'],
  [/shch|schtsch/g, 'sh'],
  [/tsch|tch|cz|tj/g, 'ch'],
  [/sch|sz/g, 'sh'],
  [/zh/g, 'j'],
  [/kh|gh/g, 'h'],
  [/ph/g, 'f'],
  [/th|dt/g, 't'],
  [/tz|ts/g, 'z'],
  [/ck|q/g, 'k'],
  [/x/g, 'ks'],
  [/c(?=[eiy])/g, 's'],
  [/c(?!h)/g, 'k'],
  [/w/g, 'v'],
  [/[ae][iy](?!$)/g, 'ai'],
  [/[ae][iy]$/g, 'i'],
  [/iy|ij|yj|yy|iu(?=m)/g, 'i'],
  [/[yij](?=[aou])/g, 'j'],
  [/y/g, 'i'],
  [/e(?=r$|l$|n$)/g, ''],
];

const DOUBLE = /(.)\1+/g;

/** One word, folded, as it sounds. */
export function spelled(word: string): string {
  let sound = word;
  for (const [spelling, same] of SPELLINGS) sound = sound.replace(spelling, same);
  return sound.replace(DOUBLE, '$1');
}

const CLASSES: Readonly<Record<string, string>> = {
  b: 'b',
  p: 'b',
  f: 'f',
  v: 'f',
  d: 't',
  t: 't',
  g: 'k',
  k: 'k',
  l: 'l',
  m: 'm',
  n: 'm',
  r: 'r',
  s: 's',
  z: 's',
  j: 'j',
};

const LONGEST_SOUND = 5;

/**
 * The consonants of a word by where they are spoken, at most five: what two people write who hear
 * the same name. A word of another script is its own sound.
 */
export function sound(word: string): string {
  const text = spelled(word);
  let result = '';
  let last = '';
  for (const letter of text) {
    const spoken = letter === 'h' || letter === 'c' ? 's' : CLASSES[letter];
    if (spoken === undefined) {
      // What begins with a vowel is kept apart from what begins with a consonant.
      if (result === '') result = letter > 'z' ? letter : 'a';
      last = '';
      continue;
    }
    if (spoken !== last) result += spoken;
    last = spoken;
    if (result.length >= LONGEST_SOUND) break;
  }
  return result;
}
