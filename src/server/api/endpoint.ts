/** What an operation of the API is: how it is asked for, what it answers, and what it does. */

import type { z } from 'zod';
import type { Tenant } from '../../identity/identity.ts';
import type { Result } from '../../identity/problem.ts';
import type { Watch } from '../../sync/engine.ts';
import type { WithReport, WithRequest } from '../../sync/plan-with.ts';
import type { Verbs } from '../../sync/verbs.ts';
import type { Access } from '../auth/access.ts';
import type { Tenants } from '../tenants/tenants.ts';
import type { OperationName, Role } from './policy.ts';
import type { RunningTask, Tasks } from './tasks.ts';

export interface ApiCaller {
  readonly tenant: Tenant;
  /** The id of the token. */
  readonly token: string;
  readonly role: Role;
}

/** A request after it was let in and its parameters and body were parsed. */
export interface Call<Path, Query, Body> {
  readonly path: Path;
  readonly query: Query;
  readonly body: Body;
  readonly caller: ApiCaller;
  readonly verbs: Verbs;
  /**
   * Tokens and clients of the caller's tenant, or of one that is named.
   *
   * @throws ApiProblem 404 for one that the caller may not reach, and for one that is not there.
   */
  readonly access: (tenant?: Tenant) => Promise<Access>;
  /** Absent for everybody but those of the installation. */
  readonly tenants?: Tenants;
  /** Absent where no configuration can be tried. */
  readonly tryOut?: TryOut;
  readonly tasks: Tasks;
  readonly hides: (attribute: string) => boolean;
  /** Lines of the body, as they arrive. */
  readonly lines: () => AsyncIterable<string>;
  /** Aborts when the client has gone. */
  readonly signal: AbortSignal;
}

/**
 * Reads a configuration that is not in force, to see what it would do: its problems, or the look.
 * Without one, it is the one in force.
 */
export type TryOut = (
  text: string | undefined,
) => Promise<Result<(request: WithRequest, watch: Watch) => Promise<WithReport>>>;

export type Answer =
  | { readonly type: 'json'; readonly value: unknown }
  /** As it is, nothing hidden: whoever may ask for it may see all of it. */
  | { readonly type: 'document'; readonly name: string; readonly value: unknown }
  /** JSON lines. */
  | { readonly type: 'lines'; readonly items: AsyncIterable<unknown> }
  /** JSON lines whose hash is to be kept, so that nothing is hidden in them. */
  | { readonly type: 'file'; readonly name: string; readonly lines: AsyncIterable<string> }
  | { readonly type: 'events'; readonly task: RunningTask }
  /** Answered at once with 202, or with 200 when it ends while the client is willing to wait. */
  | {
      readonly type: 'task';
      readonly task: RunningTask;
      readonly location: (id: string) => string;
    };

export interface Endpoint {
  readonly name: OperationName;
  readonly method: 'get' | 'post' | 'delete';
  /** Below the base, parameters in braces. */
  readonly path: string;
  readonly summary: string;
  readonly parameters: Shape;
  readonly query: Shape;
  /** Absent: there is none. `lines`: JSON lines of a plan file. */
  readonly body?: z.ZodType | 'lines';
  readonly answers: Answers;
  /** Codes of what may be refused, beside what may be refused anywhere. */
  readonly refuses: readonly string[];
  readonly work: (call: Call<never, never, never>) => Promise<Answer>;
}

/** An object's members, each with its schema. */
export type Shape = z.ZodObject;

export type Answers =
  | { readonly type: 'json' | 'lines' | 'file'; readonly schema: z.ZodType }
  | { readonly type: 'events' | 'task' };

interface EndpointOf<Path extends Shape, Query extends Shape, Body extends z.ZodType | 'lines'> {
  readonly name: OperationName;
  readonly method: Endpoint['method'];
  readonly path: string;
  readonly summary: string;
  readonly parameters: Path;
  readonly query: Query;
  readonly body?: Body;
  readonly answers: Answers;
  readonly refuses?: readonly string[];
  readonly work: (
    call: Call<
      z.output<Path>,
      z.output<Query>,
      Body extends z.ZodType ? z.output<Body> : undefined
    >,
  ) => Promise<Answer>;
}

/** Ties what the work is handed to what the schemas let through. */
export function endpoint<
  Path extends Shape,
  Query extends Shape,
  Body extends z.ZodType | 'lines' = 'lines',
>({ refuses = [], ...rest }: EndpointOf<Path, Query, Body>): Endpoint {
  return { ...rest, refuses };
}
