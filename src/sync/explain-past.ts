/**
 * What was: the identity from its history, and the account by putting back, from today's, what was
 * done to it since.
 */

import type { Identity } from '../identity/identity.ts';
import type { Attributes, AttributeValue, ObjectRef } from '../identity/record.ts';
import type { Operation } from '../plan/plan.ts';
import { parsePath, writePath } from '../scim/path.ts';
import type { Account, Offer, Subject } from '../warehouse/subject.ts';
import type { Engine } from './engine.ts';
import { identityThen } from './history.ts';
import { VerbRefusal } from './refusal.ts';
import type { ExplainRequest } from './verbs.ts';

export interface Past {
  readonly identity: Identity;
  readonly at: Date;
  /** Whether the log goes back so far. */
  readonly logged: boolean;
  /** Of each record the values that counted; others are not kept. */
  readonly offers: readonly Offer[];
  /** As the target had it then. */
  subject(today: Subject): Promise<Subject>;
}

/** Most operations of one person that are put back. */
const LOOKED_BACK = 10_000;

/**
 * Assignments and references lead where they lead today; of them no past is kept.
 *
 * @returns Nothing where no moment is asked for, or one to come.
 */
export async function pastOf(
  today: Identity,
  { at, asOf, without }: ExplainRequest,
  engine: Engine,
): Promise<Past | undefined> {
  const { warehouse, retention, now } = engine;
  const moment = asOf ?? at;
  if (moment === undefined || (asOf === undefined && moment >= now())) return undefined;
  const identity = await identityThen({ id: today.id, now: today }, moment, engine);
  if (without !== undefined) {
    throw new VerbRefusal(
      'past-not-kept',
      `what others than ${without} offered then is not kept`,
      'ask for another moment or for another source, not for both',
    );
  }
  return {
    identity,
    at: moment,
    offers: identity.links.map((ref) => offerOf(ref, identity, engine)),
    logged: now().getTime() - moment.getTime() < retention.logSeconds * 1000,
    subject: async (current) => {
      const { target, assigned, references, hasReports } = await warehouse.subjectAs(
        current,
        identity,
      );
      const account = await accountThen(current, moment, engine);
      return {
        identity,
        target,
        references,
        hasReports,
        records: [],
        ...(assigned !== undefined && { assigned }),
        ...(account !== undefined && { account }),
      };
    },
  };
}

function offerOf(ref: ObjectRef, { attributes, origins }: Identity, { warehouse }: Engine): Offer {
  const theirs = Object.entries(attributes).filter(([name]) => origins[name] === ref.system);
  return {
    ref,
    present: true,
    authority: warehouse.vouches(ref.system, ref.kind),
    attributes: Object.fromEntries(theirs),
    ranks: {},
  };
}

/** What is known of an account, by path. */
interface Held {
  readonly ref: ObjectRef;
  readonly values: Readonly<Record<string, AttributeValue>>;
  readonly disabledByUs: boolean;
}

async function accountThen(
  { account, target, identity }: Subject,
  at: Date,
  { ledger }: Engine,
): Promise<Account | undefined> {
  let held: Held | undefined = account && {
    ref: account.ref,
    values: account.asked,
    disabledByUs: account.disabledBy === 'us',
  };
  const since = new Date(at.getTime() + 1);
  const query = { target, identity: identity.id, type: 'done', since, limit: LOOKED_BACK } as const;
  for await (const { operation } of ledger.outcomes(query)) held = heldBefore(operation, held);
  if (held === undefined) return undefined;
  const { ref, values, disabledByUs } = held;
  return {
    ref,
    current: nested(values),
    asked: values,
    answered: values,
    ...(disabledByUs && { disabledBy: 'us' }),
  };
}

/** Before an operation, what was there as it says itself. */
function heldBefore(operation: Operation, after: Held | undefined): Held | undefined {
  switch (operation.action) {
    case 'create':
    case 'link':
      return undefined;
    case 'delete':
      return { ref: operation.target, values: operation.before, disabledByUs: false };
    case 'unlink':
      return { ref: operation.target, values: operation.adopts, disabledByUs: false };
    case 'update':
    case 'enable':
    case 'disable': {
      if (operation.links) return undefined;
      const values: Record<string, AttributeValue> = { ...after?.values };
      for (const { path, before } of operation.changes) {
        if (before === undefined) delete values[path];
        else values[path] = before;
      }
      const { action, target: ref } = operation;
      const disabledByUs =
        action === 'update' ? (after?.disabledByUs ?? false) : action === 'enable';
      return { ref, values, disabledByUs };
    }
    case 'add-members':
    case 'remove-members':
      return after;
  }
}

function nested(values: Readonly<Record<string, AttributeValue>>): Attributes {
  let attributes: Attributes = {};
  for (const [text, value] of Object.entries(values)) {
    const path = parsePath(text);
    attributes = path.ok
      ? writePath(attributes, path.value, value)
      : { ...attributes, [text]: value };
  }
  return attributes;
}
