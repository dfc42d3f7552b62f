/** How many objects of each kind a directory has, kept with every write that makes or deletes one. */

import type { Write, Written } from '../connectors/directory/storage.ts';
import type { ObjectKind, SystemName } from '../identity/record.ts';
import type { Queries } from './database.ts';

/**
 * So that whoever lists is told how many there are without a look at them.
 *
 * @param counted Kinds that are known to be counted: theirs is not waited for, but fails with the transaction.
 */
export async function count(
  queries: Queries,
  system: SystemName,
  counted: Set<ObjectKind>,
  writes: readonly Write[],
  written: readonly Written[],
): Promise<void> {
  const steps = new Map<ObjectKind, number>();
  for (const [index, write] of writes.entries()) {
    const step = written[index]?.type === 'done' ? stepOf(write) : undefined;
    if (step) steps.set(step.kind, (steps.get(step.kind) ?? 0) + step.by);
  }
  for (const [kind, by] of steps) {
    const more = queries.run(
      'update directory_count set value = value + ? where system = ? and kind = ?',
      [by, system, kind],
    );
    if (counted.has(kind)) {
      more.catch(() => undefined);
      continue;
    }
    const isCounted = (await more) > 0;
    if (isCounted) {
      counted.add(kind);
      continue;
    }
    await queries.run(
      `insert into directory_count (system, kind, value)
       select ?, ?, count(*) from directory_object where system = ? and kind = ?`,
      [system, kind, system, kind],
    );
  }
}

/** What a write that succeeds adds to the objects of a kind. */
export function stepOf(
  write: Write,
): { readonly kind: ObjectKind; readonly by: number } | undefined {
  switch (write.type) {
    case 'put':
      return write.expects === 0 ? { kind: write.object.kind, by: 1 } : undefined;
    case 'remove':
      return { kind: write.kind, by: -1 };
    case 'members':
      return undefined;
  }
}
