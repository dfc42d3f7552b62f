/** The verbs of an engine elsewhere, asked for over its API: the same answers, in the same order. */

import { z } from 'zod';
import {
  checkpoint as auditCheckpoint,
  auditEntry,
  auditVerdict,
} from '../server/api/schemas/audit.ts';
import { decision, reviewCase, reviewItem } from '../server/api/schemas/decision.ts';
import { ruleGroup, ruleMember } from '../server/api/schemas/group.ts';
import { personHistory, shownIdentity } from '../server/api/schemas/history.ts';
import { logEntry } from '../server/api/schemas/log.ts';
import { explained, identity, statusReport, unsent } from '../server/api/schemas/person.ts';
import { omission, plannedOperation, storedPlan } from '../server/api/schemas/plan.ts';
import { withReport } from '../server/api/schemas/plan-with.ts';
import {
  erasure,
  erasurePlan,
  personExport,
  privacyReport,
} from '../server/api/schemas/privacy.ts';
import { driftRow, reconcileReport, undoReport } from '../server/api/schemas/reconcile.ts';
import {
  outcomeRow,
  planReport,
  provisionReport,
  runReport,
  runRow,
} from '../server/api/schemas/run.ts';
import type { Watch } from '../sync/engine.ts';
import type { WithReport, WithRequest } from '../sync/plan-with.ts';
import type { ReleaseRequest, Verbs } from '../sync/verbs.ts';
import type { Decision } from '../warehouse/decision.ts';
import { Refusal } from './refusal.ts';
import { eachOf, linesOf, oneOf, type RemoteServer } from './remote-http.ts';
import { watched } from './remote-task.ts';

export function remoteVerbs(server: RemoteServer): Verbs {
  const get = (path: string) => server.ask('GET', path);
  const decided = async (path: string, body?: object): Promise<Decision> =>
    oneOf(decision, await server.ask('POST', path, body === undefined ? {} : { body }));
  return {
    run: ({ trigger, systems, full }, watch) => {
      const body = { ...optional({ systems, full }), typed: trigger === 'command' };
      return watched(server, '/runs', { body }, runReport, watch);
    },
    plan: (body, watch) => watched(server, '/plans', { body }, planReport, watch),
    apply: (body, watch) => watched(server, '/plans/apply', { body }, runReport, watch),
    release: (request, watch) => {
      const { path, ...rest } = releasing(request);
      return watched(server, path, rest, runReport, watch);
    },
    provision: ({ person, system }, watch) => {
      const body = optional({ system });
      return watched(server, `${personPath(person)}/provision`, { body }, provisionReport, watch);
    },
    explain: async ({ person, set = {}, ...rest }) => {
      const assumed = Object.entries(set).map(([name, value]) => `${name}=${value}`);
      const query = queryOf({ ...rest, set: assumed });
      return oneOf(explained, await get(`${personPath(person)}/explanation${query}`));
    },
    reconcile: ({ system, trigger: _, ...body }, watch) =>
      watched(server, `${systemPath(system)}/reconcile`, { body }, reconcileReport, watch),
    drift: ({ states, types, ...query }) =>
      lazily(get, `/drift${queryOf({ ...query, state: states, type: types })}`, driftRow),
    undo: ({ run, ...body }, watch) =>
      watched(server, `${runPath(run)}/undo`, { body }, undoReport, watch),
    resume: (run, watch) => watched(server, `${runPath(run)}/resume`, {}, runReport, watch),
    status: async () => oneOf(statusReport, await get('/status')),
    log: (query) => lazily(get, `/log${queryOf({ ...query })}`, outcomeRow),
    entries: (query) => lazily(get, `/log/entries${queryOf({ ...query })}`, logEntry),
    unsent: (target) => lazily(get, `/log/unsent${queryOf({ target })}`, unsent),
    runs: async (limit) => items(runRow, await get(`/runs${queryOf({ limit })}`)),
    reviews: async () => items(reviewItem, await get('/reviews')),
    review: async (id) => oneOf(reviewCase, await get(`/reviews/${encodeURIComponent(id)}`)),
    decideReview: (id, body) => decided(`/reviews/${encodeURIComponent(id)}/decision`, body),
    decisions: async (limit) => items(decision, await get(`/decisions${queryOf({ limit })}`)),
    undoDecision: (id) => decided(`/decisions/${encodeURIComponent(id)}/undo`),
    mergePeople: ({ person, ...body }) => decided(`${personPath(person)}/merge`, body),
    unmergePerson: ({ person, ...body }) => decided(`${personPath(person)}/unmerge`, body),
    operations: (key) => lazily(get, `${planPath(key)}/operations`, plannedOperation),
    refusals: (key) => lazily(get, `${planPath(key)}/refusals`, omission),
    planFile: async function* (key) {
      yield* linesOf(await get(`${planPath(key)}/file`));
    },
    systems: async () => items(z.string(), await get('/systems')),
    showIdentity: async ({ person, ...query }) =>
      oneOf(shownIdentity, await get(`${personPath(person)}/identity${queryOf({ ...query })}`)),
    identityHistory: async ({ person, ...query }) =>
      oneOf(personHistory, await get(`${personPath(person)}/history${queryOf({ ...query })}`)),
    people: async (q) => items(identity, await get(`/people${queryOf({ q })}`)),
    groups: async () => items(ruleGroup, await get('/groups')),
    groupMembers: (group) =>
      lazily(get, `/groups/${encodeURIComponent(group)}/members`, ruleMember),
    findPlan: (name) => unlessMissing(async () => oneOf(storedPlan, await get(planPath(name)))),
    audit: ({ format: _, ...query }) => lazily(get, `/audit${queryOf({ ...query })}`, auditEntry),
    verifyAudit: async (checkpoint) => {
      const body = optional({ checkpoint });
      return oneOf(auditVerdict, await server.ask('POST', '/audit/verification', { body }));
    },
    exportPerson: async (person) => oneOf(personExport, await get(`${personPath(person)}/export`)),
    planErasure: async ({ person, ...query }) =>
      oneOf(erasurePlan, await get(`${personPath(person)}/erasure${queryOf({ ...query })}`)),
    erasePerson: ({ person, ...body }, watch) =>
      watched(server, `${personPath(person)}/erasure`, { body }, erasure, watch),
    erasures: async (limit) => items(erasure, await get(`/erasures${queryOf({ limit })}`)),
    privacyReport: async () => oneOf(privacyReport, await get('/privacy/report')),
    allowRecord: async (body) => {
      await server.ask('POST', '/suppressions/lift', { body });
    },
    auditCheckpoint: async () => oneOf(auditCheckpoint, await get('/audit/checkpoint')),
    findRun: (id) => unlessMissing(async () => oneOf(runRow, await get(runPath(id)))),
  };
}

