/** Errors as the protocol has them (RFC 7644 §3.12). */

import { ERROR } from './urn.ts';

export type ScimType =
  | 'invalidFilter'
  | 'tooMany'
  | 'uniqueness'
  | 'mutability'
  | 'invalidSyntax'
  | 'invalidPath'
  | 'noTarget'
  | 'invalidValue'
  | 'invalidVers'
  | 'sensitive'
  /** RFC 9865 §2.1. */
  | 'invalidCursor'
  | 'expiredCursor'
  | 'invalidCount';

export class ScimError extends Error {
  override readonly name = 'ScimError';
  readonly status: number;
  readonly scimType: ScimType | undefined;
  readonly retryAfterSeconds: number | undefined;

  /** @param detail For people: what was wrong and how to put it right; no values that are secret. */
  constructor(
    status: number,
    detail: string,
    { scimType, retryAfterSeconds }: { scimType?: ScimType; retryAfterSeconds?: number } = {},
  ) {
    super(detail);
    this.status = status;
    this.scimType = scimType;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** A 400 with its `scimType`. */
export function badRequest(scimType: ScimType, detail: string): ScimError {
  return new ScimError(400, detail, { scimType });
}

export interface ErrorBody {
  readonly schemas: readonly [typeof ERROR];
  /** A text, as the RFC has it. */
  readonly status: string;
  readonly scimType?: ScimType;
  readonly detail: string;
}

export function errorBody({ status, scimType, message }: ScimError): ErrorBody {
  return {
    schemas: [ERROR],
    status: String(status),
    ...(scimType && { scimType }),
    detail: message,
  };
}
