import { describe, expect, it } from 'vitest';
import { codeText, count, counted, duration, rate } from './words.ts';

describe('words for people', () => {
  it('tell durations in the unit that matters', () => {
    const day = 86_400_000;
    expect([7, 1500, 61_000, 3_720_000, 3 * day].map(duration)).toEqual([
      '7 ms',
      '1.5 s',
      '1 min 1 s',
      '1 h 2 min',
      '3 days',
    ]);
  });

  it('count with separators and in the right number', () => {
    expect([count(1204), counted(1, 'person', 'people'), counted(3, 'operation')]).toEqual([
      '1,204',
      '1 person',
      '3 operations',
    ]);
    expect([rate(814, 1400), rate(0, 1400)]).toEqual(['581/s', '']);
  });

  it('say what a code means, and keep the code of a connector', () => {
    expect([codeText('not-assigned'), codeText('throttled')]).toEqual([
      'not assigned to the application',
      'throttled',
    ]);
  });
});
