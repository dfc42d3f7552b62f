/**
 * How long the credential lives. A certificate says so itself; of a secret only the app
 * registration knows, which may be read with the permission that assignments need anyway.
 */

import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import type { SystemName } from '../../identity/record.ts';
import { type CheckFinding, ConnectorError } from '../spi/index.ts';
import type { GraphClient } from './client.ts';
import type { EntraOptions } from './options.ts';

const WARN_BEFORE_DAYS = 30;
const DAY_MILLISECONDS = 86_400_000;

/** @returns Nothing where there is nothing to expire, or nobody who may know when. */
export async function credentialFindings(
  client: GraphClient,
  system: SystemName,
  options: EntraOptions,
  now: Date,
  signal: AbortSignal,
): Promise<readonly CheckFinding[]> {
  if (options.certificate !== undefined) {
    const { validTo } = new X509Certificate(options.certificate);
    return [lifeLeft('certificate', new Date(validTo), now)];
  }
  if (options.secret === undefined || options.clientId === undefined) return [];
  const ends = await secretEnd(client, system, options.clientId, options.secret, signal);
  return ends === undefined ? [] : [lifeLeft('client secret', ends, now)];
}

function lifeLeft(subject: string, ends: Date, now: Date): CheckFinding {
  const days = Math.floor((ends.getTime() - now.getTime()) / DAY_MILLISECONDS);
  const day = ends.toISOString().slice(0, 10);
  const remedy = `Register a new ${subject} beside this one, then change the configuration.`;
  const ending = { subject, expiresAt: ends };
  if (days < 0) return { ...ending, status: 'failed', message: `expired on ${day}`, remedy };
  if (days < WARN_BEFORE_DAYS)
    return { ...ending, status: 'warning', message: `expires in ${days} days, on ${day}`, remedy };
  return { ...ending, status: 'ok', message: `valid until ${day}` };
}

const application = z.object({
  passwordCredentials: z.array(
    z.object({ hint: z.string().nullish(), endDateTime: z.iso.datetime({ offset: true }) }),
  ),
});

/** The end of the secret that begins like ours; Graph shows the first characters of each. */
async function secretEnd(
  client: GraphClient,
  system: SystemName,
  clientId: string,
  secret: string,
  signal: AbortSignal,
): Promise<Date | undefined> {
  const path = `/applications(appId='${clientId}')?$select=passwordCredentials`;
  try {
    const parsed = application.safeParse(
      await client.get(path, { attempt: `check credential of ${system}`, signal }),
    );
    if (!parsed.success) return undefined;
    const own = parsed.data.passwordCredentials.filter(
      ({ hint }) => hint != null && hint !== '' && secret.startsWith(hint),
    );
    const ends = own.map(({ endDateTime }) => Date.parse(endDateTime));
    return ends.length === 0 ? undefined : new Date(Math.max(...ends));
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    return undefined;
  }
}
