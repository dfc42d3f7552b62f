/**
 * A plan as a file: a line that says what it is, then one operation a line. Read back, it is the
 * same plan or it is refused: the hash covers every operation, precondition and their order.
 */

import { z } from 'zod';
import type { AttributeValue } from '../identity/record.ts';
import { contentOf, operationId, planHash } from './hash.ts';
import type { Operation, PlanId } from './plan.ts';
import type { StoredPlan } from './plans.ts';

const FORMAT = 'lockstep-plan/1';

export interface FiledPlan {
  readonly id: PlanId;
  readonly target: string;
  readonly createdAt: Date;
  readonly configVersion: string;
  /** How many operations follow. */
  readonly operations: number;
}

export async function* writePlanFile(
  plan: StoredPlan,
  operations: AsyncIterable<Operation>,
): AsyncGenerator<string> {
  const { id, target, createdAt, configVersion, counts } = plan;
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  yield JSON.stringify({
    format: FORMAT,
    id,
    target,
    createdAt: createdAt.toISOString(),
    configVersion,
    operations: total,
  });
  for await (const operation of operations) yield JSON.stringify(operation);
}

/** Why a file is not a plan that can be applied. `code` has its section in `docs/errors.md`. */
export class PlanFileError extends Error {
  override readonly name = 'PlanFileError';
  readonly code: 'plan-file-broken' | 'plan-file-changed';

  constructor(code: PlanFileError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** The header of a file, and its operations as they come; their hash is checked at the end. */
export async function readPlanFile(lines: AsyncIterable<string>): Promise<{
  readonly header: FiledPlan;
  readonly operations: AsyncIterable<Operation>;
}> {
  const iterator = lines[Symbol.asyncIterator]();
  const first = await iterator.next();
  const header = headerOf(first.done === true ? '' : first.value);
  return { header, operations: operationsOf(header, iterator) };
}

async function* operationsOf(
  header: FiledPlan,
  lines: AsyncIterator<string>,
): AsyncGenerator<Operation> {
  const content = planHash(header.target, header.configVersion);
  let read = 0;
  for (let next = await lines.next(); next.done !== true; next = await lines.next()) {
    if (next.value.trim() === '') continue;
    const operation = operationOf(next.value, read + 2);
    if (operation.system !== header.target)
      throw changed(`line ${read + 2} is about another system`);
    content.add(operation);
    read++;
    yield operation;
  }
  if (read !== header.operations) {
    throw changed(`the file announces ${header.operations} operations and has ${read}`);
  }
  if (content.id() !== header.id) throw changed('its content is not what its hash says');
}

const headerSchema = z.object({
  format: z.literal(FORMAT),
  id: z.string(),
  target: z.string(),
  createdAt: z.coerce.date(),
  configVersion: z.string(),
  operations: z.number().int().min(0),
});

function headerOf(line: string): FiledPlan {
  const parsed = headerSchema.safeParse(jsonOf(line, 1));
  if (!parsed.success) {
    throw new PlanFileError('plan-file-broken', 'line 1 is not the header of a plan');
  }
  const { format: _, ...header } = parsed.data;
  return header;
}

const value: z.ZodType<AttributeValue> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.array(value), z.record(z.string(), value)]),
) as z.ZodType<AttributeValue>;
const attributes = z.record(z.string(), value);
const ref = z.object({ system: z.string(), kind: z.string(), id: z.string() });
const change = z.object({ path: z.string(), before: value.optional(), after: value.optional() });

const intent = {
  id: z.string(),
  identity: z.string(),
  label: z.string(),
  system: z.string(),
  kind: z.string(),
  reason: z.string(),
  cause: z.string(),
  generation: z.number(),
  urgent: z.literal(true).optional(),
  unowned: z.literal(true).optional(),
  after: z.array(z.string()),
  without: z.array(z.string()).optional(),
  origins: z.record(z.string(), z.string()),
  failedBefore: z
    .object({ code: z.string(), attempts: z.number(), firstFailedAt: z.coerce.date() })
    .optional(),
  againAt: z.coerce.date().optional(),
};
const member = z.object({
  identity: z.string(),
  label: z.string(),
  ref,
  generation: z.number(),
  attempts: z.number().optional(),
});
const onAccount = {
  target: ref,
  precondition: z.object({
    version: z.string().optional(),
    held: attributes,
    touched: z.array(z.string()),
  }),
};
const operationSchema = z.discriminatedUnion('action', [
  z.object({ ...intent, action: z.literal('create'), attributes, match: attributes }),
  z.object({
    ...intent,
    ...onAccount,
    action: z.enum(['update', 'disable', 'enable']),
    changes: z.array(change),
    links: z.literal(true).optional(),
    unlinks: z.literal(true).optional(),
    adopts: attributes.optional(),
  }),
  z.object({ ...intent, ...onAccount, action: z.literal('delete'), before: attributes }),
  z.object({ ...intent, ...onAccount, action: z.enum(['link', 'unlink']), adopts: attributes }),
  z.object({
    ...intent,
    ...onAccount,
    action: z.enum(['add-members', 'remove-members']),
    members: z.array(member),
  }),
]);

/** An operation as it was written; its own id must still fit what it says. */
function operationOf(line: string, number: number): Operation {
  const parsed = operationSchema.safeParse(jsonOf(line, number));
  if (!parsed.success) {
    throw new PlanFileError('plan-file-broken', `line ${number} is not an operation`);
  }
  const operation = parsed.data as Operation;
  if (operationId(operation.system, operation.identity, contentOf(operation)) !== operation.id) {
    throw changed(`line ${number}, ${operation.label}, was edited`);
  }
  return operation;
}

function jsonOf(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new PlanFileError('plan-file-broken', `line ${number} is not JSON`);
  }
}

function changed(message: string): PlanFileError {
  return new PlanFileError('plan-file-changed', message);
}
