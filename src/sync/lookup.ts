/** Single things by name, for those who were told of them: people, plans, runs. */

import type { Identity } from '../identity/identity.ts';
import type { StoredPlan } from '../plan/plans.ts';
import type { Engine } from './engine.ts';
import type { RunRow } from './ledger.ts';
import type { Verbs } from './verbs.ts';

export function lookups(
  engine: Engine,
): Pick<Verbs, 'systems' | 'people' | 'findPlan' | 'findRun'> {
  const { warehouse, plans, ledger, systems } = engine;
  return {
    systems: async () => systems,
    people: (text): Promise<readonly Identity[]> => warehouse.findPerson(text),
    findPlan: async (name): Promise<StoredPlan | undefined> =>
      (await plans.byKey(name)) ??
      (systems.includes(name) ? await plans.current(name) : await plans.find(name)),
    findRun: (id): Promise<RunRow | undefined> => ledger.run(id),
  };
}
