/** When nobody knows whether an operation was done, and of what that leaves us unsure. */

import type { ConnectorError } from '../connectors/spi/index.ts';
import type { Operation } from '../plan/plan.ts';
import type { Doubt } from '../warehouse/subject.ts';

/** An answer that did not come, or that a failing system gave, says nothing of what was done before. */
export function mayBeDone({ kind, general }: ConnectorError): boolean {
  return kind === 'unknown-outcome' || (kind === 'unreachable' && !general);
}

/** Nothing where no account is changed: creates are looked for, members are compared. */
export function doubtOf(operation: Operation): Doubt | undefined {
  if (operation.unowned) return undefined;
  switch (operation.action) {
    case 'update':
    case 'enable':
    case 'disable':
      return {
        identity: operation.identity,
        account: operation.target,
        paths: operation.changes.map(({ path }) => path),
        disables: operation.action === 'disable',
      };
    case 'create':
    case 'delete':
    case 'link':
    case 'unlink':
    case 'add-members':
    case 'remove-members':
      return undefined;
  }
}
