/** RFC 6749 §2.3, §4.4 and §5 over a store in memory. */

import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { secretHash } from '../secret.ts';
import { type AccessToken, type TokenStorage, tokenAuthentication } from '../tokens.ts';
import { createClient, type NewClient, rotateSecret } from './client.ts';
import { grants } from './grant.ts';
import { memoryClients } from './testing-clients.ts';
import { tokenEndpoint } from './token-endpoint.ts';

let time: number;
let client: NewClient;
let refusals: (string | undefined)[];
let bugs: unknown[];
let clients: ReturnType<typeof memoryClients>;
let tokens: TokenStorage;
let app: ReturnType<typeof tokenEndpoint>;

const now = () => new Date(time);

beforeEach(async () => {
  time = Date.parse('2026-03-01T10:00:00Z');
  [refusals, bugs] = [[], []];
  clients = memoryClients();
  tokens = memoryTokens();
  client = await createClient(
    clients,
    'contoso',
    { name: 'Okta', scope: { system: 'inbox' } },
    30,
    now(),
  );
  const grant = grants({
    now,
    storagesOf: async (tenant) => {
      if (tenant === 'broken') throw new TypeError('no database');
      return tenant === 'contoso' ? { clients, tokens } : undefined;
    },
    refused: async (tenant) => void refusals.push(tenant),
  });
  app = tokenEndpoint({ grant, onBug: (error) => bugs.push(error) });
});

function memoryTokens(): TokenStorage {
  const kept = new Map<string, AccessToken>();
  return {
    add: async (token, hash) => void kept.set(hash, token),
    byHash: async (hash) => {
      const token = kept.get(hash);
      return token && { token, hash };
    },
    all: async () => [...kept.values()],
    end: async () => {},
    revoke: async () => false,
    use: async () => {},
    forget: async (of, before) => {
      for (const [hash, token] of kept) {
        if (token.client === of && token.expiresAt <= before) kept.delete(hash);
      }
    },
  };
}

const ANSWER = z.record(z.string(), z.unknown());

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

async function ask(
  form: Readonly<Record<string, string>> | string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const body = typeof form === 'string' ? form : new URLSearchParams(form).toString();
  const answer = await app.request('/oauth2/token', {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body,
  });
  return {
    ...{ status: answer.status, headers: answer.headers },
    body: ANSWER.parse(await answer.json()),
  };
}

const basic = (id: string, secret: string) => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
});
const post = (more: Readonly<Record<string, string>> = {}) => ({
  grant_type: 'client_credentials',
  client_id: client.client,
  client_secret: client.secret,
  ...more,
});
const GRANT = { grant_type: 'client_credentials' };

describe('a client', () => {
  it('gets a token for its id and secret in the header: client_secret_basic', async () => {
    const { status, headers, body } = await ask(GRANT, basic(client.client, client.secret));
    expect([status, body]).toEqual([
      200,
      {
        access_token: expect.stringMatching(/^lockstep_contoso_[0-9a-f]{64}$/),
        token_type: 'Bearer',
        expires_in: 3600,
        scope: 'inbox',
      },
    ]);
    expect(headers.get('cache-control')).toBe('no-store');
    const authenticate = tokenAuthentication(async () => tokens, now);
    expect(await authenticate(String(body.access_token))).toEqual({
      tenant: 'contoso',
      system: 'inbox',
    });
    time += 3_600_000;
    expect(await authenticate(String(body.access_token))).toBeUndefined();
  });

  it('gets one for id and secret in the form: client_secret_post', async () => {
    expect((await ask(post())).status).toBe(200);
  });

  it('may encode both as in a form, as the protocol has it', async () => {
    const escaped = [...client.secret].map((one) => `%${one.charCodeAt(0).toString(16)}`).join('');
    expect((await ask(GRANT, basic(client.client, escaped))).status).toBe(200);
  });

  it('gets less when it asks for less, and nothing when it asks for more', async () => {
    const { body } = await ask(post({ scope: 'inbox:read' }));
    expect(body.scope).toBe('inbox:read');
    const authenticate = tokenAuthentication(async () => tokens, now);
    expect(await authenticate(String(body.access_token))).toMatchObject({ rights: 'read' });
    for (const scope of [
      'other',
      'api:administrator',
      'inbox other',
      'inbox:everything',
      '__proto__',
    ]) {
      const refused = await ask(post({ scope }));
      expect([refused.status, refused.body.error]).toEqual([400, 'invalid_scope']);
    }
  });

  it('is known by two secrets while one takes over from the other, never by three', async () => {
    const known = (await clients.find(client.client))?.client;
    if (known === undefined) throw new Error('no client');
    const lifetimes = { days: 30, overlapDays: 7 };
    const second = await rotateSecret(clients, 'contoso', known, lifetimes, now());
    const statuses = async (...secrets: readonly string[]) =>
      Promise.all(
        secrets.map(async (secret) => (await ask(post({ client_secret: secret }))).status),
      );
    expect(await statuses(client.secret, second.secret)).toEqual([200, 200]);
    const again = (await clients.find(client.client))?.client ?? known;
    const third = await rotateSecret(clients, 'contoso', again, lifetimes, now());
    expect(await statuses(client.secret, second.secret, third.secret)).toEqual([401, 200, 200]);
    time += 7 * 86_400_000;
    expect(await statuses(second.secret, third.secret)).toEqual([401, 200]);
    time += 23 * 86_400_000;
    expect(await statuses(third.secret)).toEqual([401]);
  });

  it('gets nothing any more once it is revoked', async () => {
    await ask(post());
    await clients.revoke(client.client, now());
    expect(await ask(post())).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
  });

  it('leaves no tokens behind that have ended', async () => {
    for (let hour = 0; hour < 5; hour++) {
      await ask(post());
      time += 3_600_000;
    }
    expect(await tokens.all()).toHaveLength(1);
  });

  it('shows when its secret was used last', async () => {
    time += 60_000;
    await ask(post());
    expect((await clients.all())[0]?.secrets[0]?.lastUsedAt).toEqual(now());
  });
});

