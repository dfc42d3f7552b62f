/** What Graph's refusals mean for us: one table, by code first, then by status. */

import {
  ConnectorError,
  type FailureKind,
  type JsonRequest,
  type JsonResponse,
} from '../spi/index.ts';

interface Meaning {
  readonly kind: FailureKind;
  readonly code: string;
  readonly remedy?: string;
  /** Every request would fail alike. */
  readonly general?: true;
}

const EXPIRED: Meaning = { kind: 'watermark-expired', code: 'watermark-expired' };

const THROTTLED: Meaning = { kind: 'throttled', code: 'throttled' };

const NO_MAILBOX: Meaning = {
  kind: 'invalid',
  code: 'mailbox-missing',
  remedy: 'Give the person a licence with a mailbox, or leave automatic replies out.',
};

/** In lower case: the service's own spelling varies. */
const BY_CODE: Readonly<Record<string, Meaning>> = {
  syncstatenotfound: EXPIRED,
  syncstateinvalid: EXPIRED,
  resyncrequired: EXPIRED,
  toomanyrequests: THROTTLED,
  request_throttledtemporarily: THROTTLED,
  authorization_requestdenied: {
    kind: 'denied',
    code: 'permission-missing',
    remedy: 'Grant the application permission and consent to it; see docs/entra-to-ramp.md.',
  },
  invalidauthenticationtoken: {
    kind: 'denied',
    code: 'token-rejected',
    remedy: 'Check that tenant, cloud and credential belong together.',
    general: true,
  },
  authentication_expiredtoken: { kind: 'denied', code: 'token-rejected', general: true },
  request_resourcenotfound: { kind: 'missing', code: 'missing' },
  directory_expiredpagetoken: EXPIRED,
  directory_quotaexceeded: {
    kind: 'invalid',
    code: 'quota-exceeded',
    remedy: 'Make room in the tenant, or ask Microsoft for more.',
  },
  // Somebody writes the same object at this moment.
  directory_concurrencyviolation: { kind: 'unreachable', code: 'written-at-once' },
  request_multipleobjectswithsamekeyvalue: { kind: 'conflict', code: 'conflict' },
  mailboxnotenabledforrestapi: NO_MAILBOX,
  resourcenotfound: NO_MAILBOX,
  erroraccessdenied: {
    kind: 'denied',
    code: 'mailbox-forbidden',
    remedy: 'Exchange lets the application into some mailboxes only: see its access policies.',
  },
  imagenotfound: { kind: 'missing', code: 'photo-missing' },
  request_unsupportedquery: { kind: 'invalid', code: 'query-refused' },
  request_invalidrequesturl: { kind: 'invalid', code: 'query-refused' },
};

const BY_STATUS: Readonly<Record<number, Meaning>> = {
  400: { kind: 'invalid', code: 'query-refused' },
  401: { kind: 'denied', code: 'token-rejected', general: true },
  403: { kind: 'denied', code: 'permission-missing' },
  404: { kind: 'missing', code: 'missing' },
  408: { kind: 'unreachable', code: 'service-unavailable' },
  // A delta reset; the Location it comes with asks for the full round that follows anyway.
  410: EXPIRED,
  409: { kind: 'unreachable', code: 'written-at-once' },
  412: { kind: 'stale', code: 'stale' },
  423: { kind: 'unreachable', code: 'written-at-once' },
  429: THROTTLED,
};

const UNAVAILABLE: Meaning = { kind: 'unreachable', code: 'service-unavailable' };

/** Planned again at once, and then after a while: the object itself is as it should be. */
export const NOT_VISIBLE: Meaning = { kind: 'conflict', code: 'reference-not-visible' };

