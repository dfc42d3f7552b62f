/** How much one directory may hold, where its options say so. */

import type { ObjectKind } from '../../identity/record.ts';
import { ConnectorError } from '../spi/index.ts';
import type { DirectoryOptions } from './options.ts';
import type { DirectoryStorage } from './storage.ts';

export interface Limits {
  /** Creates one after the other where their number is limited, so that none slips in beside another. */
  create<Value>(
    kind: ObjectKind,
    storage: DirectoryStorage,
    write: () => Promise<Value>,
  ): Promise<Value>;
  /** Refuses more members than a group may have. */
  members(held: number, added: number): void;
}

export function limits({ limits: most }: DirectoryOptions): Limits {
  let last: Promise<unknown> = Promise.resolve();
  return {
    create: (kind, storage, write) => {
      const limit = limitOf(most, kind);
      if (limit === undefined) return write();
      const turn = last.then(async () => {
        const { total } = await storage.search(kind, { count: 1 });
        if (total >= limit) throw reached(`${limit} of the kind ${kind}`);
        return write();
      });
      last = turn.catch(() => {});
      return turn;
    },
    members: (held, added) => {
      if (most.members !== undefined && held + added > most.members)
        throw reached(`${most.members} members of a group`);
    },
  };
}

function limitOf(most: DirectoryOptions['limits'], kind: ObjectKind): number | undefined {
  if (kind === 'user') return most.users;
  return kind === 'group' ? most.groups : most.others;
}

function reached(what: string): ConnectorError {
  return new ConnectorError('denied', `the directory may hold ${what}, and no more`, {
    code: 'limit-reached',
    remedy: 'Delete what is not needed any more, or have the limit raised.',
  });
}
