/** A connector in SCIM's names over one in its own. It renames; what can be asked stays the same. */

import {
  type Connector,
  ConnectorError,
  type Query,
  type SearchPage,
  type ServeMap,
} from '../../../connectors/spi/index.ts';
import type { AttributePath } from '../../../identity/path.ts';
import type { ObjectKind } from '../../../identity/record.ts';
import { formatPath, parsePath } from '../../../scim/path.ts';
import { ownFilter } from './filter.ts';
import { ownAttributes, ownChanges, servedRecord } from './record.ts';
import { headOf, type View, viewOf } from './rows.ts';

/** Nothing else of a connector is asked by whoever serves it. */
type Served = Connector & Required<Pick<Connector, 'describe' | 'get' | 'search'>>;

/** @param map What an administrator says, over what the connector says of itself. */
export async function viewed(connector: Served, map: ServeMap = {}): Promise<Served> {
  const { kinds } = await connector.describe({ signal: AbortSignal.timeout(30_000) });
  const stranger = Object.keys(map).find((kind) => !kinds.some((one) => one.kind === kind));
  if (stranger !== undefined)
    throw new ConnectorError('invalid', `serve.map.${stranger}: the system has no ${stranger}s`, {
      code: 'serve-map-invalid',
      remedy: `It has ${kinds.map(({ kind }) => kind).join(', ')}.`,
      general: true,
    });
  const keepsMembers = connector.addMembers !== undefined;
  const views = new Map(
    kinds.map((schema) => {
      const { kind } = schema;
      const given = connector.servedAs?.[kind];
      const memberships = keepsMembers ? MEMBERSHIPS[kind] : undefined;
      return [kind, viewOf(schema, given && { ...given, ...memberships }, map[kind])];
    }),
  );
  const viewFor = (kind: ObjectKind): View => {
    const view = views.get(kind);
    if (view) return view;
    throw new ConnectorError('invalid', `there are no ${kind}s here`, { code: 'unknown-kind' });
  };
  const { traits, check, create, update, delete: remove, addMembers, removeMembers } = connector;
  return {
    ...(traits && { traits }),
    check: (call) => check(call),
    describe: async () => ({ kinds: [...views.values()].map(({ schema }) => schema) }),
    get: async (ref, { attributes, ...call }) => {
      const view = viewFor(ref.kind);
      const names = ownNames(view, attributes);
      const record = await connector.get(ref, { ...call, ...(names && { attributes: names }) });
      return record && servedRecord(view, record);
    },
    search: (kind, query) => search(connector, viewFor(kind), query),
    filters: (kind, filter) => {
      const own = ownFilter(viewFor(kind), filter);
      return typeof own === 'object' ? (connector.filters?.(kind, own) ?? true) : own !== undefined;
    },
    ...(create && {
      create: async (kind, attributes, call) => {
        const view = viewFor(kind);
        return servedRecord(view, await create(kind, ownAttributes(view, attributes), call));
      },
    }),
    ...(update && {
      update: async (target, changes, options) => {
        const view = viewFor(target.kind);
        return servedRecord(view, await update(target, ownChanges(view, changes), options));
      },
    }),
    ...(remove && { delete: remove }),
    ...(addMembers && { addMembers }),
    ...(removeMembers && { removeMembers }),
    [Symbol.asyncDispose]: () => connector[Symbol.asyncDispose](),
  };
}

/** Kept apart from what a system describes. */
const MEMBERSHIPS: Readonly<Record<ObjectKind, Readonly<Record<string, string>>>> = {
  user: { groups: 'groups' },
  group: { members: 'members' },
};

async function search(
  connector: Served,
  view: View,
  { filter, sort, attributes, ...query }: Query,
): Promise<SearchPage> {
  const own = filter && ownFilter(view, filter);
  if (own === false) return { records: [], total: 0 };
  if (filter && own === undefined)
    throw new ConnectorError('invalid', 'the system has no words for this filter', {
      code: 'filter-unsupported',
    });
  const names = ownNames(view, attributes);
  const page = await connector.search(view.kind, {
    ...query,
    ...(typeof own === 'object' && { filter: own }),
    ...(sort && { sort: { ...sort, path: ownPath(view, sort.path) } }),
    ...(names && { attributes: names }),
  });
  return { ...page, records: page.records.map((record) => servedRecord(view, record)) };
}

function ownPath(view: View, path: AttributePath): AttributePath {
  const text = formatPath(path).toLowerCase();
  const row = view.rows.find(({ scim }) => formatPath(scim).toLowerCase() === text);
  if (row) return row.ownPath;
  throw new ConnectorError('invalid', `the system does not sort by ${formatPath(path)}`, {
    code: 'path-invalid',
  });
}

/** Everything that the named attributes are made of. */
function ownNames(
  { under }: View,
  names: readonly string[] | undefined,
): readonly string[] | undefined {
  return names?.flatMap((name) => {
    const path = parsePath(name);
    const rows = path.ok ? (under.get(headOf(path.value)) ?? []) : [];
    return rows.length > 0 ? rows.map(({ own }) => own) : [name].filter((one) => APART.has(one));
  });
}

const APART: ReadonlySet<string> = new Set(['members', 'groups']);
