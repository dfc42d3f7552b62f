import { describe, expect, it } from 'vitest';
import type { AuditTrail } from '../../audit/trail.ts';
import { createToken, type TokenStorage } from '../tokens.ts';
import { toldTokens } from '../told-tokens.ts';
import { toldLogins } from './logins.ts';

const VIEWER = { tenant: 'contoso', token: 't1', role: 'viewer' } as const;

function recorded() {
  const told: unknown[] = [];
  let time = Date.parse('2026-03-01T10:00:00Z');
  const logins = toldLogins(
    async (entries, actor) => {
      for (const { action, detail } of entries) told.push([actor, action, detail]);
    },
    () => new Date(time),
  );
  return {
    told,
    logins,
    later: (seconds: number) => {
      time += seconds * 1000;
    },
  };
}

describe('logins', () => {
  it('are told once an hour for each token, with its role', async () => {
    const { told, logins, later } = recorded();
    for (const seconds of [0, 1, 3500, 100]) {
      later(seconds);
      await logins.accepted(VIEWER);
    }
    expect(told).toEqual([
      ['token t1 (viewer)', 'login-accepted', { role: 'viewer' }],
      ['token t1 (viewer)', 'login-accepted', { role: 'viewer' }],
    ]);
  });

  it('that are refused are told with what was wanted, and do not fill the trail', async () => {
    const { told, logins, later } = recorded();
    for (let knock = 0; knock < 1000; knock++) await logins.unknown();
    later(60);
    await logins.unknown();
    await logins.tooLow(VIEWER, 'releaseHeld', 'administrator');
    expect(told).toEqual([
      ['unknown token', 'login-refused', { why: 'token-missing', left: 0 }],
      ['unknown token', 'login-refused', { why: 'token-missing', left: 999 }],
      [
        'token t1 (viewer)',
        'login-refused',
        {
          why: 'role-too-low',
          role: 'viewer',
          needs: 'administrator',
          operation: 'releaseHeld',
          left: 0,
        },
      ],
    ]);
  });

  it('are told to the trail of their tenant, and to that of nobody where nobody is known', async () => {
    const trails: unknown[] = [];
    const append = async (_: unknown, actor: string, tenant?: string) => {
      trails.push([tenant, actor]);
    };
    const logins = toldLogins(append, () => new Date('2026-03-01T10:00:00Z'));
    await logins.accepted(VIEWER);
    await logins.tooLow(VIEWER, 'releaseHeld', 'administrator');
    await logins.unknownClient('contoso');
    await logins.unknownClient(undefined);
    await logins.unknownClient(undefined);
    await logins.unknown();
    expect(trails).toEqual([
      ['contoso', 'token t1 (viewer)'],
      ['contoso', 'token t1 (viewer)'],
      ['contoso', 'unknown client'],
      [undefined, 'unknown client'],
      [undefined, 'unknown token'],
    ]);
  });
});

it('tells of tokens that are made and revoked, and never the token', async () => {
  const told: unknown[] = [];
  const storage = {
    add: async () => {},
    revoke: async (id: string) => id !== 'unknown',
  } as unknown as TokenStorage;
  const trail = {
    transaction: <Value>(work: () => Promise<Value>) => work(),
    append: async (entries: readonly unknown[]) => void told.push(...entries),
  } as unknown as AuditTrail;
  const now = () => new Date('2026-03-01T10:00:00Z');
  const tokens = toldTokens(storage, trail, 'ada@contoso', now);
  const { token, id } = await createToken(tokens, 'contoso', { role: 'auditor' }, 30, now());
  await tokens.revoke(id, now());
  await tokens.revoke('unknown', now());
  expect(told).toEqual([
    {
      action: 'token-created',
      subject: id,
      detail: { role: 'auditor', expires: '2026-03-31T10:00:00.000Z' },
    },
    { action: 'token-revoked', subject: id },
  ]);
  expect(JSON.stringify(told)).not.toContain(token);
});
