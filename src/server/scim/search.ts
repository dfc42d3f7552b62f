/**
 * What is asked of a system, and what we look at ourselves: of a bounded number of objects that the
 * system found, and never of all it has.
 */

import type { Query, SearchPage } from '../../connectors/spi/index.ts';
import { type Filter, pathsIn } from '../../identity/filter.ts';
import type { Attributes, IdentityRecord } from '../../identity/record.ts';
import { badRequest, type ScimError } from '../../scim/error.ts';
import { type Comparison, filterMatches, formatFilter } from '../../scim/filter.ts';
import { formatPath } from '../../scim/path.ts';
import { type Members, memberAt } from '../../scim/resource-type.ts';
import type { ServedSystem, ServedType } from './served.ts';
import { split, withoutCertain } from './split.ts';

/** Objects looked at for one request. */
export const MAX_CANDIDATES = 1_000;

/** A page counts for so many at least: a system may have empty ones, one after the other. */
const LEAST_EACH = 20;

export interface Asked {
  readonly served: ServedSystem;
  readonly type: ServedType;
  /** Whoever goes on by a cursor may get pages that are not full; others get it all counted. */
  readonly byCursor: boolean;
}

export async function search(asked: Asked, query: Query): Promise<SearchPage> {
  const { served, type, byCursor } = asked;
  const { connector } = served;
  const { filter: whole, ...others } = query;
  if (!whole || !connector.filters) return connector.search(type.kind, query);
  const { filters } = connector;
  const answers = (filter: Filter): boolean => filters(type.kind, filter);
  const left = withoutCertain(whole, (part) => isCertain(type, part) && !answers(part));
  if (left === true) return connector.search(type.kind, others);
  if (left === false) return { records: [], total: 0 };
  const { pushed, rest } = split(left, answers);
  if (!rest) return connector.search(type.kind, { ...others, filter: left });
  if (!pushed) throw readsEverything(asked, rest, answers);
  const attributes = attributesFor(type, query.attributes, pushed, rest);
  const candidates: Query = { ...others, filter: pushed, ...(attributes && { attributes }) };
  const holds = (record: IdentityRecord): boolean =>
    filterMatches(rest, searchable(record), comparisonOf(type));
  return byCursor ? nextFound(asked, candidates, holds) : allFound(asked, candidates, rest, holds);
}

/** Nobody is without an id, or without what the schema demands (RFC 7643 §2.2). */
function isCertain(type: ServedType, filter: Filter): boolean {
  if (filter.type !== 'present') return false;
  const { definition } = memberAt(type, filter.path) ?? {};
  if (definition === undefined || filter.path.subAttribute !== undefined) return false;
  return definition.required || BESIDES.has(definition.name);
}

/** Pages of the system until one has somebody in it. */
async function nextFound(
  { served: { connector }, type }: Asked,
  query: Query,
  holds: (record: IdentityRecord) => boolean,
): Promise<SearchPage> {
  let { cursor } = query;
  for (let looked = 0; ; ) {
    const page = await connector.search(type.kind, {
      ...query,
      ...(cursor !== undefined && { cursor }),
    });
    const records = page.records.filter(holds);
    looked += Math.max(page.records.length, LEAST_EACH);
    const isAll = query.cursor === undefined && cursor === undefined;
    cursor = page.nextCursor;
    if (cursor === undefined) return { records, ...(isAll && { total: records.length }) };
    if (records.length > 0 || looked >= MAX_CANDIDATES) return { records, nextCursor: cursor };
  }
}

async function allFound(
  { served, type }: Asked,
  { offset = 0, count, ...query }: Query,
  rest: Filter,
  holds: (record: IdentityRecord) => boolean,
): Promise<SearchPage> {
  const found: IdentityRecord[] = [];
  let cursor: string | undefined;
  let looked = 0;
  do {
    const page = await served.connector.search(type.kind, {
      ...query,
      count: CANDIDATES_EACH,
      ...(cursor !== undefined && { cursor }),
    });
    found.push(...page.records.filter(holds));
    looked += Math.max(page.records.length, LEAST_EACH);
    cursor = page.nextCursor;
    if (cursor !== undefined && looked >= MAX_CANDIDATES) throw tooMany(served, rest);
  } while (cursor !== undefined);
  const records = found.slice(offset, count === undefined ? undefined : offset + count);
  return { records, total: found.length };
}

