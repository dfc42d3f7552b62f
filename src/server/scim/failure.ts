/** A system's failures as errors of the protocol (RFC 7644 §3.12). */

import { ConnectorError, type FailureKind } from '../../connectors/spi/index.ts';
import { ScimError, type ScimType } from '../../scim/error.ts';
import { TenantRefusal } from '../tenants/tenant.ts';

/** @returns Undefined for what nobody refused: a mistake of ours. */
export function asScimError(error: unknown): ScimError | undefined {
  if (error instanceof ScimError) return error;
  if (error instanceof TenantRefusal) return new ScimError(503, error.message);
  if (!(error instanceof ConnectorError)) return undefined;
  const { kind, code, message, remedy, retryAfterSeconds, general } = error;
  // What is wrong with our own way to the system is nothing the client could put right.
  const [status, scimType] = BY_CODE[code] ?? (general ? OUT_OF_ORDER : STATUS[kind]);
  return new ScimError(status, remedy === undefined ? message : `${message}. ${remedy}`, {
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
  // Nothing but a cursor is as old as that here.
  'watermark-expired': [400, 'expiredCursor'],
  'unknown-outcome': [504],
};

const OUT_OF_ORDER: readonly [number] = [503];

const BY_CODE: Readonly<Record<string, readonly [number, ScimType?]>> = {
  'filter-unsupported': [400, 'invalidFilter'],
  'filter-refused': [400, 'invalidFilter'],
  'cursor-invalid': [400, 'invalidCursor'],
  'cursor-expired': [400, 'expiredCursor'],
  'sort-too-large': [400, 'tooMany'],
  'path-invalid': [400, 'invalidPath'],
  'value-create-only': [400, 'mutability'],
  'attribute-immutable': [400, 'mutability'],
  'no-target': [400, 'noTarget'],
  // A value that leads to nobody, not one that somebody else has (RFC 7644 §3.12).
  'reference-not-visible': [400, 'invalidValue'],
  'request-too-large': [400, 'tooMany'],
  'unknown-kind': [404],
  'operation-not-supported': [501],
};
