/** Tokens and clients as people read them. */

import type { OauthClient } from '../server/auth/client.ts';
import { scopeText } from '../server/auth/scope.ts';
import type { AccessToken } from '../server/tokens.ts';
import { tableLines } from './table.ts';
import type { Output } from './terminal.ts';
import { ago } from './words.ts';

interface Life {
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt?: Date;
  readonly lastUsedAt?: Date;
}

export function sayAccess(
  tokens: readonly AccessToken[],
  clients: readonly OauthClient[],
  now: Date,
  out: Output,
): void {
  for (const each of [...tokens, ...clients]) out.json(each);
  const rows = [
    ...tokens.map((token) => [
      token.id,
      'role' in token ? `API, ${token.role}` : scopeText(token),
      ...lifeOf(token, now, out),
    ]),
    // Each secret is a line: while one takes over from another, both matter.
    ...clients.flatMap(({ id, name, scope, secrets, revokedAt }) =>
      secrets.map((secret) => [
        id,
        `${scopeText(scope)}, ${name}`,
        ...lifeOf(revokedAt === undefined ? secret : { ...secret, revokedAt }, now, out),
      ]),
    ),
  ];
  for (const line of tableLines(rows, { width: out.width, indent: 0 })) out.say(line);
  if (rows.length === 0) out.say('There is none. Make one: lockstep token create --help');
}

function lifeOf(life: Life, now: Date, out: Output): readonly string[] {
  const { createdAt, expiresAt, revokedAt, lastUsedAt } = life;
  return [
    `created ${ago(createdAt, now)}`,
    lastUsedAt === undefined ? 'never used' : `used ${ago(lastUsedAt, now)}`,
    revokedAt !== undefined
      ? out.paint('red', 'revoked')
      : expiresAt <= now
        ? out.paint('red', 'expired')
        : `expires ${expiresAt.toISOString().slice(0, 10)}`,
  ];
}
