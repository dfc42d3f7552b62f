/** A directory's objects as its store keeps them, in the pages of the contract. */

import type { Texts } from '../spi/index.ts';
import type { ExactPaths } from './exact.ts';
import type { StoredTexts } from './storage.ts';

export function textsOf({ get, page }: StoredTexts, { isOrdinary }: ExactPaths): Texts {
  return {
    get,
    page: async (kind, { filter, cursor, offset, count }, form) => {
      if (filter && !isOrdinary(filter)) return undefined;
      const selection = {
        ...(filter && { filter }),
        ...(cursor !== undefined && { after: cursor }),
        ...(offset !== undefined && { offset }),
        count,
      };
      const found = await page(kind, selection, form);
      if (!found) return undefined;
      const { last, ...shown } = found;
      const more = last !== undefined && shown.items === count;
      return { ...shown, ...(more && { nextCursor: last }) };
    },
  };
}
