/**
 * The advanced-query rule: which filters and orders work by default, which only with the header
 * `ConsistencyLevel: eventual` and `$count=true`, and which never. Decided from the contract data.
 */

import { contractFile, navigationOf, propertiesOf } from '../contract.ts';
import { unsupportedQuery } from '../failure.ts';
import type { Switches } from '../settings.ts';
import type { Filter } from './filter.ts';
import { unknownProperty } from './shape.ts';

/** Default; advanced only; only without the advanced parameters; never. */
type Code = 'D' | 'A' | 'O' | 'N';
type Codes = Readonly<Record<string, Code>>;

const support: {
  readonly filter: Readonly<Record<string, Readonly<Record<string, Codes>>>>;
  readonly collectionCount: Readonly<Record<string, Readonly<Record<string, Codes>>>>;
  readonly userExtensions: Readonly<Record<string, Codes>>;
  readonly orderby: Readonly<Record<string, Codes>>;
} = JSON.parse(contractFile('graph-filter-support.json'));

export interface QueryMode {
  /** The header and `$count=true` are both there. */
  readonly advanced: boolean;
  readonly unknown: Switches['query.unknownProperty'];
}

export function refuseUnsupportedFilter(type: string, filter: Filter, mode: QueryMode): void {
  switch (filter.type) {
    case 'and':
    case 'or':
      refuseUnsupportedFilter(type, filter.left, mode);
      refuseUnsupportedFilter(type, filter.right, mode);
      return;
    case 'not':
      refuseUnsupportedFilter(type, filter.operand, mode);
      need('A', mode);
      return;
    default:
      for (const [path, operator] of uses(filter)) need(codeOf(type, path, operator, mode), mode);
  }
}

function need(code: Code, { advanced }: QueryMode): void {
  if (code === 'D' || (code === 'A' && advanced) || (code === 'O' && !advanced)) return;
  throw unsupportedQuery('Unsupported or invalid query filter clause specified for the request.');
}

type Leaf = Exclude<Filter, { readonly type: 'and' | 'or' | 'not' }>;

/** Which support a leaf asks for, as rows of the table: path and operator. */
function uses(filter: Leaf): readonly (readonly [string, string])[] {
  switch (filter.type) {
    case 'compare': {
      if (filter.path.endsWith('/$count')) return [[filter.path, `${filter.value}`]];
      const operator = filter.operator;
      if (operator === 'eq') return [[filter.path, filter.value === null ? 'eq null' : 'eq']];
      return [[filter.path, operator === 'ne' ? 'ne' : 'ge/le']];
    }
    case 'in':
      return [[filter.path, 'eq']];
    case 'call':
      return [[filter.path, filter.name]];
    case 'any':
      return leaves(filter.inner)
        .flatMap(uses)
        .map(([path, operator]) => [`${filter.path}/any(${filter.variable}:${path})`, operator]);
  }
}

function leaves(filter: Filter): readonly Leaf[] {
  switch (filter.type) {
    case 'and':
    case 'or':
      return [...leaves(filter.left), ...leaves(filter.right)];
    case 'not':
      return leaves(filter.operand);
    default:
      return [filter];
  }
}

const ENDS_WITH = new Set(['mail', 'otherMails/any', 'userPrincipalName', 'proxyAddresses/any']);

function codeOf(type: string, path: string, operator: string, mode: QueryMode): Code {
  if (path === 'id') return operator === 'eq' ? 'D' : operator === 'ne' ? 'A' : 'N';
  if (path.endsWith('/$count'))
    return support.collectionCount[type]?.[path.slice(0, -'/$count'.length)]?.[operator] ?? 'N';
  const name = path.split('/')[0] ?? '';
  if (path.startsWith('extension_'))
    return support.userExtensions.directoryExtension?.[operator] ?? (operator === 'ne' ? 'A' : 'N');
  if (!propertiesOf(type).has(name) && !navigationOf(type).has(name))
    throw unknownProperty(type, name, mode.unknown);
  if (operator === 'endsWith') return ENDS_WITH.has(path.replace(/\(.*$/, '')) ? 'A' : 'N';
  const codes = rowOf(type, path);
  if (codes === undefined) return 'N';
  if (operator === 'ne') return codes.eq === undefined ? 'N' : 'A';
  return codes[operator] ?? 'N';
}

/** Rows are written with variables of their own: `any(p:p)` stands for whatever it is called. */
function rowOf(type: string, path: string): Codes | undefined {
  const rows = support.filter[type] ?? {};
  const wanted = canonical(path);
  return Object.entries(rows).find(([row]) => canonical(row) === wanted)?.[1];
}

function canonical(path: string): string {
  const lambda = /^(.*)\/any\((\w+):\2(.*)\)$/.exec(path);
  if (lambda !== null) return `${lambda[1]}/any(x:x${lambda[3]})`;
  return path.replace(/extensionAttribute(?:1-15|1[0-5]|[1-9])$/, 'extensionAttribute');
}

/** The service orders by a few properties only, mostly as an advanced query. */
export function refuseUnsupportedOrder(
  type: string,
  property: string,
  filtered: boolean,
  mode: QueryMode,
): void {
  const code = support.orderby[type]?.[property];
  if (code === undefined) throw unsupportedQuery(`Sorting by '${property}' is not supported.`);
  need(filtered ? 'A' : code, mode);
}
