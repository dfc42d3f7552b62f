import fc from 'fast-check';
import { exportJWK, generateKeyPair, generateSecret, SignJWT } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import { jwtAuthentication, type Trust } from './jwt.ts';
import { ISSUER, type TestIssuer, testIssuer } from './testing-issuer.ts';

let time: number;
let issuer: TestIssuer;
let log: string[];
let trusts: readonly Trust[];

const now = () => new Date(time);
const INBOX: Trust = { tenant: 'contoso', system: 'inbox', issuer: ISSUER };
const CALLER = { tenant: 'contoso', system: 'inbox', rights: 'write' };

beforeEach(async () => {
  time = Date.parse('2026-03-01T10:00:00Z');
  issuer = await testIssuer(now);
  log = [];
  trusts = [INBOX];
});

function authentication() {
  return jwtAuthentication({
    fetch: issuer.fetch,
    now,
    trustsIn: async (name) => trusts.filter((trust) => trust.issuer.issuer === name),
    log: (line) => void log.push(line),
  });
}

const parsed = (token: string): string =>
  token
    .split('.')
    .map((part) => Buffer.from(part, 'base64url').toString('hex'))
    .join('.');
const seconds = (later: number): number => time / 1000 + later;

describe('a JWT of an issuer that is trusted', () => {
  it('opens the system that trusts it, for what it may do there', async () => {
    const authenticate = authentication();
    expect(await authenticate(await issuer.sign({}), 'inbox')).toEqual(CALLER);
    trusts = [{ ...INBOX, issuer: { ...ISSUER, rights: 'read' } }];
    expect(await authenticate(await issuer.sign({}), 'inbox')).toMatchObject({ rights: 'read' });
  });

  it('may have its audience and its claims in lists, and its scopes in a text', async () => {
    trusts = [{ ...INBOX, issuer: { ...ISSUER, claims: { roles: 'push', scp: 'scim.write' } } }];
    const listed = { aud: ['x', 'api://lockstep'], roles: ['look', 'push'], scp: 'a scim.write' };
    expect(await authentication()(await issuer.sign(listed), 'inbox')).toEqual(CALLER);
    const among = { ...listed, roles: 'look push' };
    expect(await authentication()(await issuer.sign(among), 'inbox')).toBeUndefined();
  });

  it('may be of a clock that differs by a minute', async () => {
    const authenticate = authentication();
    for (const claims of [{ exp: seconds(-59) }, { nbf: seconds(59) }]) {
      expect(await authenticate(await issuer.sign(claims), 'inbox')).toEqual(CALLER);
    }
  });

  it('opens the system that is asked for, where one token is good for two', async () => {
    trusts = [{ ...INBOX, system: 'other' }, INBOX];
    const authenticate = authentication();
    expect(await authenticate(await issuer.sign({}), 'inbox')).toEqual(CALLER);
    const other = await authenticate(await issuer.sign({}), 'other');
    expect(other).toEqual({ ...CALLER, system: 'other' });
  });

  it.each([
    ['that has ended', () => issuer.sign({ exp: seconds(-61) })],
    ['that has not begun', () => issuer.sign({ nbf: seconds(61) })],
    ['without an end', () => issuer.sign({ exp: undefined as never })],
    ['for somebody else', () => issuer.sign({ aud: 'api://other' })],
    ['for nobody', () => issuer.sign({ aud: undefined as never })],
    ['of another client', () => issuer.sign({ azp: 'payroll' })],
    ['of no client', () => issuer.sign({ azp: undefined as never })],
    ['of an issuer nobody trusts', () => issuer.sign({ iss: 'https://login.fabrikam.com' })],
    ['of no issuer', () => issuer.sign({ iss: undefined as never })],
    ['with a critical header nobody knows', () => issuer.sign({}, { crit: ['x'], x: 1 } as never)],
  ])('opens nothing %s', async (_, token) => {
    const signed = await token().catch(() => 'unsigned');
    expect(await authentication()(signed, 'inbox')).toBeUndefined();
  });

  it('opens nothing where two tenants trust it alike: nobody is guessed', async () => {
    trusts = [INBOX, { ...INBOX, tenant: 'fabrikam' }];
    expect(await authentication()(await issuer.sign({}), 'inbox')).toBeUndefined();
    expect(log).toEqual([expect.stringContaining('two tenants trust it')]);
  });

  it('is of one tenant where its claims say of which', async () => {
    trusts = [
      INBOX,
      { tenant: 'fabrikam', system: 'inbox', issuer: { ...ISSUER, claims: { tid: 'f' } } },
    ];
    const authenticate = authentication();
    expect(await authenticate(await issuer.sign({}), 'inbox')).toEqual(CALLER);
    const theirs = await authenticate(await issuer.sign({ azp: 'theirs', tid: 'f' }), 'inbox');
    expect(theirs).toMatchObject({ tenant: 'fabrikam' });
  });

  it('says in the log why it was refused, once a minute, and to nobody else', async () => {
    const authenticate = authentication();
    for (let tries = 0; tries < 3; tries++) {
      await authenticate(await issuer.sign({ aud: 'api://other\n' }), 'inbox');
    }
    expect(log).toEqual([
      'a JWT was refused: of the issuer "https://login.contoso.com/v2.0": its audience is "api://other\\n"',
    ]);
  });
});

it('fills no log, whatever it claims', async () => {
  const authenticate = authentication();
  for (let token = 0; token < 100; token++) {
    await authenticate(await issuer.sign({ iss: `https://login.test/${token}` }), 'inbox');
  }
  expect(log).toHaveLength(30);
  time += 60_000;
  await authenticate(await issuer.sign({ aud: 'other' }), 'inbox');
  expect(log).toHaveLength(31);
});

