/** Columns that fit the terminal: as wide as their content, the last shortened where it must be. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: the sequences of SGR begin with ESC
const COLOUR = /(\u001B\[\d+m)/g;

export interface TableOptions {
  /** Columns of the terminal. */
  readonly width: number;
  /** Columns with numbers, by index. */
  readonly right?: readonly number[];
  readonly indent?: number;
}

/** Lines of a table; cells may be coloured. */
export function tableLines(
  rows: readonly (readonly string[])[],
  { width, right = [], indent = 2 }: TableOptions,
): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, visibleLength(cell));
    });
  }
  return rows.map((row) => {
    const cells = row.map((cell, index) => {
      const padding = ' '.repeat(Math.max(0, (widths[index] ?? 0) - visibleLength(cell)));
      return right.includes(index) ? padding + cell : cell + padding;
    });
    return shortened(`${' '.repeat(indent)}${cells.join('  ')}`.trimEnd(), width);
  });
}

export function visibleLength(text: string): number {
  return text.replaceAll(COLOUR, '').length;
}

/** Cut to a width with an ellipsis; colours are closed. */
export function shortened(text: string, width: number): string {
  if (visibleLength(text) <= width) return text;
  let seen = 0;
  let kept = '';
  let coloured = false;
  for (const part of text.split(COLOUR)) {
    if (part.startsWith('\u001B')) {
      kept += part;
      coloured = true;
      continue;
    }
    const room = Math.max(0, width - 1 - seen);
    kept += part.slice(0, room);
    seen += Math.min(part.length, room);
    if (part.length > room) break;
  }
  return `${kept}…${coloured ? '\u001B[0m' : ''}`;
}
