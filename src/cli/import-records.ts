/** Pushes the records of a file to a system that records are pushed to, here or at a server. */

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { z } from 'zod';
import { isObject } from '../scim/accept.ts';
import { type BulkOperation, parseBulk } from '../scim/bulk.ts';
import { ScimError } from '../scim/error.ts';
import { BULK_REQUEST } from '../scim/urn.ts';
import { bulkAnswer } from '../server/inbound/schema.ts';
import { type UploadedRecord, upload } from '../sync/upload.ts';
import { decoded, type RemoteServer } from './remote-http.ts';
import {
  body,
  configurationOf,
  Refusal,
  reachedServer,
  type Session,
  type VerbOptions,
  verbCommand,
} from './session.ts';
import type { Output } from './terminal.ts';
import { counted } from './words.ts';

/** As many as Entra ID takes, and as a system takes unless it is told otherwise. */
const BATCH = 50;
const LONGEST_WAIT_SECONDS = 60;

interface RecordsOptions extends VerbOptions {
  readonly system: string;
}

export function recordsCommand(session: Session): Command {
  const command = verbCommand(
    'records',
    'pushes users of a file to a system of the connector inbound',
  )
    .argument('<file>', 'a SCIM bulk request, a list of users, or one user a line (.ndjson)')
    .requiredOption('-s, --system <name>', 'the system they are pushed to');
  return body<RecordsOptions>(session, command, async (options, out, [file = '']) => {
    if (options.server !== undefined) {
      const server = await reachedServer(session, options, options.server);
      return await push(file, sendTo(server, options.system), out, session.signal);
    }
    const configuration = await configurationOf(session, options, out);
    await using opened = await session.services.open(configuration);
    const { engine } = opened;
    const send: Send = async (operations) => {
      const digest = createHash('sha256').update(JSON.stringify(operations)).digest('hex');
      return (await upload(engine, options.system, { operations, digest })).results;
    };
    return await push(file, send, out, session.signal);
  });
}

type Send = (operations: readonly BulkOperation[]) => Promise<readonly Pushed[]>;

type Pushed = Pick<UploadedRecord, 'bulkId' | 'id' | 'status' | 'code' | 'message' | 'remedy'>;

async function push(file: string, send: Send, out: Output, signal: AbortSignal): Promise<0 | 1> {
  const counts = { taken: 0, unchanged: 0, refused: 0, skipped: 0 };
  let batch: BulkOperation[] = [];
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return;
    for (const record of await patiently(() => send(batch), out, signal)) {
      counts[record.status]++;
      out.json(record);
      if (record.code !== undefined) sayRefused(record, out);
    }
    batch = [];
  };
  for await (const operation of operationsOf(file)) {
    batch.push(operation);
    if (batch.length === BATCH) await flush();
  }
  await flush();
  const refused = counts.refused + counts.skipped;
  out.say(
    `${counted(counts.taken, 'record')} taken, ${counts.unchanged} unchanged, ${refused} refused.`,
  );
  return refused > 0 ? 1 : 0;
}

function sayRefused({ bulkId, id, code, message, remedy }: Pushed, out: Output): void {
  const which = [bulkId, id].filter((part) => part !== undefined).join('  ');
  out.say(`${out.paint('red', '✗')} ${which}  ${message ?? ''}  ${out.paint('grey', code ?? '')}`);
  if (remedy !== undefined) out.say(`  ${remedy}`);
}

/** Whoever sends faster than is allowed waits as long as that takes. */
async function patiently<Value>(
  work: () => Promise<Value>,
  out: Output,
  signal: AbortSignal,
): Promise<Value> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const seconds = secondsToWait(error);
      if (seconds === undefined || seconds > LONGEST_WAIT_SECONDS) throw error;
      out.note(`${(error as Error).message}: waiting ${seconds} s`);
      await sleep(seconds * 1000, undefined, { signal });
    }
  }
}

const throttled = z.object({
  code: z.literal('upload-throttled'),
  retryAfterSeconds: z.number().optional(),
});

function secondsToWait(error: unknown): number | undefined {
  const { data } = throttled.safeParse(error);
  return data && (data.retryAfterSeconds ?? 5);
}

function sendTo(server: RemoteServer, system: string): Send {
  return async (operations) => {
    const path = `/inbound/${encodeURIComponent(system)}/bulkUpload`;
    const sent = { schemas: [BULK_REQUEST], Operations: operations };
    const response = await server.ask('POST', path, { body: sent });
    const { Operations } = decoded(bulkAnswer, await response.text());
    return Operations.map(({ bulkId, externalId, result, response: refusal }) => ({
      ...(bulkId !== undefined && { bulkId }),
      ...(externalId !== undefined && { id: externalId }),
      status: result,
      ...(refusal && { code: refusal.code, message: refusal.detail }),
      ...(refusal?.remedy !== undefined && { remedy: refusal.remedy }),
    }));
  };
}

/** Each user under the number of its line, or of its place in the list. */
async function* operationsOf(file: string): AsyncGenerator<BulkOperation> {
  let number = 0;
  const operation = (data: unknown): BulkOperation => ({
    method: 'POST',
    path: '/Users',
    bulkId: String(number),
    data,
  });
  if (/\.(ndjson|jsonl)$/i.test(file)) {
    for await (const line of linesOf(file)) {
      number++;
      if (line.trim() !== '') yield operation(parsed(line, `${file}:${number}`));
    }
    return;
  }
  const content = parsed(await textOf(file), file);
  if (isObject(content) && 'Operations' in content) {
    yield* bulkOf(content, file);
    return;
  }
  for (const data of Array.isArray(content) ? content : [content]) {
    number++;
    yield operation(data);
  }
}

function bulkOf(content: unknown, file: string): readonly BulkOperation[] {
  try {
    return parseBulk(content).operations;
  } catch (error) {
    if (error instanceof ScimError) throw unreadable(file, error);
    throw error;
  }
}

async function* linesOf(file: string): AsyncGenerator<string> {
  try {
    yield* createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: 1000 });
  } catch (error) {
    throw unreadable(file, error);
  }
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw unreadable(file, error);
  }
}

function parsed(text: string, place: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw unreadable(place, error);
  }
}

function unreadable(place: string, error: unknown): Refusal {
  return new Refusal('file-unreadable', `${place}: ${(error as Error).message}`, {
    remedy: 'a JSON file is needed here',
    exit: 64,
  });
}
