/** A directory's objects as its store keeps them, in the pages of the contract. */

import type { Texts } from '../spi/index.ts';
import type { StoredTexts } from './storage.ts';

export function textsOf({ get, page }: StoredTexts): Texts {
  return {
    get,
    page: async (kind, { cursor, offset, count }) => {
      const { texts, total } = await page(kind, {
        ...(cursor !== undefined && { after: cursor }),
        ...(offset !== undefined && { offset }),
        count,
      });
      const last = texts.at(-1);
      const more = last !== undefined && texts.length === count;
      return { texts, total, ...(more && { nextCursor: last.id }) };
    },
  };
}
