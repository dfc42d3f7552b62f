import type { Problem } from '../../identity/problem.ts';

/**
 * Why a connected system did not do what it was asked. The kind is the whole interface: what
 * happens next is decided from it alone, in `apply/disposition.ts`.
 */
export type FailureKind =
  | 'unreachable'
  | 'throttled'
  | 'denied'
  | 'invalid'
  | 'conflict'
  | 'ambiguous'
  | 'missing'
  | 'stale'
  | 'watermark-expired'
  /** The request was sent and its answer lost: done or not done, nobody knows yet. */
  | 'unknown-outcome';

export interface ConnectorErrorOptions {
  readonly cause?: unknown;
  /** Finer than the kind, kebab-case; has a section in `docs/errors.md`. The kind by default. */
  readonly code?: string;
  /** What a person can do about it. */
  readonly remedy?: string;
  /** Seconds the system asked us to wait (RFC 9110 §10.2.3, Retry-After). */
  readonly retryAfterSeconds?: number;
  /** True when not this object but every operation on the system would fail alike (a 401). */
  readonly general?: boolean;
  /** Each thing that is wrong, where there are several: the broken lines of a file, say. */
  readonly problems?: readonly Problem[];
}

export class ConnectorError extends Error {
  override readonly name = 'ConnectorError';
  readonly kind: FailureKind;
  readonly code: string;
  readonly remedy: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly general: boolean;
  readonly problems: readonly Problem[];

  /** @param message What was attempted and what the system answered; never a secret or a password. */
  constructor(kind: FailureKind, message: string, options: ConnectorErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.kind = kind;
    this.code = options.code ?? kind;
    this.remedy = options.remedy;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.general = options.general ?? false;
    this.problems = options.problems ?? [];
  }
}
