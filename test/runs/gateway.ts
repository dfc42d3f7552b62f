/** A connector served over SCIM, asked in process. */

import { randomBytes } from 'node:crypto';
import type { Connector } from '../../src/connectors/spi/index.ts';
import { ENTRA } from '../../src/scim/clients.ts';
import { type Offer, offeredSystem } from '../../src/server/scim/offer.ts';
import { scimService } from '../../src/server/scim.ts';

const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: an answer is compared, not used.
  readonly body: any;
}

export interface Gateway {
  send(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>;
  list(path: string, parameters?: Readonly<Record<string, string | number>>): Promise<Answer>;
  patch(path: string, ...operations: readonly unknown[]): Promise<Answer>;
  /** Every resource, by cursor. */
  all(path: string, parameters?: Readonly<Record<string, string | number>>): Promise<unknown[]>;
  /** What was answered with 500; nothing ever should be. */
  readonly bugs: readonly unknown[];
  /** Reaches it without a port, at `https://gateway.contoso.test/scim/v2/gate`. */
  readonly fetch: typeof globalThis.fetch;
}

export const URL_OF_GATEWAY = 'https://gateway.contoso.test/scim/v2/gate';

/** @param now By the clock that cursors expire by. */
export async function gateway(
  connector: Connector,
  offer: Offer = {},
  now: () => Date = () => new Date(),
): Promise<Gateway> {
  const bugs: unknown[] = [];
  const served = await offeredSystem('gate', connector, offer);
  const app = scimService({
    basePath: '/scim/v2/:system',
    authenticate: async (token) => {
      if (token === 'secret') return { tenant: 'default', system: 'gate' };
      return token === 'reader' ? { tenant: 'default', system: 'gate', rights: 'read' } : undefined;
    },
    open: async () => served,
    onBug: (error) => bugs.push(error),
    leniency: ENTRA,
    cursorKey: randomBytes(32),
    now,
  });
  const send: Gateway['send'] = async (method, path, body, headers = {}) => {
    const response = await app.fetch(
      new Request(URL_OF_GATEWAY + path, {
        method,
        headers: {
          authorization: 'Bearer secret',
          ...(body !== undefined && { 'content-type': 'application/scim+json' }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    );
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : JSON.parse(text),
    };
  };
  const list: Gateway['list'] = (path, parameters = {}) => {
    const pairs = Object.entries(parameters).map(([name, value]): [string, string] => [
      name,
      String(value),
    ]);
    return send('GET', `${path}?${new URLSearchParams(pairs)}`);
  };
  return {
    send,
    list,
    bugs,
    fetch: async (input, init) => app.fetch(new Request(input, init)),
    patch: (path, ...operations) =>
      send('PATCH', path, { schemas: [PATCH_OP], Operations: operations }),
    all: async (path, parameters = {}) => {
      const found: unknown[] = [];
      let cursor: string | undefined = '';
      while (cursor !== undefined) {
        const { body } = await list(path, { ...parameters, cursor });
        found.push(...body.Resources);
        cursor = body.nextCursor;
      }
      return found;
    },
  };
}
