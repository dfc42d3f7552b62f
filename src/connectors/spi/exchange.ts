/** One request and its answer, for the provisioning log. There are no headers, and so no credentials. */
export interface Exchange {
  readonly method: string;
  /** Of the address, without host and query. */
  readonly path: string;
  /** What was sent, as attributes and their values: whoever keeps it leaves out what is secret. */
  readonly sent?: unknown;
  /** Absent: no answer came, or none that can be told. */
  readonly status?: number;
  /** JSON, or the beginning of what was none. */
  readonly answer?: unknown;
  readonly milliseconds: number;
  /** By which the system's own people find it again. */
  readonly requestId?: string;
}

/** Told of every exchange as it ends, those that fail included. */
export type Exchanged = (exchange: Exchange) => void;

const ID_HEADERS = [
  'request-id',
  'x-request-id',
  'x-correlation-id',
  'x-amzn-requestid',
  'x-ms-request-id',
];
const LONGEST_ID = 128;

export function requestIdIn(headers: Headers): string | undefined {
  for (const name of ID_HEADERS) {
    const value = headers.get(name);
    if (value !== null && value !== '') return value.slice(0, LONGEST_ID);
  }
  return undefined;
}

/** @param url Absolute. Its query may hold a token. */
export function pathOf(url: string): string {
  return url.replace(/^[a-z]+:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '');
}
