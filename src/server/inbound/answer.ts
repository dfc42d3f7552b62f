/** What became of an upload, as a bulk response (RFC 7644 §3.7.3): a result for each record. */

import { type ErrorBody, errorBody, ScimError } from '../../scim/error.ts';
import { BULK_RESPONSE } from '../../scim/urn.ts';
import type { UploadedRecord, UploadReport } from '../../sync/upload.ts';

export interface BulkAnswer {
  readonly schemas: readonly [typeof BULK_RESPONSE];
  /** Under this it is found in the log. */
  readonly id: string;
  readonly at: string;
  readonly taken: number;
  readonly unchanged: number;
  readonly refused: number;
  readonly Operations: readonly BulkResult[];
}

interface BulkResult {
  readonly method: 'POST';
  readonly bulkId?: string;
  readonly externalId?: string;
  /** 202: taken, not read yet. 200: read. 400: refused. 424: left alone after others were. */
  readonly status: string;
  readonly result: UploadedRecord['status'];
  /** Whose record it is by now. */
  readonly identity?: string;
  /** Attributes that no schema has, and that nothing was made of. */
  readonly ignored?: readonly string[];
  /** Of what was refused: why, and what to do. */
  readonly response?: ErrorBody & { readonly code: string; readonly remedy?: string };
}

export function bulkAnswer({ id, at, results, ...counts }: UploadReport): BulkAnswer {
  const { taken, unchanged, refused } = counts;
  const Operations = results.map(resultOf);
  return {
    schemas: [BULK_RESPONSE],
    id,
    at: at.toISOString(),
    taken,
    unchanged,
    refused,
    Operations,
  };
}

function resultOf(record: UploadedRecord): BulkResult {
  const { bulkId, id, status, identity, ignored, code, message, remedy } = record;
  return {
    method: 'POST',
    ...(bulkId !== undefined && { bulkId }),
    ...(id !== undefined && { externalId: id }),
    status: String(statusOf(record)),
    result: status,
    ...(identity !== undefined && { identity }),
    ...(ignored !== undefined && { ignored }),
    ...(code !== undefined && {
      response: {
        ...errorBody(new ScimError(statusOf(record), message ?? code)),
        code,
        ...(remedy !== undefined && { remedy }),
      },
    }),
  };
}

function statusOf({ status, identity }: UploadedRecord): number {
  switch (status) {
    case 'taken':
    case 'unchanged':
      return identity === undefined ? 202 : 200;
    case 'refused':
      return 400;
    case 'skipped':
      return 424;
  }
}
