/** Takes a suppression back: whoever was erased comes back as a new person, if a source still has them. */

import type { SystemName } from '../identity/record.ts';
import type { Engine } from './engine.ts';
import { VerbRefusal } from './refusal.ts';

export interface SuppressedRecord {
  readonly system: SystemName;
  /** As the system has it; of a group or of a person. */
  readonly id: string;
}

export async function allowRecord(
  { privacy, warehouse, sources, transaction, note }: Engine,
  { system, id }: SuppressedRecord,
): Promise<void> {
  const allowed = await transaction(async () => {
    const found = await privacy.allow([{ system, kind: 'user', id }]);
    if (found) await note({ action: 'record-allowed', subject: system });
    return found;
  });
  if (!allowed) {
    throw new VerbRefusal(
      'not-suppressed',
      `no record of ${system} with that id is suppressed`,
      'write the id as the system has it, case included',
    );
  }
  // It was left out of readings that are over, as a member of groups as well.
  for (const source of sources.filter((each) => each.system === system)) {
    await warehouse.forgetWatermark(system, source.kind);
  }
}
