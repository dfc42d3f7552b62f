import { describe, expect, it } from 'vitest';
import { clientCredentialTokens } from './oauth.ts';

const { signal } = new AbortController();
const credentials = {
  tokenUrl: 'https://login.contoso.com/token',
  clientId: 'lock:step',
  clientSecret: 's3cret/+',
  scope: 'users.write',
  auth: 'basic',
} as const;

function endpoint(answer: (count: number) => Response) {
  let seconds = 0;
  const asked: Request[] = [];
  return {
    asked,
    pass: (more: number) => {
      seconds += more;
    },
    http: {
      now: () => new Date(seconds * 1000),
      fetch: async (url: string | URL | Request, init?: RequestInit) => {
        asked.push(new Request(url, init));
        return answer(asked.length);
      },
    },
  };
}

const token = (count: number) => Response.json({ access_token: `t${count}`, expires_in: 3600 });

describe('client credentials', () => {
  it('ask once for many, and again a minute before the end', async () => {
    const { http, asked, pass } = endpoint(token);
    const tokens = clientCredentialTokens(http, credentials);
    const first = await Promise.all([tokens.token(signal), tokens.token(signal)]);
    pass(3539);
    const still = await tokens.token(signal);
    pass(1);
    expect([...first, still, await tokens.token(signal)]).toEqual(['t1', 't1', 't1', 't2']);
    expect(asked).toHaveLength(2);
  });

  it('live by half of a short life', async () => {
    const { http, pass } = endpoint((count) =>
      Response.json({ access_token: `t${count}`, expires_in: '20' }),
    );
    const tokens = clientCredentialTokens(http, credentials);
    await tokens.token(signal);
    pass(9);
    expect(await tokens.token(signal)).toBe('t1');
    pass(1);
    expect(await tokens.token(signal)).toBe('t2');
  });

  it('renew what was refused, unless somebody has already', async () => {
    const { http, asked } = endpoint(token);
    const tokens = clientCredentialTokens(http, credentials);
    const refused = await tokens.token(signal);
    const renewed = await Promise.all([
      tokens.renewed(refused, signal),
      tokens.renewed(refused, signal),
    ]);
    expect([...renewed, await tokens.renewed(refused, signal)]).toEqual(['t2', 't2', 't2']);
    expect(asked).toHaveLength(2);
  });

  it('name the client in the header, encoded, or in the form', async () => {
    const { http, asked } = endpoint(token);
    await clientCredentialTokens(http, credentials).token(signal);
    await clientCredentialTokens(http, { ...credentials, auth: 'body' }).token(signal);
    expect(asked[0]?.headers.get('authorization')).toBe(
      `Basic ${Buffer.from('lock%3Astep:s3cret%2F%2B').toString('base64')}`,
    );
    expect(await Promise.all(asked.map((one) => one.text()))).toEqual([
      'grant_type=client_credentials&scope=users.write',
      'grant_type=client_credentials&scope=users.write&client_id=lock%3Astep&client_secret=s3cret%2F%2B',
    ]);
    expect(asked[1]?.headers.get('authorization')).toBeNull();
  });

  it.each<[() => Response, object]>([
    [
      () => Response.json({ error: 'invalid_client' }, { status: 401 }),
      { kind: 'denied', code: 'credentials-refused', general: true },
    ],
    [() => new Response('', { status: 429 }), { kind: 'throttled' }],
    [() => new Response('', { status: 503 }), { kind: 'unreachable', code: 'target-failing' }],
    [
      () => Response.json({ token: 'x' }),
      { kind: 'unreachable', code: 'token-answer-unreadable', general: true },
    ],
  ])('fail by name', async (answer, failure) => {
    const { http } = endpoint(answer);
    const failed = await clientCredentialTokens(http, credentials)
      .token(signal)
      .catch((error) => error);
    expect(failed).toMatchObject(failure);
    expect(failed.message).not.toContain('s3cret');
  });

  it('are not lost to the others when one caller gives up', async () => {
    const { http } = endpoint(token);
    const tokens = clientCredentialTokens(http, credentials);
    const gone = new AbortController();
    const waiting = [tokens.token(gone.signal), tokens.token(signal)];
    gone.abort(new Error('cancelled'));
    expect(await Promise.allSettled(waiting)).toMatchObject([
      { status: 'rejected', reason: { message: 'cancelled' } },
      { status: 'fulfilled', value: 't1' },
    ]);
  });
});
