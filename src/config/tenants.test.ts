import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectorTypes } from '../compose.ts';
import type { Problem } from '../identity/problem.ts';
import type { Configuration } from './configuration.ts';
import { type ConfigurationWorld, loadConfiguration } from './load.ts';
import { loadTenant, tenantOrigin } from './tenants.ts';

const SYSTEM = 'systems: { inbox: { connector: directory, serve: {} } }';

let folder: string;
let installation: Configuration;

const world: ConfigurationWorld = {
  env: { SECRET: 'hush' },
  connectors: connectorTypes(),
  profiles: path.resolve(import.meta.dirname, '../../profiles'),
};

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tenants-'));
  await mkdir(path.join(folder, 'tenants'));
  const main = path.join(folder, 'lockstep.yaml');
  await writeFile(main, `${SYSTEM}\nserver: { port: 9090 }\ntenants: { document: all.yaml }\n`);
  await writeFile(path.join(folder, 'all.yaml'), SYSTEM);
  await writeFile(path.join(folder, 'secret.txt'), 'hush');
  await writeFile(
    path.join(folder, 'tenants/contoso.yaml'),
    'systems: { hr: { connector: file, options: { path: people.csv, id: employeeId } } }',
  );
  const loaded = await loadConfiguration(main, world);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  installation = loaded.value;
});

afterAll(() => rm(folder, { recursive: true }));

async function problemsOf(document: string): Promise<readonly Pick<Problem, 'code' | 'message'>[]> {
  const loaded = await loadTenant(installation, { name: 'fabrikam', document }, world);
  return loaded?.ok === false ? loaded.problems : [];
}

const codes = async (document: string) => (await problemsOf(document)).map(({ code }) => code);

describe('the configuration of a tenant', () => {
  it('is its own file, else its document in the store, else the one for all', async () => {
    const origin = async (name: string, document?: string) =>
      (await tenantOrigin(installation, { name, ...(document && { document }) }))?.type;
    expect(await origin('contoso', SYSTEM)).toBe('file');
    expect(await origin('fabrikam', SYSTEM)).toBe('store');
    expect(await origin('fabrikam')).toBe('shared');
    const { tenants: _, ...alone } = installation;
    expect(await tenantOrigin(alone, { name: 'fabrikam' })).toBeUndefined();
    expect(await loadTenant(alone, { name: 'fabrikam' }, world)).toBeUndefined();
  });

  it('has the store and the server of the installation, and files beside its own', async () => {
    const loaded = await loadTenant(installation, { name: 'contoso' }, world);
    if (!loaded?.ok) throw new Error('not loaded');
    const { tenant, store, server, directory } = loaded.value;
    expect({ tenant, store, server, directory }).toEqual({
      tenant: 'contoso',
      store: installation.store,
      server: installation.server,
      directory: path.join(folder, 'tenants'),
    });
  });

  it('says nothing of the installation', async () => {
    const document = `store: /elsewhere\nserver: { port: 1 }\ntenants: {}\n${SYSTEM}`;
    expect(await problemsOf(document)).toMatchObject([
      {
        code: 'installation-setting',
        message: '"store" belongs to the installation, not to a tenant',
      },
      { code: 'installation-setting', place: { line: 2, column: 1 } },
      { code: 'installation-setting' },
    ]);
  });

  it('knows nobody by a certificate, which would be believed of every tenant', async () => {
    const certificates = '{ certificates: [{ dns: payroll.contoso.com }] }';
    const document = `systems: { inbox: { connector: directory, serve: ${certificates} } }`;
    expect(await problemsOf(document)).toMatchObject([
      { code: 'installation-setting', place: { line: 1, column: 52 } },
    ]);
  });

  it('is wrong as every other, at its place', async () => {
    expect(
      await problemsOf('systems: { inbox: { connector: directory, serve: {}, reed: {} } }'),
    ).toMatchObject([{ code: 'unknown-key', place: { file: 'tenants/fabrikam', line: 1 } }]);
    expect(await codes('systems: [')).toEqual(['yaml-syntax']);
  });
});

describe('a document that the store keeps', () => {
  const options = (text: string) => `systems: { inbox: { connector: directory, ${text} } }`;

  it('refers to no variable and no file, wherever in it, and nothing is read meanwhile', async () => {
    for (const name of ['env:SECRET', 'file:secret.txt', 'file:/etc/passwd', 'what:ever']) {
      const reference = `x \${${name}} y`;
      for (const document of [
        options(`options: { attributes: [{ path: "${reference}" }] }`),
        `${SYSTEM}\ngroups: { sales: { title: "${reference}", members: "a pr" } }`,
        `x: &a "${reference}"\nsystems: { inbox: { connector: *a } }`,
      ]) {
        const problems = await problemsOf(document);
        expect(problems.map(({ code }) => code)).toContain('not-in-store');
        expect(JSON.stringify(problems)).not.toMatch(/hush|root:/);
      }
    }
  });

  it('uses connectors that were allowed, and directory and inbound when nothing is said', async () => {
    const file = 'systems: { hr: { connector: file, options: { path: /etc/passwd, id: a } } }';
    expect(await codes(file)).toEqual(['connector-not-allowed']);
    expect(await codes('systems: { hr: { connector: inbound, read: { user: {} } } }')).toEqual([]);
    const allowed = { ...installation, tenants: { connectors: ['file'] } };
    const loaded = await loadTenant(allowed, { name: 'fabrikam', document: file }, world);
    expect(loaded?.ok).toBe(true);
  });

  it('names a profile of the product, and no file', async () => {
    for (const profile of ['./own.yaml', '../profiles/ramp', '/etc/passwd', 'own.yml']) {
      expect(await codes(options(`profile: "${profile}"`))).toContain('not-in-store');
    }
  });

  it('holds no secret, at whatever depth', async () => {
    const mail = 'options: { mail: { smtp: "smtp://10.0.0.1", address: "https://a.test" } }';
    expect(await problemsOf(options(mail))).toMatchObject([
      { code: 'not-in-store', place: { line: 1, column: 62 } },
    ]);
  });

  it('raises no alerts and signs nothing', async () => {
    const alerts = 'alerts: [{ webhook: "http://169.254.169.254/", on: [failed] }]';
    expect(await codes(`${SYSTEM}\n${alerts}\naudit: { key: x }`)).toEqual([
      'not-in-store',
      'not-in-store',
    ]);
  });
});
