/** Microsoft Entra ID through Microsoft Graph v1.0: people and groups, read and written; assignments, read. */

import type { ObjectKind } from '../../identity/record.ts';
import { type Connector, type ConnectorDefinition, ConnectorError } from '../spi/index.ts';
import { readAssignments } from './assignments.ts';
import type { GraphKind } from './attributes.ts';
import { checkTenant } from './check.ts';
import { graphClient } from './client.ts';
import { cloudOf } from './clouds.ts';
import { createObject } from './create.ts';
import { readEverything, readSince } from './delta.ts';
import { findObject, getObject } from './lookup.ts';
import { changeMembers } from './members.ts';
import { type EntraOptions, entraOptions } from './options.ts';
import { READ_MAP } from './read-map.ts';
import { deleteObject, restoredUser } from './remove.ts';
import { entraSchema } from './schema.ts';
import { answersFilter, searchObjects } from './search.ts';
import { servedAs } from './served-as.ts';
import { tokenSource } from './token.ts';
import { TRAITS } from './traits.ts';
import { updateObject } from './update.ts';
import { writeDefaults } from './write-defaults.ts';

export const entra: ConnectorDefinition<EntraOptions> = {
  type: 'entra',
  title: 'Microsoft Entra ID',
  options: entraOptions,
  defaultReadMap: READ_MAP,
  writeDefaults,
  connect: async (options, context): Promise<Connector> => {
    const { system } = context;
    const extensions = Object.values(options.extensions);
    const cloud = cloudOf(options.cloud);
    const tokens = tokenSource(options, cloud, context);
    const client = graphClient(context, cloud, tokens);
    return {
      traits: TRAITS,
      servedAs: servedAs(options.extensions),
      check: (call) => checkTenant(client, system, options, context.now(), call, tokens),
      describe: async () => entraSchema(extensions),
      async *read(kind, call) {
        if (kind === 'group' && !options.groups) {
          yield { changes: [], complete: true };
          return;
        }
        yield* kind === 'assignment'
          ? readAssignments(client, system, options.applications, call)
          : readEverything(client, system, graphKind(kind), call);
      },
      async *readChanges(kind, since, call) {
        yield* readSince(client, system, graphKind(kind), since, call);
      },
      find: async (kind, path, value, call) =>
        findObject(client, { system, kind: graphKind(kind), extensions }, path, value, call),
      get: async ({ id, kind }, call) =>
        getObject(client, { system, kind: graphKind(kind), extensions }, id, call),
      search: async (kind, query) =>
        searchObjects(client, { system, kind: graphKind(kind), extensions }, query),
      filters: (kind, filter) => answersFilter(graphKind(kind), filter),
      create: async (kind, attributes, call) => {
        const { restoreBy } = options;
        const restored =
          kind === 'user' && restoreBy !== undefined
            ? await restoredUser(client, system, restoreBy, attributes, call)
            : undefined;
        return (
          restored ?? createObject(client, { system, kind: graphKind(kind) }, attributes, call)
        );
      },
      // Nothing of Graph's has a version, so that none can be demanded.
      update: async (ref, changes, { signal, exchanged }) =>
        updateObject(client, { ...ref, kind: graphKind(ref.kind) }, changes, options, {
          signal,
          ...(exchanged !== undefined && { exchanged }),
        }),
      delete: async (ref, { signal, exchanged }) =>
        deleteObject(
          client,
          { ...ref, kind: graphKind(ref.kind) },
          { signal, ...(exchanged !== undefined && { exchanged }) },
        ),
      addMembers: (group, members, call) => changeMembers(client, 'add', group, members, call),
      removeMembers: (group, members, call) =>
        changeMembers(client, 'remove', group, members, call),
      [Symbol.asyncDispose]: async () => {},
    };
  },
};

function graphKind(kind: ObjectKind): GraphKind {
  if (kind === 'user' || kind === 'group') return kind;
  throw new ConnectorError('invalid', `Entra ID has no ${kind}s that could be read this way`, {
    code: 'unknown-kind',
    remedy: 'It has the kinds user, group and, listed whole, assignment.',
    general: true,
  });
}
