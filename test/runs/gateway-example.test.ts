/** The example and the page about the gateway: they load, and the example does what it says. */

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectorTypes, openEngine } from '../../src/compose.ts';
import type { Configuration } from '../../src/config/configuration.ts';
import { readConfiguration } from '../../src/config/load.ts';
import { describeProblem } from '../../src/config/text.ts';
import { createGraph } from '../../src/emulators/graph/graph.ts';
import { throwAwayAuthority } from '../services/certificates.ts';
import { gateway } from './gateway.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lockstep-gateway-'));
});

afterEach(() => rm(folder, { recursive: true }));

async function loaded(text: string): Promise<Configuration> {
  const world = { env: {}, connectors: connectorTypes(), profiles: path.join(ROOT, 'profiles') };
  const read = await readConfiguration(text, path.join(folder, 'lockstep.yaml'), world);
  if (!read.ok) throw new Error(read.problems.map(describeProblem).join('\n'));
  expect(read.warnings ?? []).toEqual([]);
  return read.value;
}

/** What a part of a document about clients with certificates stands beside. */
const WITH_CERTIFICATES = `server:
  tls:
    certificate: "\${file:./server.pem}"
    key: "\${file:./server.key}"
    clients: "\${file:./clients-ca.pem}"
systems: {}
`;

describe('docs/gateway.md', async () => {
  const page = await readFile(path.join(ROOT, 'docs/gateway.md'), 'utf8');
  const examples = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, text = '']) => text);

  it.each(examples)('has an example that loads: %#', async (text) => {
    const { certificate, privateKey } = await throwAwayAuthority();
    await writeFile(path.join(folder, 'server.pem'), certificate);
    await writeFile(path.join(folder, 'server.key'), privateKey);
    await writeFile(path.join(folder, 'clients-ca.pem'), certificate);
    await loaded(/^systems:/m.test(text) ? text : `${text}${WITH_CERTIFICATES}`);
  });
});

describe('examples/gateway-entra', () => {
  it('serves a tenant by a managed identity, to be read', async () => {
    const text = await readFile(path.join(ROOT, 'examples/gateway-entra/lockstep.yaml'), 'utf8');
    const configuration = await loaded(text);
    const graph = createGraph({ domain: 'contoso.onmicrosoft.com' });
    const { control } = graph;
    const { appId: clientId = '', servicePrincipalId: objectId = '' } = control.act({
      act: 'register-application',
      displayName: 'lockstep-gateway',
      permissions: ['User.Read.All', 'GroupMember.Read.All'],
    });
    control.addIdentity({ clientId, objectId });
    const { id } = control.act({
      act: 'create',
      type: 'user',
      properties: {
        accountEnabled: true,
        displayName: 'Ada Lovelace',
        mailNickname: 'ada',
        userPrincipalName: 'ada@contoso.onmicrosoft.com',
        department: 'R&D',
      },
    });
    control.settle();

    await using engine = await openEngine(configuration, {
      fetch: graph.fetch,
      now: control.now,
    });
    const [entra] = configuration.systems;
    const gate = await gateway(await engine.connector('entra'), entra?.serve);
    expect((await gate.list('/Users', { filter: 'userName sw "ada"' })).body).toMatchObject({
      totalResults: 1,
      Resources: [{ id, userName: 'ada@contoso.onmicrosoft.com', displayName: 'Ada Lovelace' }],
    });
    expect(await gate.send('DELETE', `/Users/${id}`)).toMatchObject({ status: 405 });
    expect((await gate.send('GET', '/ServiceProviderConfig')).body).toMatchObject({
      patch: { supported: false },
      bulk: { supported: false },
    });
    expect(gate.bugs).toEqual([]);
    expect(control.findings()).toEqual([]);
  });
});
