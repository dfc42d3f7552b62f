import { expect, it } from 'vitest';
import { newPassword } from './password.ts';

it('has every class of characters, is never the same, and never holds the name', () => {
  const drawn = Array.from({ length: 500 }, () => newPassword('p'));
  expect(new Set(drawn).size).toBe(500);
  for (const password of drawn) {
    expect(password).toHaveLength(32);
    for (const characters of [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z\d]/])
      expect(password).toMatch(characters);
    expect(password).not.toMatch(/p/i);
  }
});
