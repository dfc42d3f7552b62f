/** Mails of a directory as they are written, and confirmations as they come back. */

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Attributes } from '../../identity/record.ts';
import { writePath } from '../../scim/path.ts';
import type { Letter, Postbox } from '../spi/index.ts';
import { schemasByKind, uniqueValues } from './conform.ts';
import type { DirectoryOptions } from './options.ts';
import { pathOf } from './paths.ts';
import { uniqueName } from './record.ts';
import type { AccountState, DirectoryStorage, StoredObject, WaitingMail } from './storage.ts';

/** A mail that nobody took for so long is not sent any more. */
const GIVEN_UP_SECONDS = 7 * 86_400;
const FIRST_RETRY_SECONDS = 60;
const LAST_RETRY_SECONDS = 3_600;

/** Writers of one account take turns. */
const MAX_TURNS = 20;

export function drawSecret(): { readonly text: string; readonly hash: string } {
  const text = randomBytes(24).toString('base64url');
  return { text, hash: hashOf(text) };
}

export function postboxOf(
  options: DirectoryOptions & { readonly mail: NonNullable<DirectoryOptions['mail']> },
  storage: DirectoryStorage,
  now: () => Date,
): Postbox {
  const { mail: server, receive } = options;
  const attempts = new Map<number, number>();

  function letterOf(
    { sequence, attempts: before, mail }: WaitingMail,
    link: (token: string) => string,
  ): Letter {
    attempts.set(sequence, before);
    const { from, to, subject, secret } = mail;
    const text =
      secret === undefined ? `${receive.invitation?.text ?? subject}\n` : question(link(secret));
    return { id: sequence, from, to, subject, text };
  }

  return {
    server: server.smtp,
    address: server.address,
    waiting: async (count, link) => {
      const time = now();
      const since = new Date(time.getTime() - GIVEN_UP_SECONDS * 1_000).toISOString();
      const mails = await storage.waitingMails(time.toISOString(), since, count);
      return mails.map((mail) => letterOf(mail, link));
    },
    delivered: async ({ id }) => {
      attempts.delete(id);
      await storage.delivered(id, { type: 'delivered', at: now().toISOString() });
    },
    failed: async ({ id }) => {
      const seconds = FIRST_RETRY_SECONDS * 2 ** Math.min(attempts.get(id) ?? 0, 10);
      const wait = Math.min(seconds, LAST_RETRY_SECONDS) * 1_000;
      const retryAt = new Date(now().getTime() + wait).toISOString();
      await storage.delivered(id, { type: 'failed', retryAt });
    },
    confirm: (token) => confirmChange(options, storage, now, token),
  };
}

function question(link: string): string {
  return `Somebody changed the address of your account to this one. To confirm it, open

${link}

If you do nothing, the old address stays.
`;
}

/** Takes over what waited for whoever holds the secret. */
export async function confirmChange(
  options: DirectoryOptions,
  storage: DirectoryStorage,
  now: () => Date,
  token: string,
): Promise<boolean> {
  const [, id, secret] = /^([0-9a-f-]{36})\.([\w-]{1,100})$/.exec(token) ?? [];
  if (id === undefined || secret === undefined) return false;
  const schemas = schemasByKind(options).get('user') ?? [];
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    const user = await storage.get('user', id);
    if (!user || !isOpen(user.state, secret, now())) return false;
    const { version, ...before } = user;
    const attributes = confirmed(user);
    const { pending: _, confirmation: __, ...state } = user.state;
    const object = { ...before, attributes, state, modifiedAt: now().toISOString() };
    const unique = uniqueName(options.receive, 'user', attributes);
    const written = await storage.write({
      ...({ type: 'put', object, expects: version, values: [] } as const),
      ...(unique !== undefined && { unique }),
      ...(schemas.length > 0 && { uniques: uniqueValues(schemas, attributes) }),
    });
    if (written.type === 'done') return true;
    if (written.type === 'taken') return false;
  }
  return false;
}

function confirmed({ attributes, state }: StoredObject): Attributes {
  let result = attributes;
  for (const [path, value] of Object.entries(state.pending ?? {}))
    result = writePath(result, pathOf(path), value);
  return result;
}

function isOpen({ confirmation }: AccountState, secret: string, now: Date): boolean {
  if (!confirmation || Date.parse(confirmation.expiresAt) <= now.getTime()) return false;
  return timingSafeEqual(Buffer.from(hashOf(secret)), Buffer.from(confirmation.hash));
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
