/** Refusals of the token endpoint (RFC 6749 §5.2). */

export type OauthCode =
  | 'invalid_client'
  | 'invalid_request'
  | 'invalid_scope'
  | 'server_error'
  | 'temporarily_unavailable'
  | 'unsupported_grant_type';

export class OauthError extends Error {
  override readonly name = 'OauthError';
  readonly code: OauthCode;
  /** The client asked too often; after so many seconds it may again. */
  readonly retryAfterSeconds: number | undefined;

  /** @param message For people; without quotes and backslashes, as the RFC has it. */
  constructor(code: OauthCode, message: string, retryAfterSeconds?: number) {
    super(message);
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  get status(): number {
    if (this.retryAfterSeconds !== undefined) return 429;
    return STATUS[this.code];
  }
}

const STATUS: Readonly<Record<OauthCode, number>> = {
  invalid_client: 401,
  invalid_request: 400,
  invalid_scope: 400,
  server_error: 500,
  temporarily_unavailable: 503,
  unsupported_grant_type: 400,
};
