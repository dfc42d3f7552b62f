/** Whoever was paused by an undo is looked at again. */

import type { SystemName } from '../identity/record.ts';
import type { Engine } from './engine.ts';

const BATCH = 500;

/** Whoever was paused under another configuration is looked at again. */
export async function resumeOutdated(target: SystemName, engine: Engine): Promise<void> {
  const { undos, configVersion } = engine;
  for (;;) {
    const people = await undos.outdated(target, configVersion, BATCH);
    if (people.length === 0) return;
    await resumePeople(target, people, 'configuration', engine);
  }
}

export async function resumePeople(
  target: SystemName,
  people: readonly string[],
  cause: 'configuration' | 'requested',
  { undos, warehouse, transaction }: Engine,
): Promise<void> {
  await transaction(async () => {
    await undos.resume(target, people);
    await warehouse.makeDue(target, people, cause);
  });
}
