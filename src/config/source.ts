/** A YAML document as plain data that remembers where everything stood. */

import { isMap, isScalar, LineCounter, type Node, type Pair, parseDocument, Scalar } from 'yaml';
import type { Place, Problem, Result } from '../identity/problem.ts';

export type Path = readonly PropertyKey[];

export interface Source {
  readonly data: unknown;
  has(path: Path): boolean;
  isText(path: Path): boolean;
  /** Where the value at a path begins; the nearest thing around it when there is none. */
  place(path: Path): Place;
  /** Where the key at the end of a path is written. */
  keyPlace(path: Path): Place;
  /** From a position inside the text at a path, an expression say, to its position in the file. */
  placeWithin(path: Path, line: number, column: number): Place;
}

/** @param file As people should see it in front of a problem. */
export function parseSource(text: string, file: string): Result<Source> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const problems = document.errors.map(({ code, message, pos }): Problem => {
    const twice = code === 'DUPLICATE_KEY';
    return {
      code: twice ? 'duplicate-key' : 'yaml-syntax',
      severity: 'error',
      message: twice ? 'this key occurs twice in the same block' : message,
      remedy: twice
        ? 'keep one; an attribute has one mapping'
        : 'indent with spaces, and quote texts that contain ": " or begin with [ { * & ! % @',
      place: at(pos[0]),
    };
  });
  if (problems.length > 0) return { ok: false, problems };

  const root = document.contents ?? undefined;
  return {
    ok: true,
    value: {
      data: document.toJS({ maxAliasCount: 100 }) as unknown,
      has: (path) => document.hasIn(path),
      isText: (path) => typeof document.getIn(path) === 'string',
      place: (path) => at(nearest(root, path).node?.range?.[0] ?? 0),
      keyPlace: (path) => {
        const { pair, node } = nearest(root, path);
        const key = pair?.key as Node | undefined;
        return at(key?.range?.[0] ?? node?.range?.[0] ?? 0);
      },
      placeWithin: (path, line, column) => {
        const { node } = nearest(root, path);
        if (!isScalar(node) || typeof node.value !== 'string') return at(node?.range?.[0] ?? 0);
        return at(offsetWithin(node, text, indexOf(node.value, line, column)));
      },
    },
  };
}

function nearest(
  root: Node | undefined,
  path: Path,
): { readonly node: Node | undefined; readonly pair: Pair | undefined } {
  let node = root;
  let pair: Pair | undefined;
  for (const key of path) {
    let next: unknown;
    if (isMap(node)) {
      const found = node.items.find(
        (item) => isScalar(item.key) && String(item.key.value) === String(key),
      );
      if (found === undefined) break;
      pair = found;
      // A key without a value is still the best place to point at.
      next = found.value ?? found.key;
    } else if (node !== undefined && 'get' in node) {
      next = (node as { get(key: unknown, keep: true): unknown }).get(key, true);
    }
    if (next === undefined || next === null) break;
    node = next as Node;
  }
  return { node, pair };
}

function indexOf(text: string, line: number, column: number): number {
  let start = 0;
  for (let skipped = 1; skipped < line; skipped++) {
    const end = text.indexOf('\n', start);
    if (end === -1) break;
    start = end + 1;
  }
  return start + column - 1;
}

/** Escapes of double-quoted scalars that are longer than a backslash and a letter (YAML 1.2 §5.7). */
const ESCAPE_LENGTH: Readonly<Record<string, number>> = { x: 4, u: 6, U: 10 };

/** Where the character at `index` of a scalar's value stands in the file. */
function offsetWithin(node: Scalar, text: string, index: number): number {
  const value = String(node.value);
  const [start, end] = node.range ?? [0, 0];
  const quoted = node.type === Scalar.QUOTE_DOUBLE || node.type === Scalar.QUOTE_SINGLE;
  const block = node.type === Scalar.BLOCK_FOLDED || node.type === Scalar.BLOCK_LITERAL;
  let offset = quoted ? start + 1 : block ? text.indexOf('\n', start) + 1 : start;
  for (let i = 0; offset < end; i++) {
    // Indentation and folded line ends are in the file, but not in the value.
    while (offset < end && /\s/.test(text.charAt(offset)) && text[offset] !== value[i]) offset++;
    if (i >= index) break;
    const escaped = text[offset] === '\\' ? text.charAt(offset + 1) : undefined;
    if (node.type === Scalar.QUOTE_DOUBLE && escaped !== undefined) {
      offset += ESCAPE_LENGTH[escaped] ?? 2;
    } else if (node.type === Scalar.QUOTE_SINGLE && text.startsWith("''", offset)) {
      offset += 2;
    } else {
      // A folded line end is one space in the value.
      offset++;
    }
  }
  return Math.min(offset, Math.max(start, end - 1));
}
