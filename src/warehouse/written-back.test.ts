import { expect, it } from 'vitest';
import type { Attributes } from '../identity/record.ts';
import { UNSURE } from './subject.ts';
import { asAsked } from './written-back.ts';

function state(asked: Attributes, answered: Attributes) {
  return { asked: JSON.stringify(asked), answered: JSON.stringify(answered), deleted: false };
}

it('reads what a system made of a value as the value, as long as it holds its own answer', () => {
  const account = state({ nickName: 'Ada.Lovelace' }, { nickName: 'ada.lovelace' });
  expect(asAsked({ nickName: 'ada.lovelace', title: 'Dr' }, account)).toEqual({
    nickName: 'Ada.Lovelace',
    title: 'Dr',
  });
  expect(asAsked({ nickName: 'ada' }, account)).toEqual({ nickName: 'ada' });
});

it('finds the value where it stands', () => {
  const path = 'emails[type eq "work"].value';
  const emails = (work: string) => ({
    emails: [
      { type: 'work', value: work },
      { type: 'home', value: 'ADA' },
    ],
  });
  expect(asAsked(emails('ada'), state({ [path]: 'ADA' }, { [path]: 'ada' }))).toEqual(
    emails('ADA'),
  );
});

it.each([
  ['was dropped', { title: 'Dr' }, {}],
  ['was to be cleared', { title: [] }, { title: 'None' }],
  ['may or may not have been asked', { title: UNSURE }, { title: 'None' }],
  ['was kept', { title: 'None' }, { title: 'None' }],
])('reads what is there where a value %s', (_, asked: Attributes, answered: Attributes) => {
  const held = { title: 'None' };
  expect(asAsked(held, state(asked, answered))).toEqual(held);
});
