/** A connector whose writes somebody hears of, once they are durable. */

import type { Connector } from './connectors/spi/index.ts';
import type { ObjectRef } from './identity/record.ts';

export interface Written {
  readonly type: 'created' | 'updated' | 'deleted' | 'members';
  /** Of `members` the group's. */
  readonly ref: ObjectRef;
}

/** Tells of each write that succeeded; what is not offered stays away. */
export function told(connector: Connector, tell: (written: Written) => void): Connector {
  const { create, update, addMembers, removeMembers, delete: remove } = connector;
  return {
    ...connector,
    ...(create && {
      create: async (...asked) => {
        const record = await create(...asked);
        tell({ type: 'created', ref: record.ref });
        return record;
      },
    }),
    ...(update && {
      update: async (...asked) => {
        const record = await update(...asked);
        tell({ type: 'updated', ref: record.ref });
        return record;
      },
    }),
    ...(remove && {
      delete: async (ref, ...more) => {
        await remove(ref, ...more);
        tell({ type: 'deleted', ref });
      },
    }),
    ...(addMembers && {
      addMembers: async (group, ...more) => {
        await addMembers(group, ...more);
        tell({ type: 'members', ref: group });
      },
    }),
    ...(removeMembers && {
      removeMembers: async (group, ...more) => {
        await removeMembers(group, ...more);
        tell({ type: 'members', ref: group });
      },
    }),
  };
}
