/** A system's failures as errors of the protocol (RFC 7644 §3.12). */

import { ConnectorError, type FailureKind } from '../../connectors/spi/index.ts';
import { ScimError, type ScimType } from '../../scim/error.ts';

/** @returns Undefined for what nobody refused: a mistake of ours. */
export function asScimError(error: unknown): ScimError | undefined {
  if (error instanceof ScimError) return error;
  if (!(error instanceof ConnectorError)) return undefined;
  const { kind, code, message, retryAfterSeconds } = error;
  const [status, byKind] = STATUS[kind];
  const scimType = BY_CODE[code] ?? byKind;
  return new ScimError(status, message, {
    ...(scimType && { scimType }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  });
}

const STATUS: Readonly<Record<FailureKind, readonly [number, ScimType?]>> = {
  unreachable: [503],
  throttled: [429],
  denied: [403],
  invalid: [400, 'invalidValue'],
  conflict: [409, 'uniqueness'],
  ambiguous: [409],
  missing: [404],
  stale: [412],
  'watermark-expired': [503],
  'unknown-outcome': [504],
};

const BY_CODE: Readonly<Record<string, ScimType>> = {
  'filter-unsupported': 'invalidFilter',
  'cursor-invalid': 'invalidCursor',
  'sort-too-large': 'tooMany',
  'path-invalid': 'invalidPath',
  'value-create-only': 'mutability',
};
