/** The configuration of the small Contoso, loaded once. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connectorTypes } from '../../src/compose.ts';
import type { Configuration } from '../../src/config/configuration.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import type { World } from './world.ts';

let known: Promise<Configuration> | undefined;

/** Every world has the same addresses, tenant and client. */
export function configured(
  world: World,
  secrets: { readonly secret: string; readonly token: string },
): Promise<Configuration> {
  known ??= load(world, secrets);
  return known;
}

async function load(
  { graph, clientId, target }: World,
  { secret, token }: { readonly secret: string; readonly token: string },
): Promise<Configuration> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lockstep-'));
  const file = path.join(folder, 'lockstep.yaml');
  await writeFile(
    file,
    `
systems:
  entra:
    connector: entra
    options: { tenant: ${graph.tenantId}, clientId: ${clientId}, secret: "\${env:ENTRA_SECRET}" }
    read:
      user: {}
  ramp:
    connector: scim
    profile: ramp
    options: { url: "${target.url}", token: "\${env:RAMP_TOKEN}" }
    write:
      user:
        assigned: { entra: Ramp }
        firstRun: go
`,
  );
  const loaded = await loadConfiguration(file, {
    env: { ENTRA_SECRET: secret, RAMP_TOKEN: token },
    connectors: connectorTypes(),
    profiles: path.resolve(import.meta.dirname, '../../profiles'),
  });
  await rm(folder, { recursive: true });
  if (!loaded.ok) throw new Error(loaded.problems.map(({ message }) => message).join('\n'));
  return loaded.value;
}
