/** Faults that a test asks for: which requests they strike, what they do, how often. */

import type { Chance } from './chance.ts';

export interface Fault {
  readonly method?: string;
  /** Matches against the path, from its first slash; as the source of a regular expression. */
  readonly path?: string;
  /** Strikes the nth matching request first, from 1; the first by default. */
  readonly nth?: number;
  /** How many times it strikes; once by default, 0 for ever. */
  readonly times?: number;
  /** Share of matching requests it strikes, 0 to 1; all by default. */
  readonly probability?: number;
  readonly effect: FaultEffect;
}

export type FaultEffect =
  | {
      readonly type: 'answer';
      readonly status: number;
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** A gateway's page instead of JSON. */
  | { readonly type: 'html'; readonly status?: number }
  /** Everything is done, then the connection breaks. */
  | { readonly type: 'answer-lost' }
  /** The connection breaks before anything is done. */
  | { readonly type: 'connection-closed' }
  /** The body ends in the middle. */
  | { readonly type: 'half-body' }
  | { readonly type: 'slow'; readonly milliseconds: number }
  /** No answer at all, until the caller gives up. */
  | { readonly type: 'silence' }
  /** Every page of a list has a next link to itself. */
  | { readonly type: 'endless-next-link' }
  /** The first element of a page loses its id, comes twice, or the page loses its `value`. */
  | { readonly type: 'record-without-id' | 'duplicate-record' | 'missing-value' }
  /** The first element of a page gets a property of that many characters. */
  | { readonly type: 'huge-property'; readonly property: string; readonly characters: number }
  /** The first element of a page gets these properties, whatever the contract says. */
  | { readonly type: 'wrong-properties'; readonly properties: Readonly<Record<string, unknown>> };

export interface FaultBook {
  add(fault: Fault): void;
  clear(): void;
  /** The effect that strikes a request, if one is due; counts the request. */
  due(method: string, path: string): FaultEffect | undefined;
}

interface Standing {
  readonly fault: Fault;
  seen: number;
  struck: number;
}

export function faultBook(chance: Chance): FaultBook {
  let standing: readonly Standing[] = [];
  return {
    add: (fault) => {
      standing = [...standing, { fault, seen: 0, struck: 0 }];
    },
    clear: () => {
      standing = [];
    },
    due: (method, path) => {
      for (const each of standing) {
        const { fault } = each;
        const { times = 1, nth = 1, probability = 1 } = fault;
        const matches =
          (fault.method === undefined || fault.method === method) &&
          (fault.path === undefined || new RegExp(fault.path).test(path));
        if (!matches || (times > 0 && each.struck >= times)) continue;
        each.seen += 1;
        if (each.seen < nth || (probability < 1 && !chance.happens(probability))) continue;
        each.struck += 1;
        return fault.effect;
      }
      return undefined;
    },
  };
}
