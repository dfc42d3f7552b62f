/** What cannot be done, told by RFC 9457: a code with a section in `docs/errors.md`, and a remedy. */

import { CheckpointError } from '../../audit/checkpoint.ts';
import { ConnectorError, type FailureKind } from '../../connectors/spi/index.ts';
import type { Problem } from '../../identity/problem.ts';
import { PlanFileError } from '../../plan/file.ts';
import { VerbRefusal } from '../../sync/refusal.ts';
import { DecisionRefusal } from '../../warehouse/decision.ts';
import { type AccessCode, AccessRefusal } from '../auth/access.ts';
import { type TenantCode, TenantRefusal } from '../tenants/tenant.ts';
import type { ProblemDocument } from './schemas/problem.ts';

export interface ProblemOptions {
  readonly remedy?: string;
  readonly errors?: ProblemDocument['errors'];
  readonly headers?: Readonly<Record<string, string>>;
}

export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;
  readonly code: string;
  readonly options: ProblemOptions;

  constructor(status: number, code: string, message: string, options: ProblemOptions = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.options = options;
  }

  document(): ProblemDocument {
    const { remedy, errors } = this.options;
    return {
      type: `urn:lockstep:problem:${this.code}`,
      title: TITLE[this.status] ?? 'Failed',
      status: this.status,
      detail: this.message,
      code: this.code,
      ...(remedy !== undefined && { remedy }),
      ...(errors !== undefined && { errors }),
    };
  }
}

export function configurationRefused(problems: readonly Problem[]): ApiProblem {
  const texts = problems.map(({ message, place }) =>
    place === undefined ? message : `${place.line}:${place.column}  ${message}`,
  );
  return new ApiProblem(400, 'configuration-refused', texts.join('\n'), {
    remedy: 'mend it as for lockstep check, and send it again',
  });
}

/** The same answer for what is not there and for what is somebody else's. */
export function notFound(message = 'there is nothing here'): ApiProblem {
  return new ApiProblem(404, 'not-found', message, {
    remedy: 'see /api/openapi.json for what there is',
  });
}

/** What rooms refuse, as an answer; undefined for what is a mistake of ours. */
export function asProblem(error: unknown): ApiProblem | undefined {
  if (error instanceof ApiProblem) return error;
  if (error instanceof VerbRefusal) {
    const { code, message, remedy } = error;
    return new ApiProblem(BY_REFUSAL[code] ?? 409, code, message, { remedy });
  }
  if (error instanceof DecisionRefusal) {
    const { code, message, remedy } = error;
    return new ApiProblem(code.startsWith('no-such-') ? 404 : 409, code, message, { remedy });
  }
  if (error instanceof TenantRefusal) {
    const { code, message, remedy } = error;
    return new ApiProblem(BY_TENANT[code] ?? 409, code, message, { remedy });
  }
  if (error instanceof AccessRefusal) {
    const { code, message, remedy } = error;
    return new ApiProblem(BY_ACCESS[code], code, message, { remedy });
  }
  if (error instanceof CheckpointError) {
    const { code, message, remedy } = error;
    return new ApiProblem(code === 'audit-key-unusable' ? 409 : 400, code, message, { remedy });
  }
  if (error instanceof PlanFileError) {
    const status = error.code === 'plan-file-broken' ? 400 : 409;
    return new ApiProblem(status, error.code, error.message, { remedy: 'export the plan again' });
  }
  if (error instanceof ConnectorError) {
    const { kind, code, message, remedy, retryAfterSeconds } = error;
    return new ApiProblem(BY_FAILURE[kind], code, message, {
      ...(remedy !== undefined && { remedy }),
      ...(retryAfterSeconds !== undefined && {
        headers: { 'retry-after': String(Math.ceil(retryAfterSeconds)) },
      }),
    });
  }
  return undefined;
}

export function bug(): ApiProblem {
  return new ApiProblem(500, 'internal-error', 'something went wrong here; it has been noted', {
    remedy: 'look into the log of the server',
  });
}

const TITLE: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Not authenticated',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  413: 'Too large',
  415: 'Unsupported media type',
  429: 'Too many requests',
  500: 'Internal error',
  502: 'A connected system failed',
  503: 'A connected system is not available',
};

/** The rest is not possible as things stand: 409. */
const BY_REFUSAL: Readonly<Partial<Record<VerbRefusal['code'], number>>> = {
  'moment-to-come': 400,
  'no-such-plan': 404,
  'no-such-run': 404,
  'nobody-then': 404,
  'unknown-attribute': 400,
  'unknown-group': 404,
  'unknown-person': 404,
  'unknown-system': 404,
  'which-account': 400,
};

const BY_ACCESS: Readonly<Record<AccessCode, number>> = {
  'client-unknown': 404,
  'system-not-served': 409,
  'token-ended': 409,
  'token-unknown': 404,
  'unknown-system': 404,
};

const BY_TENANT: Readonly<Partial<Record<TenantCode, number>>> = {
  'tenant-name': 400,
  'tenant-unusable': 503,
  'tenants-busy': 503,
  'unknown-tenant': 404,
};

/** Connected systems that fail are behind us: to a client of ours, none of it is its own mistake. */
const BY_FAILURE: Readonly<Record<FailureKind, number>> = {
  unreachable: 503,
  throttled: 503,
  denied: 502,
  invalid: 502,
  conflict: 502,
  ambiguous: 502,
  missing: 502,
  stale: 502,
  'watermark-expired': 502,
  'unknown-outcome': 502,
};
