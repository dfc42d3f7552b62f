/** How far two texts are apart. All compare at most 48 characters, so their cost is bounded. */

const LONGEST = 48;

/** Jaro's similarity with Winkler's bonus for a common beginning; 0 to 1. */
export function jaroWinkler(left: string, right: string): number {
  const a = left.slice(0, LONGEST);
  const b = right.slice(0, LONGEST);
  if (a === b) return 1;
  if (a === '' || b === '') return 0;
  const reach = Math.max(0, Math.floor(Math.max(a.length, b.length) / 2) - 1);
  const taken = new Uint8Array(b.length);
  const matched = new Uint8Array(a.length);
  let matches = 0;
  for (let i = 0; i < a.length; i++) {
    const end = Math.min(b.length - 1, i + reach);
    for (let j = Math.max(0, i - reach); j <= end; j++) {
      if (taken[j] === 1 || a.charCodeAt(i) !== b.charCodeAt(j)) continue;
      taken[j] = 1;
      matched[i] = 1;
      matches++;
      break;
    }
  }
  if (matches === 0) return 0;
  let moved = 0;
  for (let i = 0, j = 0; i < a.length; i++) {
    if (matched[i] === 0) continue;
    while (taken[j] === 0) j++;
    if (a.charCodeAt(i) !== b.charCodeAt(j)) moved++;
    j++;
  }
  const jaro = (matches / a.length + matches / b.length + (matches - moved / 2) / matches) / 3;
  let common = 0;
  while (common < 4 && common < a.length && a[common] === b[common]) common++;
  return jaro + common * 0.1 * (1 - jaro);
}

/**
 * Edits between two texts: letters left out, put in, changed, or two neighbours exchanged (optimal
 * string alignment).
 *
 * @param most Beyond it only that it is beyond: the answer is then `most + 1`.
 */
export function editDistance(left: string, right: string, most: number): number {
  const a = left.slice(0, LONGEST);
  const b = right.slice(0, LONGEST);
  if (a === b) return 0;
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let older: number[] = [];
  let before = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a.charCodeAt(i - 1) === b.charCodeAt(j - 1);
      let edits = Math.min(
        (before[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + 1,
        (before[j - 1] ?? 0) + (same ? 0 : 1),
      );
      const exchanged =
        i > 1 &&
        j > 1 &&
        a.charCodeAt(i - 1) === b.charCodeAt(j - 2) &&
        a.charCodeAt(i - 2) === b.charCodeAt(j - 1);
      if (exchanged) edits = Math.min(edits, (older[j - 2] ?? 0) + 1);
      row.push(edits);
      if (edits < least) least = edits;
    }
    if (least > most) return most + 1;
    older = before;
    before = row;
  }
  return Math.min(before[b.length] ?? 0, most + 1);
}

/** Dice's coefficient over the three-letter pieces of two texts; 0 to 1. */
export function trigramSimilarity(left: ReadonlySet<string>, right: ReadonlySet<string>): number {
  if (left.size + right.size === 0) return 1;
  let common = 0;
  for (const piece of left) if (right.has(piece)) common++;
  return (2 * common) / (left.size + right.size);
}

/** The three-letter pieces of a text, its ends included. */
export function trigrams(text: string): ReadonlySet<string> {
  const padded = text === '' ? '' : `  ${text.slice(0, 2 * LONGEST)} `;
  const pieces = new Set<string>();
  for (let at = 0; at + 3 <= padded.length; at++) pieces.add(padded.slice(at, at + 3));
  return pieces;
}
