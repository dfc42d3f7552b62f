/** A served directory in memory, asked in process. */

import { openDirectory } from '../../src/connectors/directory/connector.ts';
import { memoryStorage } from '../../src/connectors/directory/memory.ts';
import { directoryOptions } from '../../src/connectors/directory/options.ts';
import type { DirectoryStorage } from '../../src/connectors/directory/storage.ts';
import { type Leniency, leniencyFor, STRICT } from '../../src/scim/clients.ts';
import { servedSystem } from '../../src/server/scim/served.ts';
import { scimService } from '../../src/server/scim.ts';
import { ENTERPRISE, type ScimClient, scimClient } from '../scim-client.ts';

export const BASE = 'http://lockstep.test/scim/v2/inbox';
export interface Service extends ScimClient {
  /** Creates a user and gives its id. */
  user(userName: string, more?: Readonly<Record<string, unknown>>): Promise<string>;
  group(displayName: string, ...members: readonly string[]): Promise<string>;
  /** What was answered with 500; nothing ever should be. */
  readonly bugs: readonly unknown[];
  /** To be put behind a port. */
  readonly fetch: (request: Request) => Response | Promise<Response>;
}

/** As a configuration with `serve: { clients: [client] }` has it. */
export function serviceFor(client: string, options: unknown = {}): Promise<Service> {
  return service(options, leniencyFor([client]));
}

/** Strict, unless something else is asked for. */
export async function service(
  options: unknown = {},
  leniency: Leniency = STRICT,
  storage: DirectoryStorage = memoryStorage(),
): Promise<Service> {
  const bugs: unknown[] = [];
  const parsed = directoryOptions.parse(options);
  const directory = openDirectory('inbox', parsed, storage, () => new Date());
  const served = await servedSystem('inbox', directory);
  const app = scimService({
    basePath: '/scim/v2/:system',
    authenticate: async (token) =>
      token === 'secret' ? { tenant: 'contoso', system: 'inbox' } : undefined,
    open: async () => served,
    onBug: (error) => bugs.push(error),
    leniency,
  });

  const client = scimClient(BASE, app.fetch);
  const created = async (path: string, body: unknown): Promise<string> => {
    const answer = await client.send('POST', path, body);
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    return answer.body.id;
  };
  return {
    ...client,
    bugs,
    fetch: (request) => app.fetch(request),
    user: (userName, more = {}) =>
      created('/Users', {
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', ENTERPRISE],
        userName,
        ...more,
      }),
    group: (displayName, ...members) =>
      created('/Groups', {
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
        displayName,
        members: members.map((value) => ({ value })),
      }),
  };
}
