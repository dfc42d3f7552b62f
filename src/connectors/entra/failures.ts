/** What Graph's refusals mean for us: one table, by code first, then by status. */

import { ConnectorError, type FailureKind, type JsonResponse } from '../spi/index.ts';

interface Meaning {
  readonly kind: FailureKind;
  readonly code: string;
  readonly remedy?: string;
  /** Every request would fail alike. */
  readonly general?: true;
}

const EXPIRED: Meaning = { kind: 'watermark-expired', code: 'watermark-expired' };

const THROTTLED: Meaning = { kind: 'throttled', code: 'throttled' };

/** In lower case: the service's own spelling varies. */
const BY_CODE: Readonly<Record<string, Meaning>> = {
  syncstatenotfound: EXPIRED,
  syncstateinvalid: EXPIRED,
  resyncrequired: EXPIRED,
  directory_expiredpagetoken: EXPIRED,
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
  429: THROTTLED,
};

const UNAVAILABLE: Meaning = { kind: 'unreachable', code: 'service-unavailable' };

interface GraphRefusal {
  readonly code?: string;
  readonly message?: string;
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
  return {
    ...(code === undefined ? {} : { code }),
    ...(typeof message === 'string' ? { message: message.slice(0, 500) } : {}),
  };
}

/** The error for an answer that is no success. */
export function graphError(attempt: string, answer: JsonResponse): ConnectorError {
  const { code, message } = refusalOf(answer.body);
  const meaning = BY_CODE[code?.toLowerCase() ?? ''] ?? BY_STATUS[answer.status] ?? UNAVAILABLE;
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
