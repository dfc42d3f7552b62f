/** A served directory in memory, asked in process. */

import { openDirectory } from '../../src/connectors/directory/connector.ts';
import { memoryStorage } from '../../src/connectors/directory/memory.ts';
import { directoryOptions } from '../../src/connectors/directory/options.ts';
import type { DirectoryStorage } from '../../src/connectors/directory/storage.ts';
import { type Leniency, leniencyFor, STRICT } from '../../src/scim/clients.ts';
import { servedSystem } from '../../src/server/scim/served.ts';
import { scimService } from '../../src/server/scim.ts';

export const BASE = 'http://lockstep.test/scim/v2/inbox';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: an answer is compared, not used.
  readonly body: any;
}

export interface Service {
  send(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>;
  /** Creates a user and gives its id. */
  user(userName: string, more?: Readonly<Record<string, unknown>>): Promise<string>;
  group(displayName: string, ...members: readonly string[]): Promise<string>;
  patch(path: string, ...operations: readonly unknown[]): Promise<Answer>;
  list(path: string, parameters?: Readonly<Record<string, string | number>>): Promise<Answer>;
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

  const send: Service['send'] = async (method, path, body, headers = {}) => {
    const response = await app.fetch(
      new Request(BASE + path, {
        method,
        headers: {
          authorization: 'Bearer secret',
          ...(body !== undefined && { 'content-type': 'application/scim+json' }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    );
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : JSON.parse(text),
    };
  };
  const created = async (path: string, body: unknown): Promise<string> => {
    const answer = await send('POST', path, body);
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    return answer.body.id;
  };
  return {
    send,
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
    patch: (path, ...operations) =>
      send('PATCH', path, { schemas: [PATCH_OP], Operations: operations }),
    list: (path, parameters = {}) => {
      const query = new URLSearchParams(
        Object.entries(parameters).map(([name, value]): [string, string] => [name, String(value)]),
      );
      return send('GET', `${path}?${query}`);
    },
  };
}
