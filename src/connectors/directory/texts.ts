/** A directory's objects as its store keeps them, in the pages of the contract. */

import type { Texts } from '../spi/index.ts';
import type { ExactPaths } from './exact.ts';
import type { StoredTexts } from './storage.ts';

export function textsOf({ get, page }: StoredTexts, { isOrdinary }: ExactPaths): Texts {
  return {
    get,
    page: async (kind, { filter, cursor, offset, count }) => {
      if (filter && !isOrdinary(filter)) return undefined;
      const found = await page(kind, {
        ...(filter && { filter }),
        ...(cursor !== undefined && { after: cursor }),
        ...(offset !== undefined && { offset }),
        count,
      });
      if (!found) return undefined;
      const last = found.texts.at(-1);
      const more = last !== undefined && found.texts.length === count;
      return { ...found, ...(more && { nextCursor: last.id }) };
    },
  };
}
