/** What the token endpoint answers when it issues nothing. */

/** Number → status, OAuth error. */
const NUMBERS = {
  7000215: [401, 'invalid_client'],
  7000222: [401, 'invalid_client'],
  7000216: [401, 'invalid_client'],
  7000112: [401, 'unauthorized_client'],
  700016: [400, 'unauthorized_client'],
  700038: [400, 'unauthorized_client'],
  500011: [400, 'invalid_resource'],
  1002012: [400, 'invalid_scope'],
  90002: [400, 'invalid_request'],
  900144: [400, 'invalid_request'],
  700027: [401, 'invalid_client'],
  700024: [401, 'invalid_client'],
  700023: [401, 'invalid_client'],
  700213: [401, 'invalid_client'],
  70021: [401, 'invalid_client'],
  70003: [400, 'unsupported_grant_type'],
} as const satisfies Readonly<Record<number, readonly [number, string]>>;

export type TokenFailureNumber = keyof typeof NUMBERS;

export class TokenFailure extends Error {
  override readonly name = 'TokenFailure';
  readonly number: TokenFailureNumber;

  constructor(number: TokenFailureNumber, message: string) {
    super(message);
    this.number = number;
  }
}

export interface TokenFailureIds {
  readonly traceId: string;
  readonly correlationId: string;
  readonly now: Date;
  readonly authority: string;
}

export function tokenFailureBody(
  { number, message }: TokenFailure,
  { traceId, correlationId, now, authority }: TokenFailureIds,
): { readonly status: number; readonly body: Readonly<Record<string, unknown>> } {
  const [status, error] = NUMBERS[number];
  const timestamp = now.toISOString().replace('T', ' ').replace(/\.\d+/, '');
  return {
    status,
    body: {
      error,
      error_description: `AADSTS${number}: ${message} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
      error_codes: [number],
      timestamp,
      trace_id: traceId,
      correlation_id: correlationId,
      error_uri: `${authority}/error?code=${number}`,
    },
  };
}
