/** A first password, for accounts that are made without one: nobody is told, nothing keeps it. */

import { randomInt } from 'node:crypto';

const CLASSES = [
  'abcdefghijkmnopqrstuvwxyz',
  'ABCDEFGHJKLMNPQRSTUVWXYZ',
  '23456789',
  '!#$%&*+-=?@_~',
] as const;
const LENGTH = 32;

/**
 * One of each class of characters, as every tenant's policy demands.
 *
 * @param name Of the account: no password may hold it, not even by chance.
 */
export function newPassword(name: string): string {
  for (;;) {
    const password = shuffled();
    if (name === '' || !password.toLowerCase().includes(name.toLowerCase())) return password;
  }
}

function shuffled(): string {
  const all = CLASSES.join('');
  const characters = CLASSES.map(drawn);
  while (characters.length < LENGTH) characters.push(drawn(all));
  for (let last = characters.length - 1; last > 0; last--) {
    const other = randomInt(last + 1);
    const [one = '', two = ''] = [characters[last], characters[other]];
    characters[last] = two;
    characters[other] = one;
  }
  return characters.join('');
}

function drawn(characters: string): string {
  return characters.charAt(randomInt(characters.length));
}
