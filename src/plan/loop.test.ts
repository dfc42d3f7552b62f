import { expect, it } from 'vitest';
import { withoutLoops } from './loop.ts';

const write = (path: string, after: string) => ({ path, after });

it('writes on what a person changes there and back', () => {
  const lately = [
    write('title', 'A'),
    write('title', 'B'),
    write('title', 'A'),
    write('title', 'B'),
  ];
  expect(withoutLoops([write('title', 'A')], lately)).toEqual({
    changes: [write('title', 'A')],
    loops: [],
  });
});

it('does not write the same value a fourth time within a day, and whatever else it writes', () => {
  const lately = ['A', 'B', 'A', 'B', 'A'].map((value) => write('title', value));
  expect(withoutLoops([write('title', 'A'), write('nickName', 'A')], lately)).toEqual({
    changes: [write('nickName', 'A')],
    loops: ['title'],
  });
});

it('does not write an eleventh value of one path within a day', () => {
  const lately = [...'abcdefghij'].map((value) => write('title', value));
  expect(withoutLoops([write('title', 'k')], lately)).toEqual({ changes: [], loops: ['title'] });
});
