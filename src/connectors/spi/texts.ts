/** Objects as the JSON they are kept in, for whoever passes them on without a look at them. */

import type { ObjectKind } from '../../identity/record.ts';
import type { Query } from './connector.ts';

export interface RecordText {
  readonly id: string;
  readonly version: string;
  /** RFC 3339, UTC. */
  readonly created: string;
  readonly modified: string;
  /** The attributes as one JSON object, as `JSON.stringify` writes it. */
  readonly json: string;
}

export interface TextPage {
  readonly texts: readonly RecordText[];
  readonly total: number;
  readonly nextCursor?: string;
}

/** The same as `get` and `search` answer without an order, or attributes that are named. */
export interface Texts {
  get(kind: ObjectKind, id: string): Promise<RecordText | undefined>;
  /** @returns Undefined for a filter that is only told by looking at objects: `search` does that. */
  page(
    kind: ObjectKind,
    query: Pick<Query, 'filter' | 'cursor' | 'offset'> & { readonly count: number },
  ): Promise<TextPage | undefined>;
}
