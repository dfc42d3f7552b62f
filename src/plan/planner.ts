/**
 * The operation that brings one target in line with one identity, or the reason why there is none.
 * Pure: the same subject, target and context always give the same answer.
 */

import type { Attributes, AttributeValue, IdentityRecord } from '../identity/record.ts';
import type { Account, Subject } from '../warehouse/subject.ts';
import { planAccount, planLeaver } from './account.ts';
import { dateToCome, unreadableDates } from './dates.ts';
import { type Decision, type Operated, omit, operate, refuse, refusedRows } from './decision.ts';
import { evaluation, matchesOf, type PlanningContext, wantedRows } from './desired.ts';
import type { Match } from './match.ts';
import { inPilot, standing } from './standing.ts';
import type { Target } from './target.ts';

export function planSubject(subject: Subject, target: Target, context: PlanningContext): Decision {
  const decision = decide(subject, target, context);
  if (decision.type === 'omission') return decision;
  if (!context.paused) return withDate(decision, dateToCome(subject, target, context.now));
  const { action } = decision.operation;
  return refuse(
    subject,
    'paused',
    `${action} would take back what an undo put back; it waits for a change of the configuration, or for a person`,
  );
}

function withDate(decision: Operated, againAt: Date | undefined): Decision {
  if (againAt === undefined) return decision;
  return { ...decision, operation: { ...decision.operation, againAt } };
}

function decide(subject: Subject, target: Target, context: PlanningContext): Decision {
  const stands = standing(subject, target, context.now, context.trace);
  const unreadable = unreadableDates(subject, target);
  if (unreadable.length > 0 && (stands.in || stands.why === 'out-of-scope')) {
    return refuse(
      subject,
      'date-unreadable',
      `${unreadable.join(', ')} cannot be read as a date, so nobody knows what the scope says`,
    );
  }
  if (!inPilot(subject, target, context.trace)) {
    return omit(subject, 'not-in-pilot', 'a pilot is set, and this person is not in it');
  }
  const ignored = target.mapping.omits?.(
    subject.identity.attributes,
    evaluation(subject, context, stands.in),
  );
  if (ignored) return omit(subject, 'ignored', 'a mapping with IgnoreObjectFlow leaves it alone');
  const account = subject.account?.missing ? undefined : subject.account;
  if (account !== undefined) {
    context.trace?.({ type: 'match', tried: [], result: 'linked', account: account.ref.id });
    if (stands.in) return planAccount(subject, account, target, context);
    return planLeaver(subject, account, stands, target, context);
  }
  const unknown = unknownCreate(subject);
  if (unknown !== undefined && context.match === undefined) {
    return refuse(subject, 'in-flight', unknown);
  }
  if (!stands.in) {
    const { match } = context;
    // Somebody who left before it was known what the create did: an account we made is ours to close.
    if (match?.type !== 'one' || !(subject.inFlight !== undefined || match.made)) {
      return omit(subject, stands.why, stands.message);
    }
    return planLeaver(subject, unaskedAccount(match.record), stands, target, context, match.by);
  }
  return planMatch(subject, context.match ?? { type: 'none', tried: [] }, target, context);
}

/** Why nobody knows whether there is an account. */
function unknownCreate({ inFlight, refusedCreate }: Subject): string | undefined {
  if (inFlight !== undefined) {
    return 'a create was sent and its answer lost; the target is probed before anything else is sent';
  }
  if (refusedCreate === undefined) return undefined;
  return 'a create was refused because the account is there, which it may have made itself; the target is probed when it shows it';
}

function planMatch(
  subject: Subject,
  match: Match,
  target: Target,
  context: PlanningContext,
): Decision {
  const tried = match.tried;
  switch (match.type) {
    case 'none':
      context.trace?.({ type: 'match', tried, result: 'none' });
      return planCreate(subject, target, context);
    case 'one': {
      context.trace?.({ type: 'match', tried, result: 'one', account: match.record.ref.id });
      return planAccount(subject, unaskedAccount(match.record), target, context, match.by);
    }
    case 'many':
      context.trace?.({ type: 'match', tried, result: 'many' });
      return refuse(
        subject,
        'ambiguous-match',
        `${match.records.length} accounts hold the same ${match.by}; a person has to choose`,
      );
    case 'taken':
      context.trace?.({ type: 'match', tried, result: 'taken', account: match.record.ref.id });
      return refuse(
        subject,
        'account-taken',
        `the account found by ${match.by} already belongs to another identity`,
      );
  }
}

function unaskedAccount({ ref, attributes, version }: IdentityRecord): Account {
  const known = { ref, current: attributes, asked: {}, answered: {} };
  return version === undefined ? known : { ...known, version };
}

function planCreate(subject: Subject, target: Target, context: PlanningContext): Decision {
  if (!target.do.includes('create')) {
    return refuse(subject, 'action-not-allowed', `${target.system} is not allowed to create`);
  }
  const rows = wantedRows(subject, target, context, { isIn: true, purpose: 'create' });
  const refused = refusedRows(subject, rows, target, context, undefined);
  if (refused !== undefined) return refused;
  const found = matchesOf(rows, target);
  if (target.match.length > 0 && found.length === 0) {
    return refuse(
      subject,
      'no-match-value',
      `none of ${target.match.join(', ')} has a value, so the account could never be found again`,
    );
  }
  const attributes: Record<string, AttributeValue> = {};
  const after: string[] = [];
  for (const { wanted } of rows) {
    if (wanted.type !== 'value') continue;
    attributes[wanted.path] = wanted.value;
    if (wanted.awaits !== undefined) after.push(wanted.awaits);
  }
  const match: Attributes = Object.fromEntries(found.map(({ path, value }) => [path, value]));
  const reason = subject.account?.missing ? 'drifted' : 'entered-scope';
  return operate(subject, target, reason, rows, Object.keys(attributes), after, {
    action: 'create',
    attributes,
    match,
  });
}
