/** Any SCIM 2.0 service provider (RFC 7643, 7644), as its profile says it wants to be spoken to. */

import type {
  Change,
  IdentityRecord,
  ObjectKind,
  ObjectRef,
  Scalar,
} from '../../identity/record.ts';
import { READ_MAP } from '../../scim/read-map.ts';
import {
  type ChangePage,
  type Connector,
  type ConnectorDefinition,
  ConnectorError,
  type ReadOptions,
} from '../spi/index.ts';
import { checkProvider } from './check.ts';
import { type Connection, openConnection, withoutMembers } from './connection.ts';
import { createObject } from './create.ts';
import { dialectOf, writeDefaultsOf } from './dialect.ts';
import { kindSchemas, resourceTypes, schemaAttributes } from './discovery.ts';
import { lookupFilter, oneOf } from './find.ts';
import { groupChanges } from './groups.ts';
import { beginning, type Listing, listPageOf, pagesFrom, positionOf } from './listing.ts';
import { changeMembers } from './members.ts';
import { type ScimOptions, scimOptions } from './options.ts';
import type { Profile } from './profile.ts';
import { canFilter, getObject, pagingMode, recordIn, searchObjects } from './search.ts';
import { traitsOf } from './traits.ts';
import { recordOf } from './translate.ts';
import { updateObject } from './update.ts';

export const scim: ConnectorDefinition<ScimOptions> = {
  type: 'scim',
  title: 'SCIM 2.0 service provider',
  options: scimOptions,
  defaultReadMap: READ_MAP,
  writeDefaults: writeDefaultsOf,
  connect: async (options, context) => {
    const profile = dialectOf(context.profile, options.overrides);
    return connectorOf(openConnection(options, profile, context), profile);
  },
};

function connectorOf(connection: Connection, profile: Profile): Connector {
  const { protocol } = connection;
  const match = profile.write.user?.match ?? [];
  const operations: Connector = {
    traits: traitsOf(profile),
    check: ({ signal }) => checkProvider(connection, match, signal),
    describe: async ({ signal }) => ({
      kinds: kindSchemas(
        protocol,
        await resourceTypes(connection.client, signal),
        await schemaAttributes(connection.client, signal),
      ),
    }),
    read: (kind, options) => read(connection, kind, options),
    readChanges: (kind, since, options) => goOn(connection, kind, since, options),
    find: (kind, path, value, { signal }) => find(connection, kind, path, value, signal),
    get: (ref, call) => getObject(connection, ref, call),
    search: (kind, query) => searchObjects(connection, kind, query),
    filters: (kind, filter) => canFilter(protocol, kind, filter),
    create: (kind, attributes, call) => createObject(connection, kind, attributes, call),
    update: (target, changes, options) => updateObject(connection, target, changes, options),
    delete: async (target, { ifVersion, ...call }) => {
      await connection.client.send({
        method: 'DELETE',
        path: await objectPath(connection, target, call.signal),
        attempt: `delete ${target.kind} ${target.id} in ${connection.system}`,
        ...call,
        ...(protocol.update.ifMatch && ifVersion !== undefined && { version: ifVersion }),
      });
    },
    [Symbol.asyncDispose]: async () => {},
  };
  if (protocol.groups.support !== 'full' && protocol.groups.support !== 'roles-as-groups')
    return operations;
  return {
    ...operations,
    addMembers: (group, members, call) => changeMembers(connection, 'add', group, members, call),
    removeMembers: (group, members, call) =>
      changeMembers(connection, 'remove', group, members, call),
  };
}

async function* read(
  connection: Connection,
  kind: ObjectKind,
  { signal }: ReadOptions,
): AsyncGenerator<ChangePage> {
  const listing = listingOf(connection, kind, signal);
  yield* pagesFrom(listing, beginning(listing, await pagingMode(connection, signal)));
}

/** The protocol tracks no changes: a watermark only takes up the reading it was made in. */
async function* goOn(
  connection: Connection,
  kind: ObjectKind,
  since: string,
  { signal, continues }: ReadOptions,
): AsyncGenerator<ChangePage> {
  const position = continues ? positionOf(since) : undefined;
  if (position === undefined)
    throw new ConnectorError(
      'watermark-expired',
      `read changes of ${kind}s in ${connection.system}: SCIM does not track changes`,
    );
  yield* pagesFrom(listingOf(connection, kind, signal), position);
}

function listingOf(connection: Connection, kind: ObjectKind, signal: AbortSignal): Listing {
  const { system, protocol, client, pageSize } = connection;
  const attempt = `read ${kind}s of ${system}`;
  const { firstIndex, trustTotal } = protocol.paging;
  const unread = kind === 'group' && !protocol.groups.readMembers ? withoutMembers(kind) : {};
  return {
    kind,
    attempt,
    pageSize,
    trustTotal,
    ...(firstIndex !== undefined && { firstIndex }),
    ask: async (position, count) => {
      const path = await connection.endpoint(kind, signal);
      const query = { ...position, count, ...unread };
      return listPageOf(
        await client.send({ method: 'GET', path, query, attempt, signal }),
        attempt,
      );
    },
    changesOf: (resource) => {
      const tooLong: string[] = [];
      const record = recordOf(system, kind, resource, tooLong);
      if (record === undefined) return undefined;
      return { id: record.ref.id, changes: changesOf(record, tooLong), tooLong };
    },
  };
}

function changesOf(record: IdentityRecord, tooLong: readonly string[]): readonly Change[] {
  if (record.ref.kind === 'group') return groupChanges(record);
  if (tooLong.length === 0) return [{ type: 'present', record }];
  const { ref, attributes, version } = record;
  const patch = { ref, set: attributes, cleared: [] };
  return [{ type: 'patch', ...patch, ...(version !== undefined && { version }) }];
}

async function find(
  connection: Connection,
  kind: ObjectKind,
  path: string,
  value: Scalar,
  signal: AbortSignal,
): Promise<IdentityRecord | undefined> {
  const { system, protocol, client } = connection;
  const known = connection.paths(kind)(path);
  const attempt = `find ${kind} by ${path} in ${system}`;
  const filter = lookupFilter(known, value, protocol.filter.typed);
  // Two are enough to know that it is not one.
  const query = { filter, count: 2, ...withoutMembers(kind) };
  const endpoint = await connection.endpoint(kind, signal);
  const answer = await client.send({ method: 'GET', path: endpoint, query, attempt, signal });
  const records = listPageOf(answer, attempt).resources.flatMap(
    (resource) => recordIn(connection, kind, resource) ?? [],
  );
  return oneOf(records, known, value, attempt);
}

async function objectPath(
  connection: Connection,
  { kind, id }: ObjectRef,
  signal: AbortSignal,
): Promise<string> {
  return `${await connection.endpoint(kind, signal)}/${encodeURIComponent(id)}`;
}
