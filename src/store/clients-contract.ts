/** What clients of OAuth keep to, on whichever database. Run by the tests of each. */

import { describe, expect, it } from 'vitest';
import { createClient, rotateSecret } from '../server/auth/client.ts';
import { grants } from '../server/auth/grant.ts';
import { tokenAuthentication } from '../server/tokens.ts';
import { clientStorage } from './clients.ts';
import type { Database } from './database.ts';
import { tokenStorage } from './tokens.ts';

const AT = new Date('2026-01-31T08:00:00Z');
const later = (days: number): Date => new Date(AT.getTime() + days * 86_400_000);

/** @param open Opens a store of its own, of the tenant contoso. */
export function clientsContract(open: () => Promise<Database>): void {
  describe('a client', () => {
    it('is kept with hashes of its secrets, and never a secret', async () => {
      await using database = await open();
      const clients = clientStorage(database);
      const scope = { system: 'inbox', rights: 'read' } as const;
      const made = await createClient(clients, 'contoso', { name: 'Okta', scope }, 30, AT);
      expect(made.client).toMatch(/^contoso\.[0-9a-f]{24}$/);
      expect(made.secret).toMatch(/^lockstep_secret_contoso_[0-9a-f]{64}$/);
      const kept = {
        id: made.client,
        name: 'Okta',
        scope,
        createdAt: AT,
        secrets: [{ id: expect.any(String), createdAt: AT, expiresAt: later(30) }],
      };
      expect(await clients.all()).toEqual([kept]);
      expect((await clients.find(made.client))?.client).toEqual(kept);
      expect(await clients.find('contoso.other')).toBeUndefined();
      const rows = await database.all('select * from oauth_secret');
      expect(JSON.stringify(rows)).not.toContain(made.secret.slice(-64));
    });

    it('has two secrets while one takes over from the other', async () => {
      await using database = await open();
      const clients = clientStorage(database);
      const scope = { role: 'viewer' } as const;
      const { client } = await createClient(clients, 'contoso', { name: 'Board', scope }, 30, AT);
      const secrets = async () => (await clients.find(client))?.client.secrets ?? [];
      for (const day of [1, 2]) {
        const known = (await clients.find(client))?.client;
        if (known === undefined) throw new Error('no client');
        await rotateSecret(clients, 'contoso', known, { days: 30, overlapDays: 7 }, later(day));
      }
      expect((await secrets()).map(({ expiresAt }) => expiresAt)).toEqual([
        later(2),
        later(9),
        later(32),
      ]);
    });

    it('is revoked once, and its tokens with it', async () => {
      await using database = await open();
      const storages = { clients: clientStorage(database), tokens: tokenStorage(database) };
      const now = () => AT;
      const grant = grants({ now, storagesOf: async () => storages });
      const what = { name: 'Okta', scope: { system: 'inbox' } };
      const { client, secret } = await createClient(storages.clients, 'contoso', what, 30, AT);
      const { token } = await grant({ client, secret });
      const caller = () => tokenAuthentication(async () => storages.tokens, now)(token);
      expect(await caller()).toEqual({ tenant: 'contoso', system: 'inbox' });
      expect((await storages.clients.all())[0]?.secrets[0]?.lastUsedAt).toEqual(AT);

      expect(await storages.clients.revoke(client, later(1))).toBe(true);
      expect(await storages.clients.revoke(client, later(2))).toBe(false);
      expect((await storages.clients.all())[0]?.revokedAt).toEqual(later(1));
      expect(await caller()).toBeUndefined();
      await expect(grant({ client, secret })).rejects.toMatchObject({ code: 'invalid_client' });
    });
  });
}
