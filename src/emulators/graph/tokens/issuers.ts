/** Keys of outside issuers: published by a test, or fetched from their discovery over loopback. */

import type { JsonWebKey } from 'node:crypto';
import { isObject } from '../contract.ts';

export interface Issuers {
  publish(issuer: string, keys: readonly JsonWebKey[]): void;
  /** @param fresh Asks the issuer again even when its keys are known. */
  keys(issuer: string, fresh: boolean): Promise<readonly JsonWebKey[]>;
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

export function outsideIssuers(fetch: typeof globalThis.fetch): Issuers {
  const published = new Map<string, readonly JsonWebKey[]>();
  const fetched = new Map<string, readonly JsonWebKey[]>();
  return {
    publish: (issuer, keys) => {
      published.set(issuer, keys);
    },
    keys: async (issuer, fresh) => {
      const known = published.get(issuer) ?? (fresh ? undefined : fetched.get(issuer));
      if (known !== undefined) return known;
      const keys = await discovered(fetch, issuer);
      fetched.set(issuer, keys);
      return keys;
    },
  };
}

async function discovered(
  fetch: typeof globalThis.fetch,
  issuer: string,
): Promise<readonly JsonWebKey[]> {
  const root = issuer.replace(/\/$/, '');
  const keysUrl = property(
    await json(fetch, `${root}/.well-known/openid-configuration`),
    'jwks_uri',
  );
  const keys = typeof keysUrl === 'string' ? property(await json(fetch, keysUrl), 'keys') : [];
  return Array.isArray(keys) ? keys.filter(isObject) : [];
}

async function json(fetch: typeof globalThis.fetch, url: string): Promise<unknown> {
  if (!URL.canParse(url) || !LOOPBACK.has(new URL(url).hostname)) return undefined;
  const response = await fetch(url);
  return response.ok ? response.json() : undefined;
}

function property(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined;
}
