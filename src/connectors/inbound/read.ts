/**
 * Reading what was pushed is following the numbers of its changes, from the beginning or from where
 * one was. Nobody is ever absent: a record that is not sent any more stays as it is.
 */

import type { SystemName } from '../../identity/record.ts';
import { type ChangePage, ConnectorError, type Watermark } from '../spi/index.ts';
import type { InboundStorage, StoredRecord } from './storage.ts';

const PAGE_SIZE = 500;

/** In front of a watermark from the middle of a full reading. */
const UNFINISHED = 'reading:';
const WATERMARK = /^(reading:)?(\d{1,15})$/;

/** @param continues The reading that gave the watermark goes on. */
export async function* readRecords(
  system: SystemName,
  storage: Pick<InboundStorage, 'changes'>,
  since?: Watermark,
  continues = false,
): AsyncGenerator<ChangePage> {
  const [, unfinished, number] = since === undefined ? ['', UNFINISHED, '0'] : parsed(since);
  if (number === undefined || (since !== undefined && unfinished !== undefined && !continues))
    throw new ConnectorError('watermark-expired', `read user in ${system}: read it all again`);
  const full = unfinished !== undefined;
  let last = Number(number);
  for (;;) {
    const found = await storage.changes(last, PAGE_SIZE);
    last = found.at(-1)?.sequence ?? last;
    const changes = found.map((record) => present(system, record));
    if (found.length < PAGE_SIZE) {
      yield { changes, watermark: String(last), ...(full && { complete: true }) };
      return;
    }
    yield { changes, watermark: full ? `${UNFINISHED}${last}` : String(last) };
  }
}

function parsed(since: Watermark): readonly (string | undefined)[] {
  return WATERMARK.exec(since) ?? [];
}

function present(
  system: SystemName,
  { id, attributes }: StoredRecord,
): ChangePage['changes'][number] {
  return { type: 'present', record: { ref: { system, kind: 'user', id }, attributes } };
}
