/** What was planned is exactly what apply did: the same plan, and request by request what it says. */

import type { Operation } from '../../src/plan/plan.ts';
import { planSync } from '../../src/sync/plan-verb.ts';
import { runSync } from '../../src/sync/run.ts';
import type { Verb } from './company.ts';

/** What a request that changed the target was about. */
export interface Written {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  /** The target accepted it. */
  readonly ok: boolean;
}

/**
 * Plans, and lets a run follow at once, with nothing going wrong.
 *
 * @returns What the run did beside its plan, or left undone.
 */
export async function unfaithful(
  verb: Verb,
  writes: readonly Written[],
): Promise<readonly string[]> {
  const planned = (await verb((engine, watch) => planSync(engine, {}, watch))).targets[0]?.plan;
  const before = writes.length;
  const { run, targets } = await verb((engine, watch) =>
    runSync(engine, { trigger: 'schedule' }, watch),
  );
  // A system in quarantine is not planned for before it is looked at again.
  if (targets.some(({ failure }) => failure !== undefined)) return [];
  const plan = targets[0]?.plan;
  const found: string[] = [];
  if (planned?.id !== plan?.id) found.push(`planned ${planned?.id}, and the run ${plan?.id}`);
  const outcomes = await verb((engine) =>
    Array.fromAsync(engine.ledger.outcomes({ run, limit: 1000 })),
  );
  const sent = writes.slice(before).map(deedOf);
  const carried = outcomes
    .filter(({ type }) => type !== 'skipped')
    .flatMap(({ operation }) => deed(operation) ?? []);
  for (const each of sent.filter((one) => !carried.includes(one))) {
    found.push(`sent, and no operation said so: ${each}`);
  }
  const done = outcomes
    .filter(({ type }) => type === 'done')
    .flatMap(({ operation }) => deed(operation) ?? []);
  for (const each of done.filter((one) => !sent.includes(one))) {
    found.push(`done, and never sent: ${each}`);
  }
  // What was refused is planned again in the same run.
  const accepted = writes.slice(before).filter(({ ok }) => ok);
  if (accepted.length !== new Set(accepted.map(deedOf)).size)
    found.push(`sent twice: ${sent.join('; ')}`);
  return found;
}

function deedOf({ method, path, body }: Written): string {
  const content: unknown = JSON.parse(body);
  const parts = content as {
    readonly userName?: string;
    readonly Operations?: readonly { readonly path: string }[];
  };
  if (method === 'POST') return `create ${parts.userName}`;
  return `change ${path.split('/').at(-1)} ${pathsOf(parts.Operations ?? [])}`;
}

/** Nothing for a link, which writes nothing. */
function deed(operation: Operation): string | undefined {
  switch (operation.action) {
    case 'create':
      return `create ${operation.attributes.userName}`;
    case 'update':
    case 'enable':
    case 'disable':
      return `change ${operation.target.id} ${pathsOf(operation.changes)}`;
    default:
      return undefined;
  }
}

function pathsOf(parts: readonly { readonly path: string }[]): string {
  return parts
    .map(({ path }) => path)
    .toSorted()
    .join(', ');
}
