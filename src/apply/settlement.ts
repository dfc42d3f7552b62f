/** What an outcome settles: the account as the target holds it now, or when it is due again. */

import type { ConnectorError } from '../connectors/spi/index.ts';
import type { IdentityId } from '../identity/identity.ts';
import type { Attributes, AttributeValue, IdentityRecord } from '../identity/record.ts';
import { firstToCome } from '../plan/dates.ts';
import type { Operation } from '../plan/plan.ts';
import type { Target } from '../plan/target.ts';
import type { Settlement } from '../warehouse/warehouse.ts';
import { DISPOSITION, type Disposition } from './disposition.ts';
import { retryDelaySeconds } from './retry.ts';

const MILLISECONDS_PER_DAY = 86_400_000;
const PROBE_SECONDS = 30;

/** What a create sent, after references were put in place, and whose accounts were missing. */
export interface Sent {
  readonly sent: Attributes;
  readonly unresolved: readonly IdentityId[];
}

export function settlementOfDone(
  operation: Operation,
  { sent, unresolved }: Sent,
  record: IdentityRecord | undefined,
  target: Target,
  now: Date,
): Settlement {
  const { againAt } = operation;
  const again = againAt === undefined ? {} : { againAt };
  if (operation.action === 'delete') return { type: 'deleted', ...again };
  if (operation.action === 'unlink' || ('unlinks' in operation && operation.unlinks)) {
    return { type: 'unlinked', account: operation.target };
  }
  if (record === undefined) return { type: 'settled', ...again };
  const missing = [...unresolved, ...(operation.without ?? [])];
  const written = {
    type: 'written' as const,
    record,
    asked: askedBy(operation, sent),
    ...(missing.length > 0 && { unresolved: missing }),
    ...again,
  };
  if (operation.action !== 'disable') return written;
  if (target.leave.type !== 'delete-after') return { ...written, disabledBy: 'us' };
  const deletion = new Date(now.getTime() + target.leave.days * MILLISECONDS_PER_DAY);
  return { ...written, disabledBy: 'us', againAt: firstToCome(now, deletion, againAt) ?? deletion };
}

function askedBy(operation: Operation, sent: Attributes): Attributes {
  switch (operation.action) {
    case 'create':
      return sent;
    case 'update':
    case 'enable':
    case 'disable': {
      const asked: Record<string, AttributeValue> = { ...operation.adopts };
      for (const { path, after } of operation.changes) asked[path] = after ?? [];
      return asked;
    }
    case 'link':
      return operation.adopts;
    case 'delete':
    case 'unlink':
    case 'add-members':
    case 'remove-members':
      return {};
  }
}

/**
 * When somebody whose operation failed is due again. A fault of the data stays until the data, the
 * rules or a person say otherwise; everything else waits longer each time.
 */
export function settlementOfFailure(
  operation: Operation,
  error: ConnectorError,
  target: Target,
  now: Date,
  draw: number,
): Settlement {
  const { code, message } = error;
  const disposition = DISPOSITION[error.kind];
  const { againAt } = operation;
  if (disposition === 'mend') {
    return { type: 'settled', refused: { code, message }, ...(againAt && { againAt }) };
  }
  const attempts = (operation.failedBefore?.attempts ?? 0) + 1;
  const firstFailedAt = sinceWhen(operation, error, now);
  const seconds = delaySeconds(disposition, error, attempts, target, draw);
  return {
    type: 'escrow',
    escrow: { code, message, attempts, firstFailedAt },
    notBefore: sooner(new Date(now.getTime() + seconds * 1000), againAt),
  };
}

/** A date does not wait for what failed before. */
function sooner(retry: Date, date: Date | undefined): Date {
  return date !== undefined && date < retry ? date : retry;
}

/** Since when it goes wrong; whether an account is gone depends on how long it is missed, and that alone. */
function sinceWhen({ failedBefore }: Operation, { kind, code }: ConnectorError, now: Date): Date {
  if (kind === 'missing' && failedBefore?.code !== code) return now;
  return failedBefore?.firstFailedAt ?? now;
}

function delaySeconds(
  disposition: Exclude<Disposition, 'mend'>,
  error: ConnectorError,
  attempts: number,
  { traits }: Target,
  draw: number,
): number {
  switch (disposition) {
    case 'again':
    case 'later':
      return retryDelaySeconds(attempts, draw, error.retryAfterSeconds);
    case 'probe':
      return Math.min(traits.visibilityLagSeconds ?? PROBE_SECONDS, PROBE_SECONDS);
    case 'reread':
      // Planned again at once, from what the target holds now; if that fails too, it waits.
      // A target that shows changes late also refuses late: what it does not show yet has to come first.
      if (attempts === 1) return error.kind === 'conflict' ? 0 : (traits.visibilityLagSeconds ?? 0);
      return retryDelaySeconds(attempts - 1, draw);
  }
}
