/** What tenants and their stores keep to, on whichever database. Run by the tests of each. */

import { describe, expect, it } from 'vitest';
import { openAudit } from './audit.ts';
import type { Stores } from './stores.ts';
import { tenantStorage } from './tenants.ts';

const AT = new Date('2026-01-31T08:00:00Z');
const LATER = new Date('2026-02-01T08:00:00Z');
const PUT = 'insert into fingerprint (name, value) values (?, ?)';

/** @param open Opens the stores of an installation of its own. */
export function tenantsContract(open: () => Promise<Stores>): void {
  describe('the list of tenants', () => {
    it('keeps them by name, with the configuration they have here', async () => {
      await using stores = await open();
      await using database = await stores.open('default');
      const tenants = tenantStorage(database);
      expect(await tenants.add({ name: 'fabrikam', createdAt: AT })).toBe(true);
      expect(await tenants.add({ name: 'contoso', createdAt: AT, document: 'systems: {}' })).toBe(
        true,
      );
      const contoso = { name: 'contoso', createdAt: AT, document: 'systems: {}', version: 1 };
      expect(await tenants.all()).toEqual([
        contoso,
        { name: 'fabrikam', createdAt: AT, version: 1 },
      ]);
      expect(await tenants.find('contoso')).toEqual(contoso);
      expect(await tenants.find('nobody')).toBeUndefined();
      expect(await tenants.versions()).toEqual(
        new Map([
          ['contoso', 1],
          ['fabrikam', 1],
        ]),
      );
    });

    it('gives a name once, and has another version after every change', async () => {
      await using stores = await open();
      await using database = await stores.open('default');
      const tenants = tenantStorage(database);
      await tenants.add({ name: 'contoso', createdAt: AT });
      expect(await tenants.add({ name: 'contoso', createdAt: LATER })).toBe(false);
      expect(await tenants.configure('contoso', 'systems: {}')).toBe(true);
      expect(await tenants.restore('contoso')).toBe(false);
      expect(await tenants.remove('contoso', AT)).toBe(true);
      expect(await tenants.remove('contoso', LATER)).toBe(false);
      expect(await tenants.configure('contoso', 'systems: {}')).toBe(false);
      expect([...(await tenants.versions())]).toEqual([]);
      expect(await tenants.find('contoso')).toMatchObject({ version: 3, removedAt: AT });
      expect(await tenants.add({ name: 'contoso', createdAt: LATER })).toBe(false);
      expect(await tenants.restore('contoso')).toBe(true);
      expect(await tenants.find('contoso')).toEqual({
        name: 'contoso',
        createdAt: AT,
        document: 'systems: {}',
        version: 4,
      });
    });

    it('keeps of one that was erased the name alone, for good', async () => {
      await using stores = await open();
      await using database = await stores.open('default');
      const tenants = tenantStorage(database);
      await tenants.add({ name: 'contoso', createdAt: AT, document: 'systems: {}' });
      expect(await tenants.erased('contoso', AT)).toBe(false);
      await tenants.remove('contoso', AT);
      expect(await tenants.erased('contoso', LATER)).toBe(true);
      expect(await tenants.restore('contoso')).toBe(false);
      expect(await tenants.find('contoso')).toEqual({
        name: 'contoso',
        createdAt: AT,
        version: 3,
        removedAt: AT,
        erasedAt: LATER,
      });
    });
  });

  describe('the store of a tenant', () => {
    it('has nothing of another, and stays when that one is erased', async () => {
      await using stores = await open();
      const opened = await Promise.all(['contoso', 'fabrikam'].map((name) => stores.open(name)));
      for (const database of opened) {
        const { tenant } = database;
        await database.run(PUT, ['who', tenant]);
        const told = { action: 'run-started', subject: tenant } as const;
        for (let entry = 0; entry < 3; entry++) {
          await openAudit(database).append([told], { actor: 'ada@build-7', at: AT });
        }
        await database[Symbol.asyncDispose]();
      }
      await stores.erase('contoso');
      await using contoso = await stores.open('contoso');
      await using fabrikam = await stores.open('fabrikam');
      const everything = async ({ all }: typeof contoso) => [
        await all('select value from fingerprint'),
        await all('select number from audit_entry'),
        await all('select number from audit_payload'),
        await all('select number from audit_head'),
      ];
      expect(await everything(contoso)).toEqual([[], [], [], []]);
      const kept = [1, 2, 3].map((number) => ({ number }));
      expect(await everything(fabrikam)).toEqual([
        [{ value: 'fabrikam' }],
        kept,
        kept,
        [{ number: 3 }],
      ]);
    });

    it('is erased again without harm, and was never there without harm', async () => {
      await using stores = await open();
      await stores.erase('contoso');
      await stores.erase('contoso');
      await using contoso = await stores.open('contoso');
      expect(await contoso.all('select * from fingerprint')).toEqual([]);
    });
  });
}
