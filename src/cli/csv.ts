/**
 * Lines of a CSV file (RFC 4180) that a spreadsheet may open: a cell that it would take for a formula
 * begins with an apostrophe, which it shows as text. https://owasp.org/www-community/attacks/CSV_Injection
 */

/** What begins a formula, also behind blanks, and in the full width of East Asian keyboards. */
const FORMULA = /^\s*[=+\-@＝＋－＠\t\r\n]/;

const NUMBER = /^-?\d+(\.\d+)?$/;

/** @param raw As it is: for programs only. */
export function csvLine(cells: readonly string[], raw = false): string {
  return cells.map((cell) => quoted(raw ? cell : harmless(cell))).join(',');
}

function harmless(cell: string): string {
  return FORMULA.test(cell) && !NUMBER.test(cell) ? `'${cell}` : cell;
}

function quoted(cell: string): string {
  return /[",;\r\n\t]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
