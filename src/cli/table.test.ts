import { describe, expect, it } from 'vitest';
import { shortened, tableLines } from './table.ts';

describe('a table', () => {
  it('lines up its columns, numbers to the right', () => {
    const rows = [
      ['created', '12', 'in Ramp'],
      ['updated', '1,204', ''],
    ];
    expect(tableLines(rows, { width: 80, right: [1] })).toEqual([
      '  created     12  in Ramp',
      '  updated  1,204',
    ]);
  });

  it('is cut where the terminal ends, and leaves no colour behind', () => {
    expect(tableLines([['one', '\u001B[31mtwo three\u001B[39m']], { width: 12 })).toEqual([
      '  one  \u001B[31mtwo …\u001B[0m',
    ]);
  });

  it('does not count colours as width', () => {
    expect(shortened('\u001B[32mgreen\u001B[39m', 5)).toBe('\u001B[32mgreen\u001B[39m');
  });
});
