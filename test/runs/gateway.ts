/** A connector served over SCIM, asked in process. */

import { randomBytes } from 'node:crypto';
import type { Connector } from '../../src/connectors/spi/index.ts';
import { ENTRA } from '../../src/scim/clients.ts';
import { type Offer, offeredSystem } from '../../src/server/scim/offer.ts';
import { scimService } from '../../src/server/scim.ts';
import { type ScimClient, scimClient } from '../scim-client.ts';

export interface Gateway extends ScimClient {
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
  const client = scimClient(URL_OF_GATEWAY, app.fetch);
  return {
    ...client,
    bugs,
    fetch: async (input, init) => app.fetch(new Request(input, init)),
    all: async (path, parameters = {}) => {
      const found: unknown[] = [];
      let cursor: string | undefined = '';
      while (cursor !== undefined) {
        const { body } = await client.list(path, { ...parameters, cursor });
        found.push(...body.Resources);
        cursor = body.nextCursor;
      }
      return found;
    },
  };
}
