/**
 * Reading a directory is following its change sequence: from the beginning, or from where one was.
 * An object that changes while it is read comes again, later in the sequence.
 */

import type { Change, ObjectKind, SystemName } from '../../identity/record.ts';
import { type ChangePage, ConnectorError } from '../spi/index.ts';
import { recordOf } from './record.ts';
import type { DirectoryStorage, StoredChange } from './storage.ts';

const PAGE_SIZE = 500;

/** In front of a watermark from the middle of a full reading. */
const UNFINISHED = 'reading:';
const WATERMARK = /^(reading:)?(\d{1,15})$/;

export function readAll(
  system: SystemName,
  kind: ObjectKind,
  storage: DirectoryStorage,
): AsyncIterable<ChangePage> {
  return pages(system, kind, storage, 0, true);
}

/** @param continues The reading that gave the watermark goes on. */
export async function* readSince(
  system: SystemName,
  kind: ObjectKind,
  storage: DirectoryStorage,
  watermark: string,
  continues: boolean,
): AsyncIterable<ChangePage> {
  const [, unfinished, number] = WATERMARK.exec(watermark) ?? [];
  if (number === undefined || (unfinished !== undefined && !continues))
    throw new ConnectorError('watermark-expired', `read ${kind} in ${system}: read it all again`);
  yield* pages(system, kind, storage, Number(number), unfinished !== undefined);
}

async function* pages(
  system: SystemName,
  kind: ObjectKind,
  storage: DirectoryStorage,
  from: number,
  full: boolean,
): AsyncIterable<ChangePage> {
  let since = from;
  for (;;) {
    const found = await storage.changes(kind, since, PAGE_SIZE);
    since = found.at(-1)?.sequence ?? since;
    const changes = found.flatMap((change) => changeOf(system, change));
    if (found.length < PAGE_SIZE) {
      yield { changes, watermark: String(since), ...(full && { complete: true }) };
      return;
    }
    yield { changes, watermark: full ? `${UNFINISHED}${since}` : String(since) };
  }
}

function changeOf(system: SystemName, change: StoredChange): Change {
  switch (change.type) {
    case 'object':
      return { type: 'present', record: recordOf(system, change.object) };
    case 'removed':
      return { type: 'absent', ref: { system, kind: change.kind, id: change.id } };
    case 'member': {
      const group = { system, kind: 'group', id: change.group };
      const members = [change.member];
      return change.removed
        ? { type: 'members', group, added: [], removed: members }
        : { type: 'members', group, added: members, removed: [] };
    }
  }
}
