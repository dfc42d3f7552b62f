/** Fills a directory, as a provider of its people would have. */

import pg from 'pg';
import { openDirectory } from '../src/connectors/directory/connector.ts';
import { directoryOptions } from '../src/connectors/directory/options.ts';
import type { Attributes } from '../src/identity/record.ts';
import type { Database } from '../src/store/database.ts';
import { directoryStorage } from '../src/store/directory.ts';
import { person, type Ready, type ServerSettings, sample } from './scim-people.ts';

export const SYSTEM = 'inbox';
const TOGETHER = 1000;

export async function filled(
  database: Database,
  { users, groupSizes }: Pick<ServerSettings, 'users' | 'groupSizes'>,
): Promise<Pick<Ready, 'users' | 'groups'>> {
  const storage = directoryStorage(database, SYSTEM);
  const options = directoryOptions.parse({});
  const { create } = openDirectory(SYSTEM, options, storage, () => new Date());
  const { signal } = new AbortController();
  const ids: string[] = [];
  for (let from = 0; from < users; from += TOGETHER) {
    const records = await Promise.all(
      Array.from({ length: Math.min(TOGETHER, users - from) }, (_, index) => {
        const { schemas: _schemas, ...attributes } = person(from + index);
        return create?.('user', attributes as Attributes, { signal });
      }),
    );
    ids.push(...records.flatMap((record) => record?.ref.id ?? []));
  }
  const groups: Record<string, string> = {};
  for (const size of groupSizes) {
    const members = Array.from({ length: size }, (_, index) => ({
      $ref: { system: SYSTEM, kind: 'user', id: ids[index] ?? `member-${index}` },
    }));
    const group = await create?.('group', { displayName: `Group of ${size}`, members }, { signal });
    groups[size] = group?.ref.id ?? '';
  }
  return { users: sample(ids), groups };
}

/** As PostgreSQL does by itself, within a minute of so many rows. */
export async function looked(store: string): Promise<void> {
  if (!/^postgres(ql)?:\/\//.test(store)) return;
  const client = new pg.Client(store);
  await client.connect();
  await client.query('analyze');
  await client.end();
}
