/** What became of an upload, as a bulk response (RFC 7644 §3.7.3): a result for each record. */

import { BULK_RESPONSE, ERROR } from '../../scim/urn.ts';
import type { UploadedRecord, UploadReport } from '../../sync/upload.ts';
import type { BulkAnswer, BulkResult } from './schema.ts';

export function answerOf({ id, at, results, ...counts }: UploadReport): BulkAnswer {
  const { taken, unchanged, refused } = counts;
  const Operations = results.map(resultOf);
  const schemas: BulkAnswer['schemas'] = [BULK_RESPONSE];
  return { schemas, id, at: at.toISOString(), taken, unchanged, refused, Operations };
}

function resultOf(record: UploadedRecord): BulkResult {
  const { bulkId, id, status: result, identity, ignored, code, message, remedy } = record;
  const status = statusOf(record);
  return {
    method: 'POST',
    ...(bulkId !== undefined && { bulkId }),
    ...(id !== undefined && { externalId: id }),
    status,
    result,
    ...(identity !== undefined && { identity }),
    ...(ignored !== undefined && { ignored: [...ignored] }),
    ...(code !== undefined && {
      response: {
        schemas: [ERROR],
        status,
        detail: message ?? code,
        code,
        ...(remedy !== undefined && { remedy }),
      },
    }),
  };
}

function statusOf({ status, identity }: UploadedRecord): BulkResult['status'] {
  switch (status) {
    case 'taken':
    case 'unchanged':
      return identity === undefined ? '202' : '200';
    case 'refused':
      return '400';
    case 'skipped':
      return '424';
  }
}
