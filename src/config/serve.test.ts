import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { throwAwayAuthority } from '../../test/services/certificates.ts';
import { connectorTypes } from '../compose.ts';
import { readConfiguration } from './load.ts';
import { describeProblem } from './text.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lockstep-serve-'));
});

afterEach(() => rm(folder, { recursive: true }));

async function problems(text: string): Promise<readonly string[]> {
  const world = { env: {}, connectors: connectorTypes(), profiles: folder };
  const read = await readConfiguration(text, path.join(folder, 'lockstep.yaml'), world);
  return (read.ok ? (read.warnings ?? []) : read.problems).map(describeProblem);
}

const SERVED = `
systems:
  people:
    connector: file
    options: { path: people.csv, id: id }
    serve:
      certificates: [{ dns: hr.contoso.com }]
`;

const TLS = `
server:
  tls: { certificate: "\${file:a.pem}", key: "\${file:a.key}", clients: "\${file:ca.pem}" }
`;

async function files(contents: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(contents))
    await writeFile(path.join(folder, name), content);
}

it('says that nobody is asked for the certificates that were named', async () => {
  expect(await problems(SERVED)).toEqual([
    expect.stringContaining('people knows clients by certificates, and nobody is asked for one'),
  ]);
  const { certificate, privateKey } = await throwAwayAuthority();
  await files({ 'a.pem': certificate, 'a.key': privateKey, 'ca.pem': certificate });
  expect(await problems(TLS + SERVED)).toEqual([]);
});

it('refuses what is no PEM, or the key of another certificate, and shows nothing of it', async () => {
  const one = await throwAwayAuthority();
  const other = await throwAwayAuthority();
  await files({ 'a.pem': 'PEM', 'a.key': 'a secret key', 'ca.pem': one.certificate });
  const told = await problems(TLS + SERVED);
  expect(told).toEqual([
    expect.stringContaining('server.tls.certificate is not a certificate in PEM'),
    expect.stringContaining('server.tls.key is not a private key in PEM'),
  ]);
  expect(told.join()).not.toContain('a secret key');
  await files({ 'a.pem': one.certificate, 'a.key': other.privateKey });
  expect(await problems(TLS + SERVED)).toEqual([
    expect.stringContaining('server.tls.key is not the key of server.tls.certificate'),
  ]);
});

it('refuses a name that is none of SCIM, and a client without a name', async () => {
  const rows = SERVED.replace('[{ dns: hr.contoso.com }]', '[{ rights: read }]');
  const text = `${rows}      map: { user: { "name.": login } }\n`;
  expect((await problems(text)).map((one) => one.split('  ')[1])).toEqual([
    expect.stringContaining('name something of the certificate'),
    expect.stringContaining('no path of an attribute'),
  ]);
});
