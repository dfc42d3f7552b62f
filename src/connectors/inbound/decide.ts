/** What an upload comes to: its operations in their order, each over what the one before it left. */

import { isDeepStrictEqual } from 'node:util';
import type { Attributes } from '../../identity/record.ts';
import type { UploadResult } from '../spi/index.ts';
import type { InboundOptions } from './options.ts';
import type { Decision } from './storage.ts';
import { type Read, type Said, spokenOf } from './translate.ts';

export function decision(
  reads: readonly Read[],
  before: ReadonlyMap<string, Attributes>,
  { omitted }: Pick<InboundOptions, 'omitted'>,
  failOnErrors = Number.POSITIVE_INFINITY,
): Decision {
  const changed = new Map<string, Attributes>();
  const results: UploadResult[] = [];
  let errors = 0;
  for (const read of reads) {
    if (errors >= failOnErrors) {
      results.push(skipped(read));
      continue;
    }
    if (read.type === 'refused') {
      errors++;
      results.push(read.result);
      continue;
    }
    const { id, sent, attributes } = read.said;
    const known = changed.get(id) ?? before.get(id);
    const now = omitted === 'keep' && known ? spokenOf(known, sent, attributes) : attributes;
    const same = known !== undefined && isDeepStrictEqual(known, now);
    if (!same) changed.set(id, now);
    results.push(told(read.said, same ? 'unchanged' : 'taken'));
  }
  return { changed, results };
}

function told({ id, bulkId, ignored }: Said, status: UploadResult['status']): UploadResult {
  return {
    ...(bulkId !== undefined && { bulkId }),
    id,
    status,
    ...(ignored.length > 0 && { ignored }),
  };
}

function skipped(read: Read): UploadResult {
  const { bulkId, id } = read.type === 'said' ? read.said : read.result;
  return {
    ...(bulkId !== undefined && { bulkId }),
    ...(id !== undefined && { id }),
    status: 'skipped',
    code: 'record-skipped',
    message: 'left alone, since failOnErrors was reached',
    remedy: 'Send it again without what was refused.',
  };
}
