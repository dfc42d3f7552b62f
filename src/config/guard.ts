/** Which plans wait for a person, and what becomes of those: on from the first day. */

import type { WriteDefaults } from '../connectors/spi/index.ts';
import type { Guard, GuardedAction, Holds, Limit } from './configuration.ts';
import type { WriteDocument } from './write-document.ts';

const SECONDS_PER_DAY = 86_400;
const DEFAULT_EXPIRY_SECONDS = 7 * SECONDS_PER_DAY;

/** Without `guard`; a plan is held when both of a line are exceeded. */
const DEFAULT_GUARD: Readonly<Record<GuardedAction, Limit>> = {
  disable: { share: 0.2, count: 20 },
  delete: { share: 0, count: 5 },
  update: { share: 0.5, count: 100 },
  churn: { share: 0.3, count: 100 },
  members: { share: 0.2, count: 50 },
  failures: { share: 0.25, count: 20 },
};

const UNLIMITED: Limit = { share: 1, count: Number.MAX_SAFE_INTEGER };

export function guardOf(document: WriteDocument, offered: WriteDefaults): Guard {
  const limit = (action: GuardedAction): Limit => limitOf(action, document, offered);
  return {
    disable: limit('disable'),
    delete: limit('delete'),
    update: limit('update'),
    churn: limit('churn'),
    members: limit('members'),
    failures: limit('failures'),
    swap: document.guard?.swap ?? true,
    windowSeconds: document.guard?.window ?? SECONDS_PER_DAY,
  };
}

export function holdsOf({ holds }: WriteDocument): Holds {
  return { rest: holds?.rest ?? 'wait', expiresSeconds: holds?.expires ?? DEFAULT_EXPIRY_SECONDS };
}

/** What is not said of a limit does not soften it: beyond the other one alone, a plan is held. */
function limitOf(action: GuardedAction, { guard }: WriteDocument, offered: WriteDefaults): Limit {
  const own = guard?.[action] ?? profileLimit(action, offered);
  if (own === undefined) return DEFAULT_GUARD[action];
  if (own === false) return UNLIMITED;
  return { share: own.share ?? 0, count: own.count ?? 0 };
}

/** Profiles speak of single accounts alone. */
function profileLimit(
  action: GuardedAction,
  { guard }: WriteDefaults,
): NonNullable<WriteDefaults['guard']>['disable'] {
  switch (action) {
    case 'disable':
    case 'delete':
    case 'update':
      return guard?.[action];
    case 'churn':
    case 'members':
    case 'failures':
      return undefined;
  }
}