const CANDIDATES_EACH = 100;

/** What filters see: the id and the dates are attributes there. */
function searchable({ ref, attributes, modified }: IdentityRecord): Attributes {
  const meta = attributes.meta ?? (modified && { lastModified: modified.at });
  return { ...attributes, id: ref.id, ...(meta !== undefined && { meta }) };
}

function comparisonOf(type: ServedType): Comparison {
  return {
    caseExact: (path) => {
      const member = memberAt(type, path);
      const part = member?.parts.get((path.subAttribute ?? 'value').toLowerCase());
      return (part ?? member)?.definition.caseExact ?? false;
    },
  };
}

/** Those that are wanted, and those the filter looks at; memberships are read of one object only. */
function attributesFor(
  type: ServedType,
  wanted: readonly string[] | undefined,
  pushed: Filter,
  rest: Filter,
): readonly string[] | undefined {
  const looked = pathsIn(rest);
  const apart = looked.filter(({ attribute }) => APART.has(attribute.toLowerCase()));
  if (apart.length > 0 && !namesOne(pushed))
    throw badRequest(
      'invalidFilter',
      `${apart[0]?.attribute} can be asked for of one ${type.name} only: add \`and id eq "…"\``,
    );
  if (wanted === undefined)
    return apart.length === 0 ? undefined : apart.map(({ attribute }) => attribute);
  const names = looked.map(({ schema, attribute }) =>
    formatPath({ ...(schema !== undefined && { schema }), attribute }),
  );
  return [...new Set([...wanted, ...names])];
}

const APART: ReadonlySet<string> = new Set(['members', 'groups']);

/** Every attribute of the system's own that can be told, but for memberships. */
export function namesOf({ core, extended }: ServedType): readonly string[] {
  const names = told(core);
  const further = [...extended.values()].flatMap(({ id, members }) =>
    told(members).map((name) => `${id}:${name}`),
  );
  return [...names, ...further].filter((name) => !APART.has(name) && !BESIDES.has(name));
}

function told(members: Members): readonly string[] {
  return [...members.values()].flatMap(({ definition: { name, returned } }) =>
    returned === 'never' ? [] : name,
  );
}

/** Of every resource, and no attributes of the system's. */
const BESIDES: ReadonlySet<string> = new Set(['id', 'schemas', 'meta']);

function namesOne(filter: Filter): boolean {
  if (filter.type === 'and') return filter.operands.some(namesOne);
  return filter.type === 'compare' && filter.operator === 'eq' && filter.path.attribute === 'id';
}

function readsEverything(
  { served, type }: Asked,
  rest: Filter,
  answers: (filter: Filter) => boolean,
): ScimError {
  const names = namesOf(type).filter((name) => {
    const [schema, attribute = ''] = name.startsWith('urn:')
      ? [name.slice(0, name.lastIndexOf(':')), name.slice(name.lastIndexOf(':') + 1)]
      : [undefined, name];
    const path = { ...(schema !== undefined && { schema }), attribute };
    return answers({ type: 'compare', operator: 'eq', path, value: 'x' });
  });
  const remedy =
    names.length === 0
      ? 'List without a filter, page by page, and look at each.'
      : `Add "and" with something ${served.name} looks up: ${names.slice(0, 12).join(', ')}.`;
  return badRequest(
    'invalidFilter',
    `${served.name} cannot look up ${shown(rest)}, and all ${type.name}s would have to be read for it. ${remedy}`,
  );
}

function tooMany({ name }: ServedSystem, rest: Filter): ScimError {
  return badRequest(
    'tooMany',
    `${name} found more than ${MAX_CANDIDATES} for which ${shown(rest)} would have to be looked at here. Narrow the rest of the filter, or page by cursor.`,
  );
}

function shown(filter: Filter): string {
  const text = formatFilter(filter);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
