/** The configuration of a benchmark's engine: Entra ID to Ramp, everything else as it is by default. */

import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { stringify } from 'yaml';
import type { GraphReady } from './graph.ts';
import type { RampReady } from './ramp.ts';

/** @returns Its file, beside which the store lies. */
export async function configuration(
  folder: string,
  name: string,
  { graph, authority, tenant, clientId, clientSecret }: GraphReady,
  ramp: RampReady,
  scope?: string,
): Promise<string> {
  const file = path.join(folder, `${name}.yaml`);
  const document = {
    store: `./${name}`,
    systems: {
      entra: {
        connector: 'entra',
        options: { tenant, clientId, secret: clientSecret, cloud: { authority, graph } },
        read: { user: {} },
      },
      ramp: {
        connector: 'scim',
        profile: 'ramp',
        options: { url: ramp.url, token: ramp.token },
        write: { user: { assigned: { entra: 'Ramp' }, ...(scope !== undefined && { scope }) } },
      },
    },
  };
  await writeFile(file, stringify(document));
  return file;
}
