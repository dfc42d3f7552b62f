/** Page and delta tokens: text a client can carry but neither read nor change. */

import { createHmac, timingSafeEqual } from 'node:crypto';

export interface OpaqueTokens {
  seal(content: unknown): string;
  /** Undefined when the token was altered or is not one of ours. */
  open(token: string): unknown;
}

export function opaqueTokens(key: string): OpaqueTokens {
  const signature = (text: string): string =>
    createHmac('sha256', key).update(text).digest('base64url');
  return {
    seal: (content) => {
      const text = Buffer.from(JSON.stringify(content)).toString('base64url');
      return `${signature(text)}${text}`;
    },
    open: (token) => {
      const [given, text] = [token.slice(0, 43), token.slice(43)];
      const expected = signature(text);
      if (given.length !== expected.length) return undefined;
      if (!timingSafeEqual(Buffer.from(given), Buffer.from(expected))) return undefined;
      return JSON.parse(Buffer.from(text, 'base64url').toString());
    },
  };
}
