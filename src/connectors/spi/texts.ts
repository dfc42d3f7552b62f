/** Objects as the JSON they are kept in, for whoever passes them on without a look at them. */

import type { ObjectKind } from '../../identity/record.ts';
import type { Query } from './connector.ts';

/** A text around the parts of an object: what stands before each, and which parts may be there. */
export interface TextForm {
  /** The names of extensions follow, each as JSON with a comma before it. */
  readonly extensions: string;
  readonly id: string;
  /** RFC 3339, UTC. */
  readonly created: string;
  readonly modified: string;
  /** The id follows once more. */
  readonly address: string;
  readonly version: string;
  /** The attributes follow, with a comma before the first, and the bracket that ends the object. */
  readonly attributes: string;
  /** An object with other names in it is looked at. */
  readonly names: ReadonlySet<string>;
  readonly extensionNames: ReadonlySet<string>;
}

export interface RecordText {
  readonly text: string;
  readonly version: string;
}

export interface TextPage {
  /** With a comma between each and the next. */
  readonly text: string;
  readonly items: number;
  readonly total: number;
  readonly nextCursor?: string;
}

/** The same as `get` and `search` answer without an order, or attributes that are named. */
export interface Texts {
  /** @returns Undefined for an object that is told by looking at it, or that is not there. */
  get(kind: ObjectKind, id: string, form: TextForm): Promise<RecordText | undefined>;
  /** @returns Undefined where objects have to be looked at, for the filter or themselves. */
  page(
    kind: ObjectKind,
    query: Pick<Query, 'filter' | 'cursor' | 'offset'> & { readonly count: number },
    form: TextForm,
  ): Promise<TextPage | undefined>;
}
