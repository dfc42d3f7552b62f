/** Proves, request by request, that a service provider does what a run will ask of it. */

import { randomUUID } from 'node:crypto';
import { type CheckFinding, ConnectorError } from '../spi/index.ts';
import type { Connection } from './connection.ts';
import { resourceTypes, schemaAttributes } from './discovery.ts';
import { lookupFilter } from './find.ts';
import { listPageOf } from './listing.ts';

export async function checkProvider(
  connection: Connection,
  match: readonly string[],
  signal: AbortSignal,
): Promise<readonly CheckFinding[]> {
  const findings = [...inTheClear(connection), await connects(connection, signal)];
  if (findings.some(({ status }) => status === 'failed')) return findings;
  for (const path of match) findings.push(await filters(connection, path, signal));
  findings.push(await describesItself(connection, signal));
  return findings;
}

function inTheClear({ client }: Connection): readonly CheckFinding[] {
  const { protocol, hostname } = new URL(client.base);
  if (protocol === 'https:' || /^(localhost|127\..*|\[::1\])$/.test(hostname)) return [];
  return [
    {
      subject: 'encryption',
      status: 'warning',
      message: `${client.base} is reached without TLS: the token travels in the clear`,
      remedy: 'Use an https URL.',
    },
  ];
}

async function connects(connection: Connection, signal: AbortSignal): Promise<CheckFinding> {
  const subject = 'connection';
  return found(subject, connection, async () => {
    const path = await connection.endpoint('user', signal);
    const attempt = `list users of ${connection.system}`;
    const query = { startIndex: connection.protocol.paging.firstIndex ?? 1, count: 1 };
    const answer = await connection.client.send({ method: 'GET', path, query, attempt, signal });
    const { total } = listPageOf(answer, attempt);
    const has = total === undefined ? '' : `, ${total} users`;
    return { subject, status: 'ok', message: `${connection.client.base} answers${has}` };
  });
}

/** As Entra tests a connection: nobody has a random value, and the answer must be an empty list. */
async function filters(
  connection: Connection,
  path: string,
  signal: AbortSignal,
): Promise<CheckFinding> {
  const subject = `filter by ${path}`;
  return found(subject, connection, async () => {
    const { typed } = connection.protocol.filter;
    const filter = lookupFilter(connection.paths('user')(path), randomUUID(), typed);
    const attempt = `find a user by ${path} in ${connection.system}`;
    const endpoint = await connection.endpoint('user', signal);
    const answer = await connection.client.send({
      method: 'GET',
      path: endpoint,
      query: { filter, count: 2 },
      attempt,
      signal,
    });
    const { resources } = listPageOf(answer, attempt);
    if (resources.length === 0)
      return { subject, status: 'ok', message: `users can be looked up by ${path}` };
    return {
      subject,
      status: 'failed',
      message: `the target ignores a filter by ${path}: it answers with other users`,
      remedy: 'Match by an attribute the target can filter by.',
    };
  });
}

async function describesItself(connection: Connection, signal: AbortSignal): Promise<CheckFinding> {
  const subject = 'discovery';
  return found(subject, connection, async () => {
    const features = await connection.features(signal);
    const types = await resourceTypes(connection.client, signal);
    const schemas = await schemaAttributes(connection.client, signal);
    if (Object.keys(features).length === 0 && types.length === 0 && schemas.size === 0)
      return {
        subject,
        status: 'ok',
        message: 'the target does not describe itself; what the profile says is used',
      };
    const can = [
      features.patch === false ? 'PUT' : 'PATCH',
      ...(features.etag ? ['ETag'] : []),
      ...(features.cursor ? ['cursors'] : []),
    ].join(', ');
    return {
      subject,
      status: 'ok',
      message: `resource types: ${types.length}, schemas: ${schemas.size}; ${can}`,
    };
  });
}

async function found(
  subject: string,
  { client }: Connection,
  prove: () => Promise<CheckFinding>,
): Promise<CheckFinding> {
  try {
    return await prove();
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    const remedy = ADDRESS.has(error.code) ? addressRemedy(client.base) : error.remedy;
    return {
      subject,
      status: 'failed',
      message: error.message,
      ...(remedy !== undefined && { remedy }),
    };
  }
}

const ADDRESS: ReadonlySet<string> = new Set([
  'missing',
  'not-json',
  'unexpected-answer',
  'operation-not-supported',
]);

function addressRemedy(base: string): string {
  if (/\/(users|groups)$/i.test(base))
    return `Leave the last part of the base URL away: ${base.replace(/\/\w+$/, '')}`;
  return `Requests go to ${base}/Users, and nothing speaks SCIM there. Compare the base URL with what the application shows; it often ends with /scim or /scim/v2.`;
}