describe('a JWT that only looks like one of an issuer', () => {
  const forged = (header: object, signature = '') =>
    [header, { iss: ISSUER.issuer, aud: 'api://lockstep', azp: 'provisioning', exp: 9e9 }]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .concat(signature)
      .join('.');

  it('opens nothing without a signature', async () => {
    for (const alg of ['none', 'None', 'NONE', 'nOnE']) {
      expect(await authentication()(forged({ alg }), 'inbox')).toBeUndefined();
    }
    expect(await authentication()(forged({ alg: 'ES256', kid: 'key-1' }), 'inbox')).toBeUndefined();
  });

  it('opens nothing signed by a secret, also where that is what is published as a key', async () => {
    const claims = { iss: ISSUER.issuer, aud: 'api://lockstep', azp: 'provisioning' };
    const known = await issuer.fetch(ISSUER.jwks);
    const secret = new TextEncoder().encode(await known.text());
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', kid: 'key-1' })
      .setExpirationTime(new Date(time + 300_000))
      .sign(secret);
    expect(await authentication()(token, 'inbox')).toBeUndefined();

    const symmetric = await generateSecret('HS256', { extractable: true });
    const published = { ...(await exportJWK(symmetric)), kid: 'key-1' };
    issuer.answers(() => Response.json({ keys: [published] }));
    const other = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', kid: 'key-1' })
      .setExpirationTime(new Date(time + 300_000))
      .sign(symmetric);
    expect(await authentication()(other, 'inbox')).toBeUndefined();
  });

  it('opens nothing signed by a key of its own, wherever it says that one lies', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    const jwk = await exportJWK(publicKey);
    const token = await new SignJWT({
      iss: ISSUER.issuer,
      aud: 'api://lockstep',
      azp: 'provisioning',
    })
      .setProtectedHeader({
        alg: 'ES256',
        kid: 'key-1',
        jwk,
        jku: 'https://evil.test/keys',
      } as never)
      .setExpirationTime(new Date(time + 300_000))
      .sign(privateKey);
    expect(await authentication()(token, 'inbox')).toBeUndefined();
  });

  it('opens nothing, whatever of it was changed', async () => {
    const authenticate = authentication();
    const good = await issuer.sign({});
    expect(await authenticate(good, 'inbox')).toEqual(CALLER);
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: good.length - 1 }),
        fc.constantFrom(...'AZaz09-_.=é\u0000'),
        async (place, letter) => {
          const other = good.slice(0, place) + letter + good.slice(place + 1);
          // The last letter of a part has bits that belong to nothing.
          fc.pre(parsed(other) !== parsed(good));
          expect(await authenticate(other, 'inbox')).toBeUndefined();
        },
      ),
      { numRuns: 200 },
    );
  });

  it.each(['', 'a.b', 'a.b.c', '..', `${'a'.repeat(20_000)}.b.c`, 'e30.e30.', '💥.💥.💥'])(
    'opens nothing: %#',
    async (token) => {
      expect(await authentication()(token, 'inbox')).toBeUndefined();
      expect(issuer.reads()).toBe(0);
    },
  );
});

describe('the keys of an issuer', () => {
  it('are read once, and again for a key that is not there, at most twice a minute', async () => {
    const authenticate = authentication();
    for (let token = 0; token < 3; token++) await authenticate(await issuer.sign({}), 'inbox');
    expect(issuer.reads()).toBe(1);

    await issuer.rotate();
    const early = await issuer.sign({});
    expect(await authenticate(early, 'inbox')).toBeUndefined();
    time += 30_000;
    expect(await authenticate(await issuer.sign({}), 'inbox')).toEqual(CALLER);
    for (let token = 0; token < 100; token++) {
      await authenticate(await issuer.sign({}, { kid: `guess-${token}` }), 'inbox');
    }
    expect(issuer.reads()).toBe(2);
  });

  it('are asked for once, however many ask at the same time', async () => {
    const authenticate = authentication();
    const token = await issuer.sign({});
    const all = await Promise.all(Array.from({ length: 20 }, () => authenticate(token, 'inbox')));
    expect(all).toEqual(Array.from({ length: 20 }, () => CALLER));
    expect(issuer.reads()).toBe(1);
  });

  it.each([
    ['do not come', 'nothing'],
    ['come with a failure', () => new Response('busy', { status: 503 })],
    ['are no keys', () => Response.json({ keys: 'none' })],
    ['are no JSON', () => new Response('<html>')],
    ['are too many', () => Response.json({ keys: [], more: 'x'.repeat(300_000) })],
  ] as const)('that %s are told as 503, and asked for twice a minute', async (_, how) => {
    issuer.answers(how);
    const authenticate = authentication();
    for (let tries = 0; tries < 5; tries++) {
      const refused = authenticate(await issuer.sign({}), 'inbox');
      await expect(refused).rejects.toMatchObject({ status: 503, retryAfterSeconds: 30 });
    }
    expect(issuer.reads()).toBe(1);
    issuer.answers('keys');
    time += 30_000;
    expect(await authenticate(await issuer.sign({}), 'inbox')).toEqual(CALLER);
  });

  it('that are known stay good for a day while the issuer is away', async () => {
    const authenticate = authentication();
    await authenticate(await issuer.sign({}), 'inbox');
    issuer.answers('nothing');
    time += 23 * 3_600_000;
    expect(await authenticate(await issuer.sign({}), 'inbox')).toEqual(CALLER);
    time += 2 * 3_600_000;
    await expect(authenticate(await issuer.sign({}), 'inbox')).rejects.toMatchObject({
      status: 503,
    });
  });
});
