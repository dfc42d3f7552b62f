/** One request to Graph on its way through the routes, after its token was accepted. */

import type { Chance } from '../chance.ts';
import type { EventLog } from '../control/events.ts';
import type { DeltaService } from '../delta/delta.ts';
import type { OpaqueTokens } from '../opaque.ts';
import type { QueryOptions } from '../query/options.ts';
import type { QueryMode } from '../query/rule.ts';
import type { Tenant } from '../tenant.ts';

export interface Call {
  readonly tenant: Tenant;
  /** External base URL of Graph. */
  readonly base: string;
  /** Path under the version, such as `users/…/manager`. */
  readonly path: string;
  /** What the route's pattern captured, in order. */
  readonly captured: readonly string[];
  readonly options: QueryOptions;
  readonly headers: Headers;
  /** Parsed JSON, or bytes where the content is an image; undefined without a body. */
  readonly body: unknown;
  /** Application permissions of the caller; absent where they are not looked at. */
  readonly roles?: readonly string[];
  /** The number up to which the replica or index that serves this call has come. */
  readonly number: number;
  readonly mode: QueryMode;
  /** The header `ConsistencyLevel: eventual` is there. */
  readonly eventual: boolean;
  readonly tokens: OpaqueTokens;
  readonly delta: DeltaService;
  readonly chance: Chance;
  readonly events: EventLog;
}

export interface Answer {
  readonly status: number;
  /** A JSON body, plain text or bytes; absent for none. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** The contract type of the body or, in a collection, of its elements. */
  readonly type?: string;
}

/** What goes over the wire, before a fault spoils it. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** `{}` captures one segment; the pattern without its values names the cost of a call. */
  readonly pattern: string;
  readonly answer: (call: Call) => Answer;
  /** The pattern of the path under which the permissions are listed; its own when absent. */
  readonly permission?: string;
}
