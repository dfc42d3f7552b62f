/**
 * What a service provider says about itself (RFC 7643 §5–7): tolerant of those that say nothing, say
 * it in a bare list, or say it wrongly.
 */

import type { ObjectKind } from '../../identity/record.ts';
import { ENTERPRISE_USER } from '../../scim/urn.ts';
import { type AttributeSchema, ConnectorError, type KindSchema } from '../spi/index.ts';
import { attributeSchemas, objects, prefixOf, RFC_ATTRIBUTES, withCommon } from './attributes.ts';
import type { ScimClient } from './client.ts';
import type { Protocol } from './profile.ts';
import { isObject } from './translate.ts';

export interface ProviderFeatures {
  /** Undefined where it does not say. */
  readonly patch?: boolean;
  readonly filter?: boolean;
  readonly etag?: boolean;
  readonly cursor?: boolean;
  readonly maxResults?: number;
}

export interface ResourceType {
  readonly kind: ObjectKind;
  readonly endpoint: string;
  readonly schema: string;
  readonly extensions: readonly string[];
}

/** @returns Undefined when there is no such document; other failures are thrown. */
async function document(client: ScimClient, path: string, signal: AbortSignal): Promise<unknown> {
  try {
    const answer = await client.send({ method: 'GET', path, attempt: `read ${path}`, signal });
    return answer.body;
  } catch (error) {
    if (error instanceof ConnectorError && ABSENT.has(error.code)) return undefined;
    throw error;
  }
}

const ABSENT: ReadonlySet<string> = new Set([
  'missing',
  'operation-not-supported',
  'refused-by-target',
  'forbidden',
  'not-json',
]);

export async function providerFeatures(
  client: ScimClient,
  signal: AbortSignal,
): Promise<ProviderFeatures | undefined> {
  const body = await document(client, '/ServiceProviderConfig', signal);
  if (!isObject(body)) return undefined;
  const patch = flag(body, 'patch', 'supported');
  const filter = flag(body, 'filter', 'supported');
  const etag = flag(body, 'etag', 'supported');
  const cursor = flag(body, 'pagination', 'cursor');
  const maxResults = isObject(body.filter) ? body.filter.maxResults : undefined;
  return {
    ...(patch !== undefined && { patch }),
    ...(filter !== undefined && { filter }),
    ...(etag !== undefined && { etag }),
    ...(cursor !== undefined && { cursor }),
    ...(typeof maxResults === 'number' && maxResults > 0 && { maxResults }),
  };
}

function flag(body: Record<string, unknown>, name: string, part: string): boolean | undefined {
  const holder = body[name];
  const value = isObject(holder) ? holder[part] : undefined;
  return typeof value === 'boolean' ? value : undefined;
}

export async function resourceTypes(
  client: ScimClient,
  signal: AbortSignal,
): Promise<readonly ResourceType[]> {
  return listOf(await document(client, '/ResourceTypes', signal)).flatMap((type) => {
    const { name, endpoint, schema } = type;
    if (typeof name !== 'string' || typeof endpoint !== 'string' || typeof schema !== 'string')
      return [];
    const extensions = objects(type.schemaExtensions).flatMap(({ schema: urn }) =>
      typeof urn === 'string' ? [urn] : [],
    );
    const kind = name.charAt(0).toLowerCase() + name.slice(1);
    return [{ kind, endpoint: pathOf(endpoint), schema, extensions }];
  });
}

/** Some give the endpoint as a whole URL, some without a slash in front. */
function pathOf(endpoint: string): string {
  return `/${endpoint.replace(/[/]+$/, '').split('/').at(-1) ?? ''}`;
}

export async function schemaAttributes(
  client: ScimClient,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly AttributeSchema[]>> {
  const schemas = new Map<string, readonly AttributeSchema[]>();
  for (const schema of listOf(await document(client, '/Schemas', signal))) {
    const { id } = schema;
    if (typeof id !== 'string') continue;
    const prefix = prefixOf(id);
    schemas.set(
      id,
      objects(schema.attributes).flatMap((attribute) => attributeSchemas(attribute, prefix)),
    );
  }
  return schemas;
}

/** The kinds with everything the provider says of them, and what the RFC has where it is silent. */
export function kindSchemas(
  protocol: Protocol,
  types: readonly ResourceType[],
  schemas: ReadonlyMap<string, readonly AttributeSchema[]>,
): readonly KindSchema[] {
  const kinds = new Map<ObjectKind, readonly string[]>();
  for (const [kind, { schema }] of Object.entries(protocol.resources))
    kinds.set(kind, kind === 'user' ? [schema, ENTERPRISE_USER] : [schema]);
  for (const { kind, schema, extensions } of types) kinds.set(kind, [schema, ...extensions]);
  if (protocol.groups.support === 'none') kinds.delete('group');
  return [...kinds].map(([kind, urns]) => {
    const found = urns.flatMap((urn) => schemas.get(urn) ?? []);
    const attributes = schemas.has(urns[0] ?? '')
      ? withCommon(found)
      : (RFC_ATTRIBUTES[kind] ?? []);
    return { kind, ...(kind === 'user' && { enabledPath: protocol.enabledPath }), attributes };
  });
}

/** A list response, a bare list, or a single resource. */
function listOf(body: unknown): readonly Record<string, unknown>[] {
  if (!isObject(body)) return objects(body);
  return 'Resources' in body ? objects(body.Resources) : [body];
}
