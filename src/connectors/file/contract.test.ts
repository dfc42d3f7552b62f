import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import { connectorContract } from '../spi/contract.ts';
import { file } from './connector.ts';

const folders: string[] = [];

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

connectorContract('the file connector', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'lockstep-contract-'));
  folders.push(folder);
  const csv = path.join(folder, 'people.csv');
  await writeFile(csv, 'employeeId,name\n7,Ada\n8,Grace\n9,Edsger\n');
  const connector = await file.connect(file.options.parse({ path: csv, id: 'employeeId' }), {
    system: 'hr',
    fetch: globalThis.fetch,
    now: () => new Date(),
    baseDirectory: folder,
  });
  return {
    connector,
    system: 'hr',
    kind: 'user',
    secrets: [],
    change: () => writeFile(csv, 'employeeId,name\n7,Ada L.\n8,Grace\n10,Barbara\n'),
    break: () => rm(csv),
  };
});
