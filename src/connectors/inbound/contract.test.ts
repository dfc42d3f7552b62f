import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { Database } from '../../store/database.ts';
import { inboundStorage } from '../../store/inbound.ts';
import { openSqlite } from '../../store/sqlite.ts';
import { connectorContract } from '../spi/contract.ts';
import type { UploadOperation } from '../spi/index.ts';
import { inbound } from './connector.ts';

let folder: string;
let database: Database;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'inbound-'));
  database = await openSqlite(folder, 'contoso');
});

afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

function sent(externalId: string, title: string): UploadOperation {
  return { method: 'POST', path: '/Users', data: { externalId, title } };
}

connectorContract('the inbound connector', async () => {
  const system = `hr-${randomUUID()}`;
  const definition = inbound((name) => inboundStorage(database, name), randomUUID);
  const connector = await definition.connect(definition.options.parse({}), {
    system,
    fetch: globalThis.fetch,
    now: () => new Date(),
    baseDirectory: folder,
  });
  const { signal } = new AbortController();
  const push = (...operations: readonly UploadOperation[]) =>
    connector.receive?.({ operations, digest: randomUUID() }, { signal });
  await push(sent('7', 'Analyst'), sent('8', 'Admiral'));
  return {
    connector,
    system,
    kind: 'user',
    secrets: [],
    change: async () => {
      await push(sent('7', 'Lead analyst'), sent('9', 'Professor'));
    },
  };
});
