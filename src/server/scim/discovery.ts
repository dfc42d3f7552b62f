/** What the service says about itself (RFC 7644 §4). */

import type { Leniency } from '../../scim/clients.ts';
import { ScimError } from '../../scim/error.ts';
import { PROTOCOL_SCHEMAS, type SchemaDefinition } from '../../scim/schemas.ts';
import { LIST_RESPONSE, RESOURCE_TYPE, SCHEMA, SERVICE_PROVIDER_CONFIG } from '../../scim/urn.ts';
import { abilitiesOf, canBeWritten } from './abilities.ts';
import { MAX_BULK_OPERATIONS } from './bulk.ts';
import { CURSOR_SECONDS } from './cursor.ts';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from './list.ts';
import type { Resource } from './render.ts';
import type { ServedSystem, ServedType } from './served.ts';

export function serviceProviderConfig(
  {
    served,
    base,
    leniency,
  }: { readonly served: ServedSystem; readonly base: string; readonly leniency: Leniency },
  maxPayloadSize: number,
): Resource {
  const { traits = {} } = served.connector;
  const { change } = abilitiesOf(served.connector, 'group');
  const bulk = canBeWritten(served.connector);
  const { skips = false, sorts = false, versions = false } = traits;
  return {
    schemas: [SERVICE_PROVIDER_CONFIG],
    patch: { supported: change },
    bulk: {
      supported: bulk,
      maxOperations: bulk ? MAX_BULK_OPERATIONS : 0,
      maxPayloadSize: bulk ? maxPayloadSize : 0,
    },
    filter: { supported: true, maxResults: MAX_PAGE_SIZE },
    changePassword: { supported: false },
    sort: { supported: sorts },
    etag: { supported: versions },
    ...(!leniency.plainConfig && { pagination: pagination(skips) }),
    authenticationSchemes: [
      {
        type: 'oauthbearertoken',
        name: 'Bearer token',
        description: 'A token made for this system',
        specUri: 'https://www.rfc-editor.org/info/rfc6750',
      },
    ],
    meta: {
      resourceType: 'ServiceProviderConfig',
      location: `${base}/ServiceProviderConfig`,
    },
  };
}

/** RFC 9865 §4. */
function pagination(skips: boolean): Resource {
  return {
    cursor: true,
    index: skips,
    defaultPaginationMethod: skips ? 'index' : 'cursor',
    defaultPageSize: DEFAULT_PAGE_SIZE,
    maxPageSize: MAX_PAGE_SIZE,
    cursorTimeout: CURSOR_SECONDS,
  };
}

export function resourceTypes({ types }: ServedSystem, base: string): readonly Resource[] {
  return [...types.values()].map((type) => describedType(type, base));
}

function describedType(type: ServedType, base: string): Resource {
  return {
    schemas: [RESOURCE_TYPE],
    id: type.name,
    name: type.name,
    description: type.schema.description,
    endpoint: type.endpoint,
    schema: type.schema.id,
    schemaExtensions: type.extensions.map(({ id }) => ({
      schema: id,
      required: type.demanded.has(id),
    })),
    meta: { resourceType: 'ResourceType', location: `${base}/ResourceTypes/${type.name}` },
  };
}

export function schemas({ types }: ServedSystem, base: string): readonly Resource[] {
  const own = [...types.values()].flatMap(({ schema, extensions }) => [schema, ...extensions]);
  return [...own, ...PROTOCOL_SCHEMAS].map((schema) => describedSchema(schema, base));
}

function describedSchema({ id, ...rest }: SchemaDefinition, base: string): Resource {
  return {
    schemas: [SCHEMA],
    id,
    ...rest,
    meta: { resourceType: 'Schema', location: `${base}/Schemas/${id}` },
  };
}

/** What is said here is the same for everybody who asks (RFC 7644 §4). */
export function refuseFilter(filter: string | undefined): void {
  if (filter !== undefined) throw new ScimError(403, 'a filter is not allowed here');
}

export function listOf(resources: readonly Resource[]): Resource {
  return {
    schemas: [LIST_RESPONSE],
    totalResults: resources.length,
    itemsPerPage: resources.length,
    startIndex: 1,
    Resources: resources,
  };
}

export function oneOf(resources: readonly Resource[], id: string): Resource {
  const found = resources.find(
    (resource) => String(resource.id).toLowerCase() === id.toLowerCase(),
  );
  if (!found) throw new ScimError(404, `${id} does not exist`);
  return found;
}
