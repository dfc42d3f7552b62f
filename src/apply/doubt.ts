/** When nobody knows whether an operation was done, and of what that leaves us unsure. */

import type { ConnectorError } from '../connectors/spi/index.ts';
import type { Attributes } from '../identity/record.ts';
import type { Operation } from '../plan/plan.ts';
import { parsePath, writePath } from '../scim/path.ts';
import type { Doubt } from '../warehouse/subject.ts';

/**
 * An answer that did not come, or that a failing system gave, says nothing of what was done before; and
 * what was delivered twice on the way is refused as stale, because it was done the first time.
 */
export function mayBeDone({ kind, general }: ConnectorError): boolean {
  return kind === 'unknown-outcome' || kind === 'stale' || (kind === 'unreachable' && !general);
}

/** Values by path as the attributes of a record. */
function heldBy(held: Attributes): Attributes {
  let attributes: Attributes = {};
  for (const [text, value] of Object.entries(held)) {
    const path = parsePath(text);
    if (path.ok) attributes = writePath(attributes, path.value, value);
  }
  return attributes;
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
        ...(operation.links && { links: heldBy(operation.precondition.held) }),
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