/** What a configuration that is here would do there, or the one in force there on a day to come. */
export function remotePlanWith(
  server: RemoteServer,
  configuration: string | undefined,
  request: WithRequest,
  watch: Watch,
): Promise<WithReport> {
  const body = { ...request, ...(configuration !== undefined && { configuration }) };
  return watched(server, '/plans/with', { body }, withReport, watch);
}

function releasing(request: ReleaseRequest): { readonly path: string; readonly body?: object } {
  switch (request.type) {
    case 'system': {
      const { type: _, ...body } = request;
      return { path: '/plans/release', body };
    }
    case 'plan': {
      const { type: _, plan, ...body } = request;
      return { path: `${planPath(plan)}/release`, body };
    }
    case 'absences':
      return { path: `${systemPath(request.system)}/absences/release` };
    case 'person': {
      const { system } = request;
      return { path: `${personPath(request.person)}/release`, body: optional({ system }) };
    }
  }
}

const planPath = (plan: string): string => `/plans/${encodeURIComponent(plan)}`;
const runPath = (run: string): string => `/runs/${encodeURIComponent(run)}`;
const systemPath = (system: string): string => `/systems/${encodeURIComponent(system)}`;
const personPath = (person: string): string => `/people/${encodeURIComponent(person)}`;

async function* lazily<Value>(
  get: (path: string) => Promise<Response>,
  path: string,
  schema: z.ZodType<Value>,
): AsyncGenerator<Value> {
  yield* eachOf(schema, await get(path));
}

async function items<Value>(
  schema: z.ZodType<Value>,
  response: Response,
): Promise<readonly Value[]> {
  return (await oneOf(z.object({ items: z.array(schema) }), response)).items;
}

async function unlessMissing<Value>(work: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refusal && MISSING.has(error.code)) return undefined;
    throw error;
  }
}

const MISSING: ReadonlySet<string> = new Set(['not-found', 'no-such-plan']);

function optional(values: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** Lists are repeated, instants are RFC 3339. */
function queryOf(values: Readonly<Record<string, unknown>>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    for (const one of [value].flat()) {
      if (one === undefined) continue;
      parameters.append(name, one instanceof Date ? one.toISOString() : String(one));
    }
  }
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}
