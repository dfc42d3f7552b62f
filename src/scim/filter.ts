/** Filters (RFC 7644 §3.4.2.2): text to tree, tree to text, tree against an object. */

export { type Comparison, filterMatches } from './evaluate.ts';
export { formatFilter } from './format.ts';
export { type FilterSyntax, parseFilter } from './parse.ts';
