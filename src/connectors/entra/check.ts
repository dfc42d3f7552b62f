/** Proves right by right that a tenant can be read, and counts what would be. */

import type { SystemName } from '../../identity/record.ts';
import { type CheckFinding, type Connector, ConnectorError } from '../spi/index.ts';
import { readAssignments } from './assignments.ts';
import type { GraphClient } from './client.ts';
import { credentialFindings } from './expiry.ts';
import { writeFindings } from './granted.ts';
import type { EntraOptions } from './options.ts';
import type { TokenSource } from './token.ts';
import { isObject } from './translate.ts';

type CheckOptions = Parameters<Connector['check']>[0];

/** What is the matter with every request is said once. */
type Found = CheckFinding & { readonly general?: boolean };

interface Probe {
  readonly subject: string;
  /** The least application permission that allows it. */
  readonly permission: string;
  readonly needed: boolean;
  /** @returns What it found, for people. */
  readonly ask: () => Promise<string>;
}

export async function checkTenant(
  client: GraphClient,
  system: SystemName,
  options: EntraOptions,
  now: Date,
  { signal, applications = [], kinds = ['user'], writes = [] }: CheckOptions,
  tokens: TokenSource,
): Promise<readonly CheckFinding[]> {
  const get = (path: string, more: Readonly<Record<string, string>> = {}): Promise<unknown> =>
    client.get(path, { attempt: `check ${system}`, signal, headers: more });
  const groups: Probe = {
    subject: 'groups',
    permission: 'GroupMember.Read.All',
    needed: kinds.includes('group') || applications.length > 0,
    ask: async () => {
      const group = firstId(await get('/groups?$top=1&$select=id'));
      if (group !== undefined) await get(`/groups/${group}/members?$top=1&$select=id`);
      return counted(get, '/groups/$count', 'groups with their members');
    },
  };
  const probes: readonly Probe[] = [
    {
      subject: 'users',
      permission: 'User.Read.All',
      needed: true,
      ask: async () => {
        // A property beyond the basic ones: those would pass with User.ReadBasic.All.
        await get('/users?$top=1&$select=id,accountEnabled');
        return counted(get, '/users/$count', 'users');
      },
    },
    ...(options.groups ? [groups] : []),
    ...applications.map((application) => ({
      subject: `assignments of "${application}"`,
      permission: 'Application.Read.All',
      needed: true,
      ask: () => countAssignments(client, system, options, application, signal),
    })),
  ];
  const findings: Found[] = [];
  for (const probe of probes) {
    const finding = await probed(probe, signal);
    findings.push(finding);
    // What concerns every request would only be said again.
    if (finding.general) break;
  }
  if (findings.every(({ general }) => !general))
    findings.push(...(await writeFindings(tokens, writes, signal)));
  findings.push(...(await credentialFindings(client, system, options, now, signal)));
  return findings.map(({ subject, status, message, remedy }) => ({
    subject,
    status,
    message,
    ...(remedy === undefined ? {} : { remedy }),
  }));
}

async function probed(
  { subject, permission, needed, ask }: Probe,
  signal: AbortSignal,
): Promise<Found> {
  try {
    return { subject, status: 'ok', message: await ask() };
  } catch (error) {
    if (!(error instanceof ConnectorError) || signal.aborted) throw error;
    const status = needed || error.general ? 'failed' : 'warning';
    if (error.code !== 'permission-missing')
      return {
        subject: error.general ? 'connection' : subject,
        status,
        message: error.message,
        general: error.general,
        ...(error.remedy === undefined ? {} : { remedy: error.remedy }),
      };
    return {
      subject,
      status,
      message: `the application permission ${permission} is missing, or nobody consented to it`,
      remedy: `Add ${permission} under API permissions, application permissions, and grant admin consent.`,
    };
  }
}

type Get = (path: string, headers?: Readonly<Record<string, string>>) => Promise<unknown>;

/** The number is a service of the index behind advanced queries; where there is none, do without. */
async function counted(get: Get, path: string, what: string): Promise<string> {
  try {
    const count = await get(path, { ConsistencyLevel: 'eventual', Accept: 'text/plain' });
    if (typeof count === 'number') return `${count} ${what}`;
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
  }
  return `${what} can be read`;
}

async function countAssignments(
  client: GraphClient,
  system: SystemName,
  options: EntraOptions,
  application: string,
  signal: AbortSignal,
): Promise<string> {
  let users = 0;
  let groups = 0;
  const pages = readAssignments(client, system, options.applications, {
    applications: [application],
    signal,
  });
  for await (const { changes } of pages)
    for (const change of changes)
      if (change.type === 'assignments')
        for (const { principal } of change.assignments)
          if (principal.kind === 'user') users++;
          else groups++;
  const ignored = groups > 0 && !options.groups ? ', which do not count without `groups`' : '';
  return `users assigned directly: ${users}, groups: ${groups}${ignored}`;
}

function firstId(page: unknown): string | undefined {
  const first = isObject(page) && Array.isArray(page.value) ? page.value[0] : undefined;
  return isObject(first) && typeof first.id === 'string' ? first.id : undefined;
}
