/** What requests name has to be there. */

import type { Identity } from '../../../identity/identity.ts';
import type { StoredPlan } from '../../../plan/plans.ts';
import { theOne } from '../../../sync/people.ts';
import type { Verbs } from '../../../sync/verbs.ts';
import { ApiProblem } from '../problem.ts';

export async function knownSystems(verbs: Verbs, named: readonly string[]): Promise<void> {
  if (named.length === 0) return;
  const known = await verbs.systems();
  const stranger = named.find((name) => !known.includes(name));
  if (stranger === undefined) return;
  throw new ApiProblem(404, 'unknown-system', `there is no system "${stranger}"`, {
    remedy: `systems here: ${known.join(', ')}`,
  });
}

export async function namedPlan(name: string, verbs: Verbs): Promise<StoredPlan> {
  const plan = await verbs.findPlan(name);
  if (plan !== undefined) return plan;
  throw new ApiProblem(404, 'no-such-plan', `there is no plan ${name}`, {
    remedy: 'see lockstep status for the plans that are held',
  });
}

export async function namedPerson(name: string, verbs: Verbs): Promise<Identity> {
  return theOne(name, await verbs.people(name));
}
