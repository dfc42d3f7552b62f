/**
 * What the planner saw on its way to a decision. Explaining is planning with a recorder: there is no
 * second implementation that could say something else than what is done.
 */

import type { AttributeChange } from '../connectors/spi/index.ts';
import type { AttributeValue } from '../identity/record.ts';
import type { ClauseVerdict } from '../mapping/mapping.ts';

export type Trace = (step: Step) => void;

/** One fact, with the values that decided it. */
export type Step =
  | {
      readonly type: 'active';
      readonly verdict: boolean;
      readonly seen: Readonly<Record<string, AttributeValue>>;
    }
  | {
      readonly type: 'assigned';
      readonly verdict: boolean;
      readonly application: string;
      readonly direct: boolean;
      readonly groups: readonly string[];
      readonly roles: readonly string[];
    }
  | {
      readonly type: 'scope';
      readonly verdict: boolean;
      readonly clauses: readonly ClauseVerdict[];
    }
  | { readonly type: 'pilot'; readonly verdict: boolean }
  | {
      readonly type: 'match';
      /** Paths that were looked for and with which value, in order. */
      readonly tried: readonly {
        readonly path: string;
        readonly value: AttributeValue;
        readonly found: number;
      }[];
      readonly result: 'linked' | 'one' | 'none' | 'many' | 'taken' | 'no-value';
      readonly account?: string;
    }
  | {
      readonly type: 'mapping';
      readonly path: string;
      readonly expression: string;
      readonly inputs: Readonly<Record<string, AttributeValue>>;
      /** Which system supplied each input. */
      readonly origins: Readonly<Record<string, string>>;
      readonly result: 'value' | 'default' | 'clear' | 'leave' | 'failed' | 'dangling';
      readonly value?: AttributeValue;
      readonly message?: string;
    }
  | { readonly type: 'required'; readonly missing: readonly string[] }
  | { readonly type: 'precheck'; readonly message: string }
  | { readonly type: 'difference'; readonly changes: readonly AttributeChange[] };
