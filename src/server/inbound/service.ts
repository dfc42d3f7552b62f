/**
 * The door for records that are pushed here: the bulk upload of Entra ID's API-driven provisioning,
 * and its log. Opened by a token of the system, which opens nothing else, or by a role of the API.
 */

import { setTimeout as sleepFor } from 'node:timers/promises';
import { Hono } from 'hono';
import { ConnectorError, type Upload } from '../../connectors/spi/index.ts';
import type { Tenant } from '../../identity/identity.ts';
import type { SystemName } from '../../identity/record.ts';
import type { UploadReport } from '../../sync/upload.ts';
import { isAllowed, type Role } from '../api/policy.ts';
import { ApiProblem, asProblem, bug, notFound } from '../api/problem.ts';
import { answerOf } from './answer.ts';
import type { InboundOperation } from './description.ts';
import { uploadOf } from './request.ts';

/** Whoever feeds one system, or somebody with a role of the API. */
export type InboundCaller = { readonly tenant: Tenant } & (
  | { readonly system: SystemName }
  | { readonly role: Role }
);

/** What is done with what comes in, for one tenant. */
export interface InboundVerbs {
  upload(system: SystemName, content: Upload): Promise<UploadReport>;
  uploads(system: SystemName, limit: number): Promise<readonly UploadReport[]>;
  findUpload(system: SystemName, id: string): Promise<UploadReport | undefined>;
  /**
   * Reads the system now, and brings the targets in line.
   *
   * @returns Resolves once it was read, and false when it will not be.
   */
  arrived(system: SystemName): Promise<boolean>;
}

export interface InboundServiceOptions {
  /** @returns Undefined for a token that is not, or no longer, valid. */
  authenticate(token: string): Promise<InboundCaller | undefined>;
  open(tenant: Tenant): Promise<InboundVerbs | undefined>;
  /** Told of what is a mistake of ours and answered with 500. */
  readonly onBug?: (error: unknown) => void;
}

const BASE = '/api/inbound/:system';
const MOST_LISTED = 100;
const MOST_SECONDS_WAITED = 60;

export function inboundService(options: InboundServiceOptions): Hono {
  const app = new Hono();
  app.onError((error) => {
    const known = uploadProblem(error) ?? asProblem(error);
    if (known === undefined) options.onBug?.(error);
    return problemAnswer(known ?? bug());
  });

  app.post(`${BASE}/bulkUpload`, async ({ req }) => {
    const system = req.param('system');
    const verbs = await entered(req.raw, system, 'uploadRecords', options);
    const report = await verbs.upload(system, await uploadOf(req.raw));
    const read = verbs.arrived(system);
    const seconds = secondsToWait(req.raw);
    const shown = (await isReadWithin(read, seconds))
      ? await verbs.findUpload(system, report.id)
      : undefined;
    const location = `/api/inbound/${encodeURIComponent(system)}/uploads/${report.id}`;
    return answered(answerOf(shown ?? report), shown === undefined ? 202 : 200, { location });
  });
  app.get(`${BASE}/uploads`, async ({ req }) => {
    const system = req.param('system');
    const verbs = await entered(req.raw, system, 'listUploads', options);
    const items = await verbs.uploads(system, MOST_LISTED);
    const summaries = items.map(({ results: _, ...summary }) => summary);
    return answered({ items: summaries }, 200);
  });
  app.get(`${BASE}/uploads/:id`, async ({ req }) => {
    const { system, id } = req.param();
    const verbs = await entered(req.raw, system, 'getUpload', options);
    const report = await verbs.findUpload(system, id);
    if (report === undefined) throw notFound(`there is no upload ${id}, or not any more`);
    return answered(answerOf(report), 200);
  });
  for (const [path, methods] of [
    [`${BASE}/bulkUpload`, 'POST'],
    [`${BASE}/uploads`, 'GET'],
    [`${BASE}/uploads/:id`, 'GET'],
  ] as const) {
    app.all(path, async ({ req }) => {
      await entered(req.raw, req.param('system') ?? '', 'listUploads', options);
      throw new ApiProblem(405, 'method-not-allowed', `${req.method} is not possible here`, {
        remedy: `possible here: ${methods}`,
        headers: { allow: methods },
      });
    });
  }
  return app;
}

/** @param needs What of the API somebody with a role must be allowed to. */
async function entered(
  request: Request,
  system: SystemName,
  needs: InboundOperation,
  { authenticate, open }: InboundServiceOptions,
): Promise<InboundVerbs> {
  const header = request.headers.get('authorization') ?? '';
  const token = /^Bearer +(\S+)$/i.exec(header)?.[1];
  const caller = token === undefined ? undefined : await authenticate(token);
  if (caller === undefined) throw unknownCaller(system);
  const allowed = 'role' in caller ? isAllowed(caller.role, needs) : caller.system === system;
  if (!allowed) throw notForThem(system);
  const verbs = await open(caller.tenant);
  if (verbs === undefined) throw notFound();
  return verbs;
}

function unknownCaller(system: SystemName): ApiProblem {
  return new ApiProblem(401, 'token-missing', 'a valid bearer token is needed', {
    remedy: `make one: lockstep token create --system ${system}`,
    headers: { 'www-authenticate': 'Bearer realm="lockstep"' },
  });
}

function notForThem(system: SystemName): ApiProblem {
  return new ApiProblem(403, 'role-too-low', `the token opens nothing at ${system}`, {
    remedy: `use one of that system, or of the role operator: lockstep token create --system ${system}`,
    headers: { 'www-authenticate': 'Bearer realm="lockstep", error="insufficient_scope"' },
  });
}

/** What the sender did, told as theirs: to others of the API, failures of connectors are ours. */
function uploadProblem(error: unknown): ApiProblem | undefined {
  if (!(error instanceof ConnectorError)) return undefined;
  const status = BY_CODE[error.code];
  if (status === undefined) return undefined;
  const { code, message, remedy, retryAfterSeconds } = error;
  return new ApiProblem(status, code, message, {
    ...(remedy !== undefined && { remedy }),
    ...(retryAfterSeconds !== undefined && {
      headers: { 'retry-after': String(retryAfterSeconds) },
    }),
  });
}

const BY_CODE: Readonly<Record<string, number>> = {
  'upload-too-large': 413,
  'upload-key-reused': 409,
  'upload-throttled': 429,
};

/** RFC 7240 §4.3. */
function secondsToWait(request: Request): number {
  const asked = /(?:^|[,;\s])wait=(\d{1,5})\b/.exec(request.headers.get('prefer') ?? '')?.[1];
  return Math.min(Number(asked ?? 0), MOST_SECONDS_WAITED);
}

async function isReadWithin(read: Promise<boolean>, seconds: number): Promise<boolean> {
  if (seconds === 0) return false;
  const patience = new AbortController();
  const waited = sleepFor(seconds * 1000, false, { signal: patience.signal }).catch(() => false);
  const inTime = await Promise.race([read, waited]);
  patience.abort();
  return inTime;
}

/** Answers are about people: nobody keeps them. */
const HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

function answered(
  body: unknown,
  status: number,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const type = { 'content-type': 'application/scim+json' };
  return new Response(JSON.stringify(body), {
    status,
    headers: { ...HEADERS, ...type, ...headers },
  });
}

function problemAnswer(problem: ApiProblem): Response {
  return new Response(JSON.stringify(problem.document()), {
    status: problem.status,
    headers: {
      ...HEADERS,
      'content-type': 'application/problem+json',
      ...problem.options.headers,
    },
  });
}
