/** What others push: taken by its system's connector, and told again with what became of it. */

import {
  type Connector,
  ConnectorError,
  type Upload,
  type UploadReceipt,
  type UploadResult,
} from '../connectors/spi/index.ts';
import type { IdentityId } from '../identity/identity.ts';
import type { SystemName } from '../identity/record.ts';
import type { Engine } from './engine.ts';
import { VerbRefusal } from './refusal.ts';

/** A result with whose record it is. */
export interface UploadedRecord extends UploadResult {
  /** The identity it was joined to; absent before it was read, and while a person has to decide. */
  readonly identity?: IdentityId;
}

export interface UploadReport {
  readonly id: string;
  readonly system: SystemName;
  readonly at: Date;
  readonly taken: number;
  readonly unchanged: number;
  readonly refused: number;
  readonly results: readonly UploadedRecord[];
}

const signal = new AbortController().signal;
const KIND = 'user';

export async function upload(
  engine: Engine,
  system: SystemName,
  content: Upload,
): Promise<UploadReport> {
  const { receive } = await inboxOf(engine, system);
  return reportOf(engine, system, await receive(content, { signal }));
}

export async function uploads(
  engine: Engine,
  system: SystemName,
  limit: number,
): Promise<readonly UploadReport[]> {
  const { uploads: known } = await inboxOf(engine, system);
  const receipts = await known({ limit }, { signal });
  return Promise.all(receipts.map((receipt) => reportOf(engine, system, receipt)));
}

/** @returns Undefined for one that never was, or is forgotten by now. */
export async function findUpload(
  engine: Engine,
  system: SystemName,
  id: string,
): Promise<UploadReport | undefined> {
  const { uploads: known } = await inboxOf(engine, system);
  const [receipt] = await known({ id, limit: 1 }, { signal });
  return receipt && reportOf(engine, system, receipt);
}

/** Whether something was pushed to it that no run has read to its end yet. */
export async function hasUnread(engine: Engine, system: SystemName): Promise<boolean> {
  const connector = await engine.connector(system);
  const since = await engine.warehouse.watermark(system, KIND);
  const pages =
    since === undefined
      ? connector.read?.(KIND, { signal })
      : connector.readChanges?.(KIND, since, { signal });
  try {
    for await (const { changes } of pages ?? []) return changes.length > 0;
    return false;
  } catch (error) {
    // In the middle of a reading of everything.
    if (error instanceof ConnectorError && error.kind === 'watermark-expired') return true;
    throw error;
  }
}

type Inbox = Required<Pick<Connector, 'receive' | 'uploads'>>;

async function inboxOf(engine: Engine, system: SystemName): Promise<Inbox> {
  if (!engine.systems.includes(system))
    throw new VerbRefusal(
      'unknown-system',
      `there is no system "${system}"`,
      `systems here: ${engine.systems.join(', ')}`,
    );
  const { receive, uploads: known } = await engine.connector(system);
  if (receive !== undefined && known !== undefined) return { receive, uploads: known };
  throw new VerbRefusal(
    'not-inbound',
    `nothing can be pushed to ${system}`,
    'push to a system of the connector inbound; others are read',
  );
}

async function reportOf(
  { warehouse }: Engine,
  system: SystemName,
  { id, at, results }: UploadReceipt,
): Promise<UploadReport> {
  const refs = results.flatMap(({ id: record, status }) =>
    record !== undefined && (status === 'taken' || status === 'unchanged')
      ? [{ system, kind: KIND, id: record }]
      : [],
  );
  const owners = await warehouse.ownersOf(refs);
  const counted = (status: UploadResult['status']): number =>
    results.filter((result) => result.status === status).length;
  return {
    id,
    system,
    at,
    taken: counted('taken'),
    unchanged: counted('unchanged'),
    refused: counted('refused') + counted('skipped'),
    results: results.map((result) => {
      const identity = result.status === 'refused' ? undefined : owners.get(result.id ?? '');
      return { ...result, ...(identity !== undefined && { identity }) };
    }),
  };
}