describe('whoever is no client', () => {
  it('learns the same, whatever was wrong, and how to show itself', async () => {
    const wrong = [
      ['a wrong secret', post({ client_secret: 'wrong' }), {}],
      ['a hash', post({ client_secret: secretHash(client.secret) }), {}],
      ['an unknown client', post({ client_id: `contoso.${'0'.repeat(24)}` }), {}],
      [
        'a client of another tenant',
        post({ client_id: client.client.replace('contoso', 'fabrikam') }),
        {},
      ],
      ['no id of ours', post({ client_id: "' or 1=1 --" }), {}],
      ['no secret', { ...GRANT, client_id: client.client }, {}],
      ['an empty secret', post({ client_secret: '' }), {}],
      ['nothing', GRANT, {}],
      ['an empty header', GRANT, { authorization: 'Basic Og==' }],
      ['a bearer token', GRANT, { authorization: 'Bearer x' }],
      ['broken escapes', GRANT, basic(client.client, '%zz')],
      ['two ids', { ...GRANT, client_id: 'other' }, basic(client.client, client.secret)],
      ['a secret without end', post({ client_secret: 'x'.repeat(5000) }), {}],
    ] as const;
    for (const [what, form, headers] of wrong) {
      time += 60_000;
      const answer = await ask(form, headers);
      expect([what, answer.status, answer.body.error]).toEqual([what, 401, 'invalid_client']);
      expect(answer.headers.get('www-authenticate')).toBe('Basic realm="lockstep"');
    }
    expect(new Set(refusals)).toEqual(new Set(['contoso', undefined]));
  });

  it('may guess ten times a minute, and never locks out who knows the secret', async () => {
    await ask(post());
    for (let guess = 0; guess < 10; guess++) await ask(post({ client_secret: `guess ${guess}` }));
    const { status, headers, body } = await ask(post({ client_secret: 'one more' }));
    expect([status, body.error]).toEqual([429, 'temporarily_unavailable']);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await ask(post())).status).toBe(200);
    time += 60_000;
    expect((await ask(post({ client_secret: 'later' }))).status).toBe(401);
  });

  it('may ask for sixty tokens a minute, and not for more', async () => {
    for (let asked = 0; asked < 60; asked++) await ask(post());
    expect((await ask(post())).status).toBe(429);
    time += 60_000;
    expect((await ask(post())).status).toBe(200);
  });
});

describe('a request that is none', () => {
  it.each([
    ['no grant', 'client_id=a&client_secret=b', 'invalid_request'],
    ['another grant', 'grant_type=password&username=ada&password=x', 'unsupported_grant_type'],
    ['a parameter twice', 'grant_type=client_credentials&scope=a&scope=b', 'invalid_request'],
    ['too much', `grant_type=client_credentials&x=${'y'.repeat(9000)}`, 'invalid_request'],
  ])('is told what is wrong: %s', async (_, form, error) => {
    expect(await ask(form)).toMatchObject({ status: 400, body: { error } });
  });

  it('shows itself in one way, not in two', async () => {
    const both = await ask(post(), basic(client.client, client.secret));
    expect(both).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });

  it('is a form, and posted', async () => {
    const json = await ask(JSON.stringify(post()), { 'content-type': 'application/json' });
    expect(json).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    const got = await app.request(`/oauth2/token?${new URLSearchParams(post())}`);
    expect([got.status, got.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('is answered whatever it is, and never as if something were broken', async () => {
    const words = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        'grant_type',
        'client_id',
        'client_credentials',
        '__proto__',
        '%zz',
        client.client,
      ),
    );
    const pairs = fc.array(fc.tuple(words, words), { maxLength: 6 });
    const header = fc.oneof(
      fc.base64String().map((text) => `Basic ${text}`),
      fc.tuple(words, words).map(([id, secret]) => basic(id, secret).authorization),
      fc.string({ unit: fc.constantFrom(...'abc:=/+ ') }),
    );
    await fc.assert(
      fc.asyncProperty(pairs, header, fc.boolean(), async (form, authorization, shown) => {
        const body = form.map(([name, value]) => `${name}=${value}`).join('&');
        const { status, body: told } = await ask(body, shown ? { authorization } : {});
        expect([400, 401, 429]).toContain(status);
        expect(told).toMatchObject({
          error: expect.any(String),
          error_description: expect.any(String),
        });
      }),
      { numRuns: 300 },
    );
    expect(bugs).toEqual([]);
  });

  it('tells nothing of a mistake of ours', async () => {
    const answer = await ask(post({ client_id: `broken.${'0'.repeat(24)}` }));
    expect(answer).toMatchObject({ status: 500, body: { error: 'server_error' } });
    expect(JSON.stringify(answer.body)).not.toContain('database');
    expect(bugs).toEqual([new TypeError('no database')]);
  });
});
