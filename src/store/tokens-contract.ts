/** What tokens keep to, on whichever database. Run by the tests of each. */

import { beforeEach, describe, expect, it } from 'vitest';
import {
  apiAuthentication,
  createToken,
  inboundAuthentication,
  issueToken,
  rotateToken,
  type TokenStorage,
  tokenAuthentication,
} from '../server/tokens.ts';
import { clientStorage } from './clients.ts';
import type { Database } from './database.ts';
import { tokenStorage } from './tokens.ts';

/** @param open Opens a store of its own, of the tenant contoso. */
export function tokensContract(open: () => Promise<Database>): void {
  describe('a token', () => {
    let database: Database;
    let storage: TokenStorage;
    let time: number;

    const now = () => new Date(time);
    const tenants = async (tenant: string) => (tenant === 'contoso' ? storage : undefined);

    beforeEach(async () => {
      time = Date.parse('2026-01-31T08:00:00Z');
      database = await open();
      storage = tokenStorage(database);
      return () => database[Symbol.asyncDispose]();
    });

    it('knows whose a token is, until it expires', async () => {
      const authenticate = tokenAuthentication(tenants, now);
      const { token } = await createToken(storage, 'contoso', { system: 'inbox' }, 30, now());
      expect(token).toMatch(/^lockstep_contoso_[0-9a-f]{64}$/);
      expect(await authenticate(token)).toEqual({ tenant: 'contoso', system: 'inbox' });
      time += 30 * 86_400_000;
      expect(await authenticate(token)).toBeUndefined();
    });

    it('lets two tokens of a system be valid at once, so that one can take over from the other', async () => {
      const authenticate = tokenAuthentication(tenants, now);
      const [one, other] = [
        await createToken(storage, 'contoso', { system: 'inbox' }, 30, now()),
        await createToken(storage, 'contoso', { system: 'inbox' }, 30, now()),
      ];
      expect(await storage.revoke(one.id, now())).toBe(true);
      expect(await storage.revoke(one.id, now())).toBe(false);
      expect(await authenticate(one.token)).toBeUndefined();
      expect(await authenticate(other.token)).toBeDefined();
    });

    it('shows when a token was last used, and never the token', async () => {
      const { token, id } = await createToken(storage, 'contoso', { system: 'inbox' }, 30, now());
      await tokenAuthentication(tenants, now)(token);
      const listed = (await storage.all()).find((one) => one.id === id);
      expect(listed).toMatchObject({ system: 'inbox', lastUsedAt: now() });
      const rows = await database.all('select * from access_token');
      expect(JSON.stringify(rows)).not.toContain(token.slice(-64));
    });

    it('ends within seconds when it is revoked, also where it was just used', async () => {
      const authenticate = tokenAuthentication(tenants, now);
      const { token, id } = await createToken(storage, 'contoso', { system: 'inbox' }, 30, now());
      await authenticate(token);
      await storage.revoke(id, now());
      time += 2_000;
      expect(await authenticate(token)).toBeUndefined();
    });

    it.each(['', ' ', 'lockstep', 'lockstep__', `lockstep_contoso_${'0'.repeat(64)}`])(
      'opens nothing to %j',
      async (token) => {
        expect(await tokenAuthentication(tenants, now)(token)).toBeUndefined();
      },
    );

    it('opens no tenant to the token of another', async () => {
      const { token } = await createToken(storage, 'fabrikam', { system: 'inbox' }, 30, now());
      expect(await tokenAuthentication(tenants, now)(token)).toBeUndefined();
    });

    it('opens either a served system or the API, never both', async () => {
      const [system, api] = [tokenAuthentication(tenants, now), apiAuthentication(tenants, now)];
      const inbox = await createToken(storage, 'contoso', { system: 'inbox' }, 30, now());
      const viewer = await createToken(storage, 'contoso', { role: 'viewer' }, 30, now());
      expect(await api(viewer.token)).toEqual({
        tenant: 'contoso',
        token: viewer.id,
        role: 'viewer',
      });
      expect(await api(inbox.token)).toBeUndefined();
      expect(await system(viewer.token)).toBeUndefined();
      expect(await storage.all()).toContainEqual(expect.objectContaining({ role: 'viewer' }));
    });

    it('opens nothing with a role that is not known any more', async () => {
      const { token, id } = await createToken(storage, 'contoso', { role: 'viewer' }, 30, now());
      await database.run('update access_token set role = ? where id = ?', ['owner', id]);
      expect(await apiAuthentication(tenants, now)(token)).toBeUndefined();
    });

    it('is rotated: the next one opens the same, the one before ends when the overlap does', async () => {
      const authenticate = tokenAuthentication(tenants, now);
      const scope = { system: 'inbox', rights: 'read' } as const;
      const first = await createToken(storage, 'contoso', scope, 30, now());
      const [known] = await storage.all();
      if (known === undefined) throw new Error('no token');
      const next = await rotateToken(
        storage,
        'contoso',
        known,
        { days: 90, overlapDays: 7 },
        now(),
      );
      const both = () => Promise.all([first, next].map(({ token }) => authenticate(token)));
      const caller = { tenant: 'contoso', ...scope };
      expect(await both()).toEqual([caller, caller]);
      time += 7 * 86_400_000;
      expect(await both()).toEqual([undefined, caller]);
      time += 83 * 86_400_000;
      expect(await both()).toEqual([undefined, undefined]);
    });

    it('that ends before the overlap does lives no longer for it', async () => {
      const first = await createToken(storage, 'contoso', { system: 'inbox' }, 3, now());
      const [known] = await storage.all();
      if (known === undefined) throw new Error('no token');
      await rotateToken(storage, 'contoso', known, { days: 90, overlapDays: 30 }, now());
      expect((await storage.all()).find(({ id }) => id === first.id)).toEqual(known);
    });

    it('for reading alone pushes nothing', async () => {
      const push = inboundAuthentication(tenants, now, async () => true);
      const scope = { system: 'hr', rights: 'read' } as const;
      const reading = await createToken(storage, 'contoso', scope, 30, now());
      expect(await push(reading.token)).toBeUndefined();
      const writing = await createToken(storage, 'contoso', { system: 'hr' }, 30, now());
      expect(await push(writing.token)).toEqual({ tenant: 'contoso', system: 'hr' });
    });

    it('with rights that are not known any more may read, not do everything', async () => {
      const { token, id } = await createToken(storage, 'contoso', { system: 'inbox' }, 30, now());
      await database.run('update access_token set rights = ? where id = ?', ['admire', id]);
      expect(await tokenAuthentication(tenants, now)(token)).toMatchObject({ rights: 'read' });
    });

    it('is hashed as a whole: nobody gets in with the beginning of one, or with more', async () => {
      const { token } = await createToken(storage, 'contoso', { system: 'inbox' }, 30, now());
      const authenticate = tokenAuthentication(tenants, now);
      const wrong = [72, 56, 20].map((length) => token.slice(0, length));
      for (const other of [...wrong, `${token}0`, `${token.slice(0, -1)}g`, token.toUpperCase()]) {
        expect(await authenticate(other)).toBeUndefined();
      }
    });

    it('that a client was given is not listed, ends with the client, and is forgotten later', async () => {
      const clients = clientStorage(database);
      const secret = { id: 's1', createdAt: now(), expiresAt: new Date(time + 86_400_000) };
      const client = {
        id: 'contoso.1',
        name: 'Okta',
        scope: { system: 'inbox' },
        createdAt: now(),
      };
      await clients.add(client, secret, 'a'.repeat(64));
      const issue = () =>
        issueToken(storage, 'contoso', client.scope, { client: client.id, seconds: 3600 }, now());
      const early = await issue();
      expect(await storage.all()).toEqual([]);
      time += 3_600_000;
      await storage.forget(client.id, now());
      expect(await database.all('select id from access_token')).toEqual([]);
      const late = await issue();
      expect(await tokenAuthentication(tenants, now)(late.token)).toBeDefined();
      await clients.revoke(client.id, now());
      const authenticate = tokenAuthentication(tenants, now);
      // Also one that it is being given at this moment.
      const meanwhile = await issue();
      for (const { token } of [early, late, meanwhile]) {
        expect(await authenticate(token)).toBeUndefined();
      }
    });
  });
}
