/** While a history is replayed, what the process draws at random comes from its seed as well. */

import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import type { Chance } from './chance.ts';

export function seededIds(chance: Chance): Disposable {
  const { randomUUID, randomBytes } = crypto;
  const bytes = (size: number): Buffer =>
    Buffer.from(Array.from({ length: size }, () => chance.below(256)));
  const uuid = (): string => {
    const hex = bytes(16).toString('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
  };
  Object.assign(crypto, { randomUUID: uuid, randomBytes: bytes });
  syncBuiltinESMExports();
  return {
    [Symbol.dispose]: () => {
      Object.assign(crypto, { randomUUID, randomBytes });
      syncBuiltinESMExports();
    },
  };
}
