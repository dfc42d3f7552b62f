/** What a person lets go of a held plan: all of it, some people, some actions; and until when. */

import type { IdentityId } from '../identity/identity.ts';
import type { Action, Operation, Plan } from './plan.ts';
import type { HoldPolicy } from './target.ts';

/** What is said of a part is said together: these people, these actions, and not those people. */
export interface Part {
  readonly only?: ReadonlySet<IdentityId>;
  readonly except?: ReadonlySet<IdentityId>;
  readonly actions?: readonly Action[];
}

export function isIn({ only, except, actions }: Part, operation: Operation): boolean {
  if (only !== undefined && !only.has(operation.identity)) return false;
  if (except?.has(operation.identity)) return false;
  return actions === undefined || actions.includes(operation.action);
}

/** The world of an old plan is not the one in which it would be carried out. */
export function hasExpired(
  { createdAt }: Pick<Plan, 'createdAt'>,
  policy: HoldPolicy,
  now: Date,
): boolean {
  return now >= expiresAt({ createdAt }, policy);
}

export function expiresAt(
  { createdAt }: Pick<Plan, 'createdAt'>,
  { expiresSeconds }: HoldPolicy,
): Date {
  return new Date(createdAt.getTime() + expiresSeconds * 1000);
}
