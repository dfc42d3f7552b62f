/** What Graph answers when it does not do what it was asked. */

export interface FailureDetail {
  readonly code: string;
  readonly target: string;
  readonly message: string;
}

export interface FailureOptions {
  readonly details?: readonly FailureDetail[];
  readonly headers?: Readonly<Record<string, string>>;
  /** A nested code, finer than the outer one. */
  readonly innerCode?: string;
}

export class GraphFailure extends Error {
  override readonly name = 'GraphFailure';
  readonly status: number;
  readonly code: string;
  readonly details: readonly FailureDetail[];
  readonly headers: Readonly<Record<string, string>>;
  readonly innerCode: string | undefined;

  constructor(status: number, code: string, message: string, options: FailureOptions = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = options.details ?? [];
    this.headers = options.headers ?? {};
    this.innerCode = options.innerCode;
  }
}

export function badRequest(message: string): GraphFailure {
  return new GraphFailure(400, 'Request_BadRequest', message);
}

export function unsupportedQuery(message: string): GraphFailure {
  return new GraphFailure(400, 'Request_UnsupportedQuery', message);
}

export function notFound(id: string): GraphFailure {
  return new GraphFailure(
    404,
    'Request_ResourceNotFound',
    `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
  );
}

/** A value that must be unique and is taken by another object. */
export function objectConflict(property: string): GraphFailure {
  const message = `Another object with the same value for property ${property} already exists.`;
  return new GraphFailure(400, 'Request_BadRequest', message, {
    details: [{ code: 'ObjectConflict', target: property, message }],
  });
}
