/** How many objects of each kind a directory has, kept with every write that makes or deletes one. */

import type { Write, Written } from '../connectors/directory/storage.ts';
import type { ObjectKind, SystemName } from '../identity/record.ts';
import type { Database, Queries } from './database.ts';
import { IN_RANGE, type Numbered, range } from './directory-puts.ts';
import { list } from './rows.ts';

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

/** Of kinds that are known to be counted those that were made: what is there with a number of theirs. */
export async function countMade(
  queries: Queries & Pick<Database, 'inList'>,
  system: SystemName,
  puts: readonly Numbered<Write & { readonly type: 'put' }>[],
): Promise<void> {
  const made = puts.filter(({ write }) => write.expects === 0);
  const kinds = Map.groupBy(made, ({ write }) => write.object.kind);
  await Promise.all(
    [...kinds].map(([kind, those]) =>
      queries.run(
        `update directory_count set value = value + (select count(*) from directory_object
           where system = ? and kind = ? and ${IN_RANGE} and id in ${queries.inList})
         where system = ? and kind = ?`,
        [
          ...[system, kind, ...range(system, those)],
          list(those.map(({ write }) => write.object.id)),
          ...[system, kind],
        ],
      ),
    ),
  );
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
