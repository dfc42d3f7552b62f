/** What the pages about Entra ID and files show is accepted as it stands there. */

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectorTypes } from '../../compose.ts';
import { loadConfiguration } from '../../config/load.ts';
import { contractFile } from '../../emulators/graph/contract.ts';
import { selfSigned } from './testing.ts';

const root = path.resolve(import.meta.dirname, '../../..');
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lockstep-docs-'));
  await writeFile(path.join(folder, 'entra.pem'), selfSigned().pem);
});
afterAll(() => rm(folder, { recursive: true }));

async function problemsOf(document: string): Promise<readonly string[]> {
  const name = path.join(folder, 'lockstep.yaml');
  await writeFile(name, document);
  const result = await loadConfiguration(name, {
    env: {
      ENTRA_SECRET: 's',
      RAMP_TOKEN: 't',
      HR_TOKEN: 'h',
      ALERT_URL: 'https://hooks.contoso.com/lockstep',
    },
    connectors: connectorTypes(),
    profiles: path.join(root, 'profiles'),
  });
  const problems = result.ok ? (result.warnings ?? []) : result.problems;
  return problems.map(({ message }) => message);
}

async function examplesOf(page: string): Promise<readonly string[]> {
  const text = await readFile(path.join(root, 'docs', page), 'utf8');
  return [...text.matchAll(/```yaml\n(.*?)```/gs)].map(([, example = '']) => example);
}

const indented = (text: string, spaces: number): string =>
  text.replaceAll(/^(?=.)/gm, ' '.repeat(spaces));

const OPTIONS: Readonly<Record<string, string>> = {
  entra: 'options: { tenant: contoso.onmicrosoft.com, managedIdentity: system }\n',
  file: 'options: { path: people.csv, id: employeeId }\n',
};

/** A fragment of a page about one connector, in the place where it belongs. */
function inFrame(connector: string, fragment: string): string {
  if (fragment.startsWith('systems:') || fragment.startsWith('store:')) return fragment;
  if (/^(entra|hr):/.test(fragment)) return `systems:\n${indented(fragment, 2)}`;
  const options = fragment.startsWith('options:') ? '' : OPTIONS[connector];
  const kind = /kind: (\w+)/.exec(fragment)?.[1] ?? 'user';
  const read = fragment.startsWith('read:') ? '' : `read: { ${kind}: {} }\n`;
  const system = `connector: ${connector}\n${options}${read}${fragment}`;
  return `systems:\n  source:\n${indented(system, 4)}`;
}

describe.each([
  ['entra', 'connectors/entra.md'],
  ['file', 'connectors/file.md'],
  ['entra', 'entra-to-ramp.md'],
])('%s in docs/%s', async (connector, page) => {
  for (const example of await examplesOf(page))
    it(`is accepted: ${example.split('\n').slice(0, 3).join(' ')}`, async () => {
      expect(await problemsOf(inFrame(connector, example))).toEqual([]);
    });
});

it('the ids of permissions are those of the published map', async () => {
  const { appRoles }: { readonly appRoles: Readonly<Record<string, string>> } = JSON.parse(
    contractFile('graph-permissions-v1.json'),
  );
  const page = await readFile(path.join(root, 'docs/entra-to-ramp.md'), 'utf8');
  for (const permission of ['User.Read.All', 'GroupMember.Read.All', 'Application.Read.All'])
    expect(page).toContain(appRoles[permission]);
});
