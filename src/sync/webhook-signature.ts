/**
 * What proves to a webhook who called and when: id, time and signature over the very bytes, as
 * https://www.standardwebhooks.com has it. Several secrets sign while one takes over from another.
 */

import { createHmac, hash } from 'node:crypto';

export function signatureHeaders(
  body: string,
  secrets: readonly string[],
  at: Date,
): Readonly<Record<string, string>> {
  if (secrets.length === 0) return {};
  const timestamp = String(Math.floor(at.getTime() / 1000));
  // A body says when it was made: the same again is the same message, sent twice.
  const id = `msg_${hash('sha256', body, 'hex').slice(0, 32)}`;
  const signatures = secrets.map((secret) => {
    const mac = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${body}`);
    return `v1,${mac.digest('base64')}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}

const PREFIX = 'whsec_';

/** Behind the prefix of the standard it is Base64; otherwise it is taken as it is. */
function keyOf(secret: string): Buffer {
  return secret.startsWith(PREFIX)
    ? Buffer.from(secret.slice(PREFIX.length), 'base64')
    : Buffer.from(secret);
}
