/** What became of one part of an imported schema. */
export interface Remark {
  /** The part: a mapping and its target attribute, or a clause. */
  readonly item: string;
  readonly status: 'imported' | 'imported-with-remark' | 'not-supported';
  /** For people; empty when there is nothing to say. */
  readonly text: string;
}
