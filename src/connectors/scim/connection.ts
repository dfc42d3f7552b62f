/** An open session with one service provider: what every operation needs, and what was learnt of it. */

import type { IdentityRecord, ObjectKind, SystemName } from '../../identity/record.ts';
import { type ConnectorContext, ConnectorError, type JsonResponse } from '../spi/index.ts';
import { RFC_ATTRIBUTES } from './attributes.ts';
import { type ScimClient, scimClient } from './client.ts';
import {
  type ProviderFeatures,
  providerFeatures,
  type ResourceType,
  resourceTypes,
} from './discovery.ts';
import type { ScimOptions } from './options.ts';
import { type Paths, pathsOf } from './paths.ts';
import type { Protocol } from './profile.ts';
import { isObject, recordOf } from './translate.ts';

export interface Connection {
  readonly system: SystemName;
  readonly protocol: Protocol;
  readonly client: ScimClient;
  readonly pageSize: number;
  paths(kind: ObjectKind): Paths;
  /** `/Users`; kinds beyond the profile's are looked up among the resource types. */
  endpoint(kind: ObjectKind, signal: AbortSignal): Promise<string>;
  /** Empty where the provider does not describe itself; asked once. */
  features(signal: AbortSignal): Promise<ProviderFeatures>;
  /** The record an answer holds, of a group without its members; undefined when it has none. */
  record(kind: ObjectKind, answer: JsonResponse): IdentityRecord | undefined;
}

export function openConnection(
  options: ScimOptions,
  protocol: Protocol,
  context: ConnectorContext,
): Connection {
  const { system } = context;
  const client = scimClient(options, protocol, context);
  const byKind = new Map<ObjectKind, Paths>();
  const features = remembered((signal) => providerFeatures(client, signal));
  const types = remembered((signal) => resourceTypes(client, signal));
  return {
    system,
    protocol,
    client,
    pageSize: options.pageSize ?? protocol.paging.maxCount,
    paths(kind) {
      let paths = byKind.get(kind);
      if (paths === undefined) {
        paths = pathsOf(RFC_ATTRIBUTES[kind] ?? []);
        byKind.set(kind, paths);
      }
      return paths;
    },
    async endpoint(kind, signal) {
      const known = protocol.resources[kind];
      return known?.endpoint ?? endpointOf(kind, await types(signal));
    },
    features: async (signal) => (await features(signal)) ?? {},
    record: (kind, { body }) => singleRecord(system, kind, body),
  };
}

/** Members are asked for and answered in changes of their own; here there may be 50,000 of them. */
function singleRecord(
  system: SystemName,
  kind: ObjectKind,
  resource: unknown,
): IdentityRecord | undefined {
  const record = isObject(resource) ? recordOf(system, kind, resource) : undefined;
  if (record === undefined || kind !== 'group') return record;
  const { members: _, ...attributes } = record.attributes;
  return { ...record, attributes };
}

/** For single groups: a provider need not make a list that nobody reads (RFC 7644 §3.9). */
export function withoutMembers(kind: ObjectKind): Readonly<Record<string, string>> {
  return kind === 'group' ? { excludedAttributes: 'members' } : {};
}

function endpointOf(kind: ObjectKind, types: readonly ResourceType[]): string {
  const type = types.find((one) => one.kind === kind);
  if (type !== undefined) return type.endpoint;
  throw new ConnectorError('invalid', `the target has no objects of kind ${kind}`, {
    code: 'unknown-kind',
    remedy: 'Take the kind out of the configuration.',
    general: true,
  });
}

/** Asks once; a failure is not remembered. */
function remembered<Value>(
  ask: (signal: AbortSignal) => Promise<Value>,
): (signal: AbortSignal) => Promise<Value> {
  let answer: Promise<Value> | undefined;
  return (signal) => {
    answer ??= ask(signal).catch((error: unknown) => {
      answer = undefined;
      throw error;
    });
    return answer;
  };
}
