/** What the documentation shows works: every example loads, and the published schema is current. */

import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectorTypes } from '../compose.ts';
import { loadConfiguration } from './load.ts';
import { configurationJsonSchema } from './schema.ts';
import { describeProblem } from './text.ts';

const root = path.resolve(import.meta.dirname, '../..');

const connectors = connectorTypes();

const env = {
  ENTRA_SECRET: 'a-secret',
  RAMP_TOKEN: 'a-token',
  HR_TOKEN: 'hr',
  SCIM_TOKEN: 'a-token',
  DATABASE_URL: 'postgres://localhost/lockstep',
  ALERT_URL: 'https://hooks.example.com/lockstep',
  ALERT_SECRET: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
};

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lockstep-examples-'));
});

afterAll(() => rm(folder, { recursive: true }));

async function problemsOf(document: string): Promise<readonly string[]> {
  const name = path.join(folder, 'lockstep.yaml');
  await writeFile(name, document);
  await writeFile(path.join(folder, 'token.txt'), 'a-token');
  const result = await loadConfiguration(name, {
    env,
    connectors,
    profiles: path.join(root, 'profiles'),
  });
  return (result.ok ? (result.warnings ?? []) : result.problems).map(describeProblem);
}

const FRAME: Readonly<Record<string, string>> = {
  systems: '',
  store: 'systems: {}\n',
  dates: `systems: { ${directoryOf('entra')} }\n`,
  groups: `systems: { entra: { connector: entra, options: { tenant: contoso.com, managedIdentity: system }, read: { user: {} } } }
`,
  identity: `systems: { ${['hr', 'agency', 'phones'].map(directoryOf).join(', ')} }\n`,
  options: 'systems:\n  app:\n    connector: scim\n    read: { user: {} }\n',
  read: 'systems:\n  hr:\n    connector: file\n    options: { path: people.csv, id: number }\n',
  write: `systems:
  entra:
    connector: entra
    options: { tenant: contoso.onmicrosoft.com, managedIdentity: system }
    read: { user: {} }
  app:
    connector: scim
    options: { url: "https://app.example.com/scim/v2", token: "\${env:SCIM_TOKEN}" }
`,
  serve: 'systems:\n  ours:\n    connector: directory\n    options: {}\n',
};

/** Knows every usual attribute. */
function directoryOf(name: string): string {
  return `${name}: { connector: entra, options: { tenant: contoso.com, managedIdentity: system }, read: { user: {} } }`;
}

/** A fragment of the page in the place where it belongs. */
function inFrame(fragment: string): string {
  const [key = ''] = /^systems(?=:)/m.exec(fragment) ?? /^[a-z]+(?=:)/m.exec(fragment) ?? [];
  const frame = FRAME[key] ?? '';
  const indented = frame.startsWith('systems:\n');
  return frame + (indented ? fragment.replaceAll(/^(?=.)/gm, '    ') : fragment);
}

describe.each(['configuration', 'merging', 'dates', 'writeback', 'tenants'])(
  'docs/%s.md',
  async (name) => {
    const page = await readFile(path.join(root, `docs/${name}.md`), 'utf8');
    const examples = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, text = '']) => text);
    for (const example of examples) {
      it(`has an example that loads: ${example.split('\n').slice(0, 3).join(' ')}`, async () => {
        expect(await problemsOf(inFrame(example))).toEqual([]);
      });
    }
  },
);

describe.each(['file', 'inbound'])('docs/connectors/%s.md', async (connector) => {
  const page = await readFile(path.join(root, 'docs/connectors', `${connector}.md`), 'utf8');
  const examples = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, text = '']) => text);

  /** A system as it stands, or only its options. */
  function asDocument(example: string): string {
    const indented = (text: string, blanks: string) => text.replaceAll(/^(?=.)/gm, blanks);
    if (!example.startsWith('options:')) return `systems:\n${indented(example, '  ')}`;
    const kind = example.includes('kind: group') ? 'group' : 'user';
    const frame = `systems:\n  hr:\n    connector: ${connector}\n    read: { ${kind}: {} }\n`;
    return frame + indented(example, '    ');
  }

  it('has examples that load', async () => {
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) expect(await problemsOf(asDocument(example))).toEqual([]);
  });
});

describe('examples/', () => {
  it.each([
    'csv-to-scim',
    'two-hr-systems',
    'hr-api-to-scim',
    'hr-csv-and-entra-to-ramp',
    'hr-csv-to-entra',
  ])('%s loads as it is', async (name) => {
    const example = await readFile(path.join(root, 'examples', name, 'lockstep.yaml'), 'utf8');
    expect(await problemsOf(example)).toEqual([]);
  });

  it('entra-to-ramp lacks nothing but the certificate', async () => {
    await cp(path.join(root, 'examples/entra-to-ramp'), folder, { recursive: true });
    const example = await readFile(path.join(folder, 'lockstep.yaml'), 'utf8');
    expect(await problemsOf(example)).toEqual([
      expect.stringContaining('the file ./entra.pem cannot be read (ENOENT)'),
    ]);
  });
});

describe('schema/lockstep.schema.json', () => {
  it('is what the loader checks by; written anew by scripts/schema.ts', async () => {
    const published = await readFile(path.join(root, 'schema/lockstep.schema.json'), 'utf8');
    expect(JSON.parse(published)).toEqual(configurationJsonSchema(connectors));
  });
});
