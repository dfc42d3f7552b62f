/**
 * What makes a plan a contract: an operation's id covers what it does and under which precondition,
 * a plan's id covers its operations and their order. When and why it came up is not covered, so that
 * planning the same thing again gives the same ids.
 */

import { createHash, hash } from 'node:crypto';
import type { AttributeChange } from '../connectors/spi/index.ts';
import type { ObjectRef } from '../identity/record.ts';
import type {
  Operation,
  OperationContent,
  OperationId,
  PlanId,
  PlannedMember,
  Precondition,
} from './plan.ts';

/** Grows with the operations of a plan, in their order, to the plan's id. */
export interface PlanHash {
  add(operation: Operation): void;
  id(): PlanId;
}

export function planHash(target: string, configVersion: string): PlanHash {
  const content = createHash('sha256').update(JSON.stringify([target, configVersion]));
  return {
    add: ({ id }) => void content.update(id),
    id: () => content.copy().digest('hex').slice(0, 32),
  };
}

export function operationId(system: string, identity: string, content: unknown): OperationId {
  return hash('sha256', JSON.stringify([system, identity, content]), 'hex').slice(0, 24);
}

/** The part of an operation that its id covers, in an order of its own. */
export function contentOf(operation: OperationContent): unknown {
  switch (operation.action) {
    case 'create':
      return ['create', operation.attributes, operation.match];
    case 'update':
    case 'disable':
    case 'enable':
      return [
        operation.action,
        ...onAccount(operation),
        operation.changes.map(changed),
        operation.links ?? false,
        operation.adopts ?? {},
        ...(operation.unlinks ? ['unlinks'] : []),
      ];
    case 'delete':
      return ['delete', ...onAccount(operation), operation.before];
    case 'link':
    case 'unlink':
      return [operation.action, ...onAccount(operation), operation.adopts];
    case 'add-members':
    case 'remove-members':
      return [operation.action, ...onAccount(operation), operation.members.map(memberOf)];
  }
}

function onAccount({
  target,
  precondition: { version, held, touched },
}: {
  readonly target: ObjectRef;
  readonly precondition: Precondition;
}): readonly unknown[] {
  return [target.system, target.kind, target.id, version ?? null, held, touched];
}

function memberOf({ identity, ref }: PlannedMember): readonly unknown[] {
  return [identity, ref.kind, ref.id];
}

function changed({ path, before, after }: AttributeChange): readonly unknown[] {
  return [path, before ?? null, after ?? null];
}
