/** Who was pushed to us goes ahead of whatever is being written: that may take long. */

import type { ObjectRef } from '../identity/record.ts';
import type { Engine } from './engine.ts';
import { atWorkOn } from './lease.ts';
import { writtenSystems } from './target.ts';

/** Targets somebody is at work on at this moment. */
export async function busyTargets(engine: Engine): Promise<readonly string[]> {
  const systems = writtenSystems(engine).map(({ system }) => system);
  const holders = await Promise.all(systems.map((name) => atWorkOn(`write/${name}`, engine)));
  return systems.filter((_, index) => holders[index] !== undefined);
}

/** @param people Accounts of one system that were read. */
export async function hurry(
  people: readonly ObjectRef[],
  targets: readonly string[],
  { warehouse }: Engine,
): Promise<void> {
  if (people.length === 0 || targets.length === 0) return;
  const owners = await warehouse.ownersOf(people);
  const identities = [...new Set(owners.values())];
  for (const target of targets) await warehouse.makeDue(target, identities, 'changed', true);
}
