/** How a connection fails, from the error codes of Node's sockets, OpenSSL and its `fetch`. */

export interface TransportFailure {
  /** Nothing was sent in the first two; in the third the request may have arrived. */
  readonly type: 'host-unreachable' | 'tls-failure' | 'connection-lost';
  readonly detail: string;
}

const NEVER_SENT: Readonly<Record<string, string>> = {
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'name resolution failed',
  ECONNREFUSED: 'connection refused',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  EADDRNOTAVAIL: 'no local address left',
  ETIMEDOUT: 'no connection in time',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
};

const TLS = /^(CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_|EPROTO$)/;

const CUT: Readonly<Record<string, string>> = {
  ECONNRESET: 'connection reset',
  EPIPE: 'connection closed',
  ECONNABORTED: 'connection aborted',
  UND_ERR_SOCKET: 'connection closed',
  UND_ERR_HEADERS_TIMEOUT: 'no answer in time',
  UND_ERR_BODY_TIMEOUT: 'the answer stopped',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the answer ends in the middle',
  ANSWER_TOO_LARGE: 'the answer is larger than 64 MiB',
  Z_BUF_ERROR: 'the packed answer ends in the middle',
  Z_DATA_ERROR: 'the packed answer is damaged',
};

/** A socket that fails after it was connected may have sent the request. */
const BEFORE_SENDING: ReadonlySet<unknown> = new Set([undefined, 'connect', 'getaddrinfo']);

/** @returns Undefined when the error is none of the network's: a bug, which the caller rethrows. */
export function transportFailure(error: unknown): TransportFailure | undefined {
  const innermost = withCode(error);
  if (innermost !== undefined) {
    const { code, syscall } = innermost;
    const unreachable = BEFORE_SENDING.has(syscall) ? NEVER_SENT[code] : undefined;
    if (unreachable !== undefined)
      return { type: 'host-unreachable', detail: `${unreachable}, ${code}` };
    if (TLS.test(code)) return { type: 'tls-failure', detail: code };
    if (code === 'ECONNRESET' && isBeforeTls(error))
      return { type: 'tls-failure', detail: 'the connection ended before TLS was established' };
    return { type: 'connection-lost', detail: `${CUT[code] ?? 'connection failed'}, ${code}` };
  }
  // What `fetch` says when a connection ends without a code of its own.
  if (error instanceof TypeError && /^(fetch failed|terminated)$/.test(error.message))
    return { type: 'connection-lost', detail: error.message };
  return undefined;
}

/** The innermost error with a code: `fetch` wraps the socket's error, an `AggregateError` one for each address. */
function withCode(
  error: unknown,
): { readonly code: string; readonly syscall?: unknown } | undefined {
  if (!(error instanceof Error)) return undefined;
  const inner = error instanceof AggregateError ? (error.errors[0] ?? error.cause) : error.cause;
  const { code, syscall } = error as { readonly code?: unknown; readonly syscall?: unknown };
  const own = typeof code === 'string' ? { code, syscall } : undefined;
  return withCode(inner) ?? own;
}

function isBeforeTls(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return /before secure TLS/.test(error.message) || isBeforeTls(error.cause);
}
