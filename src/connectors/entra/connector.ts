/** Microsoft Entra ID, read through Microsoft Graph v1.0: people, groups, assignments. */

import type { ObjectKind } from '../../identity/record.ts';
import {
  type AttributeSchema,
  type Connector,
  type ConnectorDefinition,
  ConnectorError,
  type SystemSchema,
} from '../spi/index.ts';
import { readAssignments } from './assignments.ts';
import { type GraphKind, PROPERTIES } from './attributes.ts';
import { checkTenant } from './check.ts';
import { graphClient } from './client.ts';
import { cloudOf } from './clouds.ts';
import { readEverything, readSince } from './delta.ts';
import { findObject, getObject } from './lookup.ts';
import { type EntraOptions, entraOptions } from './options.ts';
import { READ_MAP } from './read-map.ts';
import { tokenSource } from './token.ts';

export const entra: ConnectorDefinition<EntraOptions> = {
  type: 'entra',
  title: 'Microsoft Entra ID',
  options: entraOptions,
  defaultReadMap: READ_MAP,
  connect: async (options, context): Promise<Connector> => {
    const { system } = context;
    const cloud = cloudOf(options.cloud);
    const client = graphClient(context, cloud, tokenSource(options, cloud, context));
    return {
      check: (call) => checkTenant(client, system, options, context.now(), call),
      describe: async () => schema(),
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
        findObject(client, system, graphKind(kind), path, value, call),
      get: async (ref, call) => getObject(client, { ...ref, kind: graphKind(ref.kind) }, call),
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

function schema(): SystemSchema {
  return {
    kinds: [
      { kind: 'user', enabledPath: 'accountEnabled', attributes: attributesOf('user') },
      { kind: 'group', attributes: attributesOf('group') },
    ],
  };
}

function attributesOf(kind: GraphKind): readonly AttributeSchema[] {
  return Object.entries(PROPERTIES[kind]).flatMap(([path, { onDemand: _, ...schema }]) => [
    { path, mutability: 'readOnly' as const, ...schema },
    ...(PARTS[path] ?? []).map((part) => ({
      path: `${path}.${part}`,
      type: 'string' as const,
      mutability: 'readOnly' as const,
    })),
  ]);
}

/** Parts that mappings name one by one. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  employeeOrgData: ['costCenter', 'division'],
  onPremisesExtensionAttributes: Array.from(
    { length: 15 },
    (_, index) => `extensionAttribute${index + 1}`,
  ),
};
