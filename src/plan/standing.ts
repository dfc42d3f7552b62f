/** Whether somebody should have an account in a target at all, and the fact that decides it. */

import { type Identity, label } from '../identity/identity.ts';
import type { Attributes, AttributeValue } from '../identity/record.ts';
import type { Subject } from '../warehouse/subject.ts';
import type { Reason } from './plan.ts';
import type { Target } from './target.ts';
import type { Trace } from './trace.ts';
import { asBoolean } from './values.ts';

export type Standing =
  | { readonly in: true }
  | {
      readonly in: false;
      readonly why: 'left' | 'not-active' | 'not-assigned' | 'out-of-scope';
      readonly reason: Reason;
      readonly message: string;
    };

/** What decides about somebody. */
export type Stander = Pick<Subject, 'assigned' | 'hasReports'> & {
  readonly identity: Pick<Identity, 'present' | 'attributes'>;
};

/** In Entra's order: active at the source, assigned, in scope; the first that fails decides. */
export function standing(
  subject: Stander,
  target: Pick<Target, 'assigned' | 'scope'>,
  now: Date,
  trace?: Trace,
): Standing {
  const activity = activityOf(subject.identity);
  trace?.({ type: 'active', verdict: activity.in, seen: seenOf(subject.identity) });
  const assignment = assignmentOf(subject, target, trace);
  const scoped = scopeOf(subject, target, now, trace);
  return [activity, assignment, scoped].find((each) => !each.in) ?? { in: true };
}

function activityOf({ present, attributes }: Stander['identity']): Standing {
  if (!present) {
    return {
      in: false,
      why: 'left',
      reason: 'left',
      message:
        'no authoritative record counts: this person has gone from every source, or is not there yet',
    };
  }
  const enabled = asBoolean(attributes.accountEnabled);
  const deleted = asBoolean(attributes.IsSoftDeleted);
  if (enabled !== false && deleted !== true) return { in: true };
  return {
    in: false,
    why: 'not-active',
    reason: 'disabled-in-source',
    message:
      deleted === true ? 'soft-deleted at the source' : 'the account is disabled at the source',
  };
}

function seenOf({
  present,
  attributes,
}: Stander['identity']): Readonly<Record<string, AttributeValue>> {
  const { accountEnabled, IsSoftDeleted } = attributes;
  return {
    present,
    ...(accountEnabled !== undefined && { accountEnabled }),
    ...(IsSoftDeleted !== undefined && { IsSoftDeleted }),
  };
}

function assignmentOf(
  { assigned }: Stander,
  target: Pick<Target, 'assigned'>,
  trace?: Trace,
): Standing {
  if (target.assigned === undefined) return { in: true };
  const { system, application } = target.assigned;
  const groups = assigned?.groups ?? [];
  const verdict = assigned !== undefined && (assigned.direct || groups.length > 0);
  trace?.({
    type: 'assigned',
    verdict,
    application: `${system}/${application}`,
    direct: assigned?.direct ?? false,
    groups,
    roles: (assigned?.roles ?? []).map(({ value }) => value),
  });
  if (verdict) return { in: true };
  return {
    in: false,
    why: 'not-assigned',
    reason: 'unassigned',
    message: `not assigned to ${application} in ${system}, neither directly nor by group`,
  };
}

function scopeOf(
  subject: Stander,
  { scope }: Pick<Target, 'scope'>,
  now: Date,
  trace?: Trace,
): Standing {
  if (scope === undefined) return { in: true };
  const attributes = { ...subject.identity.attributes, ...targetAttributes(subject) };
  const verdict = scope.includes(attributes, now);
  trace?.({ type: 'scope', verdict, clauses: scope.clauses(attributes, now) });
  if (verdict) return { in: true };
  return {
    in: false,
    why: 'out-of-scope',
    reason: 'left-scope',
    message: `out of scope: ${scope.text}`,
  };
}

/** Attributes an identity has only towards one target, beside `IsSoftDeleted`. */
export function targetAttributes({ assigned, hasReports }: Omit<Stander, 'identity'>): Attributes {
  const roles = (assigned?.roles ?? []).map(({ value, displayName }) => ({
    value,
    ...(displayName !== undefined && { displayName }),
  }));
  return { HasReports: hasReports, ...(roles.length > 0 && { appRoleAssignments: roles }) };
}

/** While a pilot is set, only who is named in it by some naming value is written. */
export function inPilot({ identity }: Subject, { pilot }: Target, trace?: Trace): boolean {
  if (pilot === undefined) return true;
  const named = new Set(pilot.map((name) => name.toLowerCase()));
  const { userPrincipalName, mail, userName, employeeId } = identity.attributes;
  const verdict = [
    identity.id,
    label(identity),
    userPrincipalName,
    mail,
    userName,
    employeeId,
  ].some((value) => value !== undefined && named.has(String(value).toLowerCase()));
  trace?.({ type: 'pilot', verdict });
  return verdict;
}
