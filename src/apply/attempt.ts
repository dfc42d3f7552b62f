import { type CallOptions, type Connector, ConnectorError } from '../connectors/spi/index.ts';
import type { Attributes, IdentityRecord } from '../identity/record.ts';
import type { Operation } from '../plan/plan.ts';

export type Attempt =
  | { readonly type: 'done'; readonly record?: IdentityRecord }
  | { readonly type: 'failed'; readonly error: ConnectorError };

/**
 * Tries one operation once. A failure of the system is an answer; a bug still throws.
 *
 * @param attributes With a create: what to send, references to new accounts resolved.
 */
export async function attempt(
  operation: Operation,
  attributes: Attributes,
  connector: Connector,
  call: CallOptions,
): Promise<Attempt> {
  try {
    const record = await perform(operation, attributes, connector, call);
    return record === undefined ? { type: 'done' } : { type: 'done', record };
  } catch (error) {
    if (error instanceof ConnectorError) {
      // An account that is gone is as gone as it was to be.
      if (operation.action === 'delete' && error.kind === 'missing') return { type: 'done' };
      return { type: 'failed', error };
    }
    if (call.signal.aborted) return { type: 'failed', error: stopped(operation, error) };
    throw error;
  }
}

async function perform(
  operation: Operation,
  attributes: Attributes,
  connector: Connector,
  call: CallOptions,
): Promise<IdentityRecord | undefined> {
  switch (operation.action) {
    case 'create':
      if (!connector.create) throw notOffered(operation);
      return connector.create(operation.kind, attributes, call);
    case 'update':
    case 'disable':
    case 'enable':
      if (!connector.update) throw notOffered(operation);
      return connector.update(operation.target, operation.changes, {
        ...call,
        ...ifVersion(operation.precondition.version),
      });
    case 'delete':
      if (!connector.delete) throw notOffered(operation);
      await connector.delete(operation.target, {
        ...call,
        ...ifVersion(operation.precondition.version),
      });
      return undefined;
    case 'link':
    case 'unlink':
      return undefined;
    case 'add-members':
      if (!connector.addMembers) throw notOffered(operation);
      await connector.addMembers(
        operation.target,
        operation.members.map(({ ref }) => ref),
        call,
      );
      return undefined;
    case 'remove-members':
      if (!connector.removeMembers) throw notOffered(operation);
      await connector.removeMembers(
        operation.target,
        operation.members.map(({ ref }) => ref),
        call,
      );
      return undefined;
  }
}

/** Whoever stops a run cannot tell whether what was under way has arrived. */
function stopped({ action, label, system }: Operation, cause: unknown): ConnectorError {
  const message = `${action} ${label} in ${system}: the run was stopped while it was under way`;
  return new ConnectorError('unknown-outcome', message, { cause });
}

function ifVersion(version: string | undefined): { readonly ifVersion?: string } {
  return version === undefined ? {} : { ifVersion: version };
}

/** A target whose connector cannot write is refused by `check`, and here by name. */
function notOffered({ system, action }: Operation): ConnectorError {
  return new ConnectorError('invalid', `${action} in ${system}: its connector cannot do that`, {
    code: 'not-offered',
    remedy: 'take this action out of write.do, or use a connector that has it',
  });
}
