/** An expression as a syntax tree. Offsets count UTF-16 units from the start of the text. */

export type Node = AttributeNode | TextNode | NumberNode | KeywordNode | CallNode | ComparisonNode;

interface Placed {
  readonly start: number;
  readonly end: number;
}

export interface AttributeNode extends Placed {
  readonly type: 'attribute';
  /** What stands between the brackets: a name, a path, or `system/name`. */
  readonly name: string;
}

export interface TextNode extends Placed {
  readonly type: 'text';
  readonly value: string;
}

export interface NumberNode extends Placed {
  readonly type: 'number';
  /** As it was written: `1000`, `-2.5`, `&HF7`. */
  readonly digits: string;
}

export interface KeywordNode extends Placed {
  readonly type: 'keyword';
  readonly name: string;
}

export interface CallNode extends Placed {
  readonly type: 'call';
  readonly name: string;
  /** A blank argument keeps its position. */
  readonly arguments: readonly Argument[];
}

export type Operator = '=' | '<>' | '<' | '<=' | '>' | '>=';

/** Only legal where a function expects a condition; `check.ts` refuses it elsewhere. */
export interface ComparisonNode extends Placed {
  readonly type: 'comparison';
  readonly operator: Operator;
  readonly left: Node;
  readonly right: Node;
}

export type Argument = Node | 'blank';

/** Characters an expression may have; Entra's own limit. */
export const MAX_LENGTH = 10_000;

/** Calls within calls. Entra names no limit; what fits its 10,000 characters sensibly fits here. */
export const MAX_DEPTH = 500;