/** What Graph says with one code for everything that it does not take: told by its words. */
const BY_MESSAGE: readonly (readonly [RegExp, Meaning])[] = [
  [
    /another object with the same value/i,
    {
      kind: 'conflict',
      code: 'conflict',
      remedy: 'Another object holds one of the unique values: link it, or change the value.',
    },
  ],
  [/added object references already exist/i, { kind: 'invalid', code: 'already-a-member' }],
  [
    /on-premises mastered/i,
    {
      kind: 'invalid',
      code: 'synced-from-on-premises',
      remedy: 'Change it where it comes from; Entra ID takes it from there.',
    },
  ],
  // Soon after something was made, whoever is asked may not know it yet.
  [/objects being referenced don't exist/i, NOT_VISIBLE],
];

const WRITE_REFUSED: Meaning = {
  kind: 'invalid',
  code: 'refused-by-target',
  remedy: 'Correct what the answer names, in the source or the mapping.',
};

interface GraphRefusal {
  readonly code?: string;
  readonly message?: string;
  /** The property an object conflict is about. */
  readonly conflict?: string;
}

/** `error.code` and `error.message`, with the most specific code that is nested in it. */
function refusalOf(body: unknown): GraphRefusal {
  const error = part(body, 'error');
  const message = part(error, 'message');
  const inner = part(error, 'innerError');
  const codes = [part(error, 'code'), part(inner, 'code')].filter(
    (code): code is string => typeof code === 'string',
  );
  const code = codes.findLast((one) => BY_CODE[one.toLowerCase()] !== undefined) ?? codes[0];
  const details = part(error, 'details');
  const conflict = Array.isArray(details)
    ? details.find((detail) => part(detail, 'code') === 'ObjectConflict')
    : undefined;
  const property = part(conflict, 'target');
  return {
    ...(typeof property === 'string' ? { conflict: property } : {}),
    ...(code === undefined ? {} : { code }),
    ...(typeof message === 'string' ? { message: message.slice(0, 500) } : {}),
  };
}

/** The error for an answer that is no success. */
export function graphError(
  attempt: string,
  answer: JsonResponse,
  method: JsonRequest['method'] = 'GET',
): ConnectorError {
  const refusal = refusalOf(answer.body);
  const { code, message } = refusal;
  const meaning =
    BY_CODE[code?.toLowerCase() ?? ''] ??
    byMessage(answer.status, refusal) ??
    byMethod(answer.status, method) ??
    BY_STATUS[answer.status] ??
    UNAVAILABLE;
  const said = [code, message ?? answer.text].filter((text) => text !== undefined).join(': ');
  const requestId = answer.headers.get('request-id');
  const trace = requestId === null ? '' : ` (request-id ${requestId})`;
  return new ConnectorError(
    meaning.kind,
    `${attempt}: Graph answered ${answer.status}${said === '' ? '' : `, ${said}`}${trace}`,
    {
      code: meaning.code,
      ...(meaning.remedy === undefined ? {} : { remedy: meaning.remedy }),
      ...(meaning.general === undefined ? {} : { general: true }),
      ...(answer.retryAfterSeconds === undefined
        ? {}
        : { retryAfterSeconds: answer.retryAfterSeconds }),
    },
  );
}

function byMessage(status: number, { message = '', conflict }: GraphRefusal): Meaning | undefined {
  if (status !== 400) return undefined;
  const told = conflict === undefined ? message : 'another object with the same value';
  return BY_MESSAGE.find(([pattern]) => pattern.test(told))?.[1];
}

function byMethod(status: number, method: JsonRequest['method']): Meaning | undefined {
  if (method === 'GET') return undefined;
  if (status === 400 || status === 413) return WRITE_REFUSED;
  // What fails after it made something has made it all the same; 503 is refused before it begins.
  if (status >= 500 && status !== 503 && method === 'POST')
    return { kind: 'unknown-outcome', code: 'answer-lost' };
  return undefined;
}

/** An answer that is a success and yet not what the contract says. */
export function unexpectedAnswer(attempt: string, what: string): ConnectorError {
  return new ConnectorError('unreachable', `${attempt}: unexpected answer of Graph: ${what}`, {
    code: 'unexpected-answer',
  });
}

function part(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}
