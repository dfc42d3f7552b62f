/** What a service provider's refusal means: one table over status and `scimType` (RFC 7644 §3.12). */

import { ConnectorError, type FailureKind, type JsonResponse } from '../spi/index.ts';
import type { Protocol } from './profile.ts';
import { isObject } from './translate.ts';

interface Meaning {
  readonly kind: FailureKind;
  readonly code: string;
  readonly remedy?: string;
  /** Every operation on the system would fail alike. */
  readonly general?: true;
}

const NOT_SUPPORTED: Meaning = {
  kind: 'invalid',
  code: 'operation-not-supported',
  remedy:
    'Switch the operation off with `do`, or set how the target is updated with `overrides.update.method`.',
};

const BY_STATUS: Readonly<Record<number, Meaning>> = {
  400: {
    kind: 'invalid',
    code: 'refused-by-target',
    remedy: 'Correct what the answer names, in the source or the mapping.',
  },
  401: {
    kind: 'denied',
    code: 'credentials-refused',
    remedy: 'Renew the token or secret in the configuration; nothing is written until then.',
    general: true,
  },
  403: {
    kind: 'denied',
    code: 'forbidden',
    remedy: 'Grant the token the right to do this, or leave this account out of scope.',
  },
  404: { kind: 'missing', code: 'missing' },
  405: NOT_SUPPORTED,
  406: { kind: 'invalid', code: 'media-type-refused', general: true },
  408: { kind: 'unreachable', code: 'timed-out' },
  409: {
    kind: 'conflict',
    code: 'conflict',
    remedy: 'Another account holds one of the unique values: link it, or change the value.',
  },
  410: { kind: 'missing', code: 'missing' },
  412: { kind: 'stale', code: 'stale' },
  413: {
    kind: 'invalid',
    code: 'request-too-large',
    remedy: 'Lower `overrides.update.maxMembers`, or shorten the value.',
  },
  414: { kind: 'invalid', code: 'request-too-large' },
  415: { kind: 'invalid', code: 'media-type-refused', general: true },
  422: {
    kind: 'invalid',
    code: 'refused-by-target',
    remedy: 'Correct what the answer names, in the source or the mapping.',
  },
  428: { kind: 'stale', code: 'stale' },
  429: { kind: 'throttled', code: 'throttled' },
  501: NOT_SUPPORTED,
};

const BY_SCIM_TYPE: Readonly<Record<string, Meaning>> = {
  uniqueness: {
    kind: 'conflict',
    code: 'conflict',
    remedy: 'Another account holds one of the unique values: link it, or change the value.',
  },
  invalidfilter: {
    kind: 'invalid',
    code: 'filter-refused',
    remedy: 'Match by an attribute the target can filter by.',
  },
  toomany: {
    kind: 'invalid',
    code: 'request-too-large',
    remedy: 'Lower the page size or `overrides.update.maxMembers`.',
  },
  mutability: {
    kind: 'invalid',
    code: 'attribute-immutable',
    remedy: 'Map the attribute with `when: create`.',
  },
  notarget: { kind: 'invalid', code: 'no-target' },
  expiredcursor: { kind: 'watermark-expired', code: 'cursor-expired' },
  invalidcursor: { kind: 'watermark-expired', code: 'cursor-expired' },
  invalidvers: { kind: 'invalid', code: 'version-refused', general: true },
};

/** Refused before anything was done (RFC 9110 §15.6.4). */
const UNAVAILABLE = 503;
/** A gateway that lost its server's answer. */
const GATEWAY: ReadonlySet<number> = new Set([502, 504]);

export interface Attempt {
  /** `create user ada@contoso.com in ramp` */
  readonly attempt: string;
  readonly method: string;
}

/** The error that an answer other than 2xx stands for. */
export function failureOf(
  { attempt, method }: Attempt,
  answer: JsonResponse,
  failures: Protocol['failures'],
): ConnectorError {
  const { scimType, detail } = refusalOf(answer);
  const meaning =
    special(answer.status, detail, failures) ??
    (scimType === undefined ? undefined : BY_SCIM_TYPE[scimType.toLowerCase()]) ??
    BY_STATUS[answer.status] ??
    byClass(answer.status, method);
  const said = [answer.status, scimType, detail].filter((part) => part !== undefined).join(' ');
  return new ConnectorError(meaning.kind, `${attempt}: the target answered ${said}`, {
    code: meaning.code,
    ...(meaning.remedy !== undefined && { remedy: meaning.remedy }),
    ...(meaning.general && { general: true }),
    ...(answer.retryAfterSeconds !== undefined && { retryAfterSeconds: answer.retryAfterSeconds }),
  });
}

function special(
  status: number,
  detail: string | undefined,
  failures: Protocol['failures'],
): Meaning | undefined {
  const text = detail?.toLowerCase() ?? '';
  return failures.find(
    (failure) =>
      (failure.status ?? status) === status && text.includes(failure.detail.toLowerCase()),
  );
}

function byClass(status: number, method: string): Meaning {
  // What fails after it made an account has made one all the same: it is looked for first.
  if (status >= 500 && method === 'POST' && status !== UNAVAILABLE)
    return {
      kind: 'unknown-outcome',
      code: GATEWAY.has(status) ? 'answer-lost' : 'target-failing',
    };
  if (status >= 500) return { kind: 'unreachable', code: 'target-failing' };
  if (status >= 400) return { kind: 'invalid', code: 'refused-by-target' };
  return { kind: 'unknown-outcome', code: 'unexpected-answer' };
}

/** What the answer says for itself, in SCIM's form or another; cut, on one line. */
function refusalOf({ body, text }: JsonResponse): {
  readonly scimType: string | undefined;
  readonly detail: string | undefined;
} {
  if (!isObject(body)) return { scimType: undefined, detail: text };
  const inner = firstError(body) ?? body;
  const scimType = textOf(inner.scimType);
  const detail =
    textOf(inner.detail) ??
    textOf(inner.description) ??
    textOf(inner.message) ??
    textOf(inner.error_description) ??
    textOf(inner.error);
  return { scimType, detail: detail === undefined ? undefined : excerpt(detail) };
}

function firstError(body: Record<string, unknown>): Record<string, unknown> | undefined {
  const list = body.Errors ?? body.errors;
  const first = Array.isArray(list) ? list[0] : body.error;
  return isObject(first) ? first : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

function excerpt(detail: string): string {
  const line = detail.replace(/\s+/g, ' ').trim();
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}
