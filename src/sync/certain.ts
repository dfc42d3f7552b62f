/**
 * Who may be taken for not assigned. Amid a reading of the system that assigns, somebody who changes
 * groups is in neither for a few pages: what is read of assignments is true at the end of a reading.
 */

import type { SystemName } from '../identity/record.ts';
import { standing } from '../plan/standing.ts';
import { forKind, type Target } from '../plan/target.ts';
import type { Subject } from '../warehouse/subject.ts';
import type { Engine } from './engine.ts';
import { worksBefore } from './lease.ts';

/** @returns Those who were loaded, without whom only the end of a reading can tell of. */
export async function certain(
  target: Target,
  engine: Engine,
  load: () => Promise<readonly Subject[]>,
): Promise<readonly Subject[]> {
  const systems = assigning(target);
  if (systems.length === 0) return load();
  const before = await readingsOf(systems, engine);
  const subjects = await load();
  if (!subjects.some((subject) => isWithout(subject, target))) return subjects;
  // One that began and ended while people were loaded counts as well.
  const after = await readingsOf(systems, engine);
  const still = new Set(
    systems.filter(
      (name) => before.get(name) !== undefined && before.get(name) === after.get(name),
    ),
  );
  const now = engine.now();
  return subjects.filter((subject) => {
    if (!isWithout(subject, target)) return true;
    const rules = forKind(target, subject.identity.kind);
    if (rules.assigned === undefined || still.has(rules.assigned.system)) return true;
    const verdict = standing(subject, rules, now);
    return verdict.in || verdict.why !== 'not-assigned';
  });
}

function assigning(target: Target): readonly SystemName[] {
  const rules = [target, ...(target.others?.values() ?? [])];
  return [...new Set(rules.flatMap(({ assigned }) => assigned?.system ?? []))];
}

function isWithout({ identity, assigned }: Subject, target: Target): boolean {
  if (forKind(target, identity.kind).assigned === undefined) return false;
  return assigned === undefined || !(assigned.direct || assigned.groups.length > 0);
}

async function readingsOf(
  systems: readonly SystemName[],
  engine: Engine,
): Promise<ReadonlyMap<SystemName, number | undefined>> {
  const numbers = systems.map(
    async (system) => [system, await worksBefore(`read/${system}`, engine)] as const,
  );
  return new Map(await Promise.all(numbers));
}
