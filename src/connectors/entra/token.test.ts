import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGraph, type GraphEmulator, type GraphOptions } from '../../emulators/graph/graph.ts';
import { ConnectorError } from '../spi/index.ts';
import { CLOUDS } from './clouds.ts';
import { entra } from './connector.ts';
import { entraOptions } from './options.ts';
import { selfSigned } from './testing.ts';

const { signal } = new AbortController();
const SECRET = 'correct horse battery staple';
const AUDIENCE = 'api://AzureADTokenExchange';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lockstep-entra-'));
});
afterEach(() => rm(folder, { recursive: true }));

interface Registered {
  readonly graph: GraphEmulator;
  readonly clientId: string;
}

type Registration = { secret?: string; certificates?: string[]; federated?: readonly Trust[] };

interface Trust {
  readonly name: string;
  readonly issuer: string;
  readonly subject: string;
  readonly audience: string;
}

function registered(application: Registration, options: GraphOptions = {}): Registered {
  const graph = createGraph(options);
  const { appId = '' } = graph.control.act({
    act: 'register-application',
    displayName: 'Lockstep',
    permissions: ['User.Read.All'],
    ...application,
  });
  graph.control.settle();
  return { graph, clientId: appId };
}

/** What comes of asking for a person: `ok`, or what went wrong. */
async function asked(
  { graph, clientId }: Registered,
  credential: Record<string, unknown>,
): Promise<string> {
  const options = entraOptions.parse({ tenant: graph.tenantId, clientId, ...credential });
  const connector = await entra.connect(options, {
    system: 'entra',
    fetch: graph.fetch,
    now: graph.control.now,
    baseDirectory: folder,
  });
  try {
    await connector.get?.({ system: 'entra', kind: 'user', id: 'nobody' }, { signal });
    return 'ok';
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    expect(`${error.message} ${JSON.stringify(error)}`).not.toContain(SECRET);
    expect(error.remedy ?? error.kind).not.toBe('denied');
    return `${error.kind} ${error.code}`;
  }
}

describe('a client secret', () => {
  it('gets a token, also where the tenant is named by its domain', async () => {
    const application = registered({ secret: SECRET });
    expect(await asked(application, { secret: SECRET })).toBe('ok');
    expect(await asked(application, { secret: SECRET, tenant: application.graph.domain })).toBe(
      'ok',
    );
  });

  it('gets one from a stand-in on plain http, on this machine alone', async () => {
    const cloud = { authority: 'http://127.0.0.1:4001', graph: 'http://127.0.0.1:4002/' };
    const application = registered(
      { secret: SECRET },
      { authority: cloud.authority, graph: 'http://127.0.0.1:4002' },
    );
    expect(await asked(application, { secret: SECRET, cloud })).toBe('ok');
    const outside = { ...cloud, authority: 'http://login.contoso.com' };
    expect(entraOptions.safeParse({ tenant: 't', secret: 'x', cloud: outside }).success).toBe(
      false,
    );
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['that is wrong', { secret: 'wrong' }, 'denied wrong-secret'],
    [
      'of another application',
      { clientId: '0f1f3c4e-5b1a-4c0e-9a76-2f4f8f0f9d11' },
      'denied unknown-application',
    ],
    ['of another tenant', { tenant: 'fabrikam.onmicrosoft.com' }, 'denied tenant-not-found'],
  ])('%s is named', async (_, wrong, named) => {
    expect(await asked(registered({ secret: SECRET }), { secret: SECRET, ...wrong })).toBe(named);
  });

  it('that has expired is named', async () => {
    const application = registered({});
    application.graph.control.addSecret(application.clientId, SECRET, new Date(Date.now() - 1000));
    expect(await asked(application, { secret: SECRET })).toBe('denied secret-expired');
  });

  it('is asked for once while the token lives, and again when Graph refuses it', async () => {
    const { graph, clientId } = registered({ secret: SECRET });
    const connector = await entra.connect(
      entraOptions.parse({ tenant: graph.tenantId, clientId, secret: SECRET }),
      { system: 'entra', fetch: graph.fetch, now: graph.control.now, baseDirectory: folder },
    );
    const get = (): Promise<unknown> | undefined =>
      connector.get?.({ system: 'entra', kind: 'user', id: 'nobody' }, { signal });
    await Promise.all([get(), get(), get()]);
    await get();
    graph.control.advance(3000);
    await get();
    graph.control.advance(500);
    await get();
    const tokens = graph.control.events().filter((event) => event.path.endsWith('/token'));
    expect(tokens).toHaveLength(2);
  });

  it.each<[string, Parameters<GraphEmulator['control']['fault']>[0]['effect'], string]>([
    ['HTML', { type: 'html' }, 'unreachable not-json'],
    ['503', { type: 'answer', status: 503 }, 'unreachable service-unavailable'],
    [
      '429',
      { type: 'answer', status: 429, headers: { 'Retry-After': '7' } },
      'throttled throttled',
    ],
    ['a cut connection', { type: 'connection-closed' }, 'unreachable connection-lost'],
    ['half a body', { type: 'half-body' }, 'unreachable connection-lost'],
  ])('meets a token service that answers with %s', async (_, effect, named) => {
    const application = registered({ secret: SECRET });
    application.graph.control.fault({ path: '/token$', effect });
    expect(await asked(application, { secret: SECRET })).toBe(named);
  });
});

describe('a certificate', () => {
  it('signs for the application it is registered with, and for no other', async () => {
    const own = selfSigned();
    const application = registered({ certificates: [own.der] });
    expect(await asked(application, { certificate: own.pem })).toBe('ok');
    const other = selfSigned();
    expect(await asked(application, { certificate: other.pem })).toBe(
      'denied certificate-not-registered',
    );
  });

  it('without its key is refused before anything is asked', async () => {
    const { pem } = selfSigned();
    const options = { tenant: 't', clientId: '0f1f3c4e-5b1a-4c0e-9a76-2f4f8f0f9d11' };
    const [alone = ''] = pem.split('-----BEGIN PRIVATE KEY');
    const parsed = entraOptions.safeParse({ ...options, certificate: alone });
    expect(parsed.error?.issues.map(({ message }) => message)).toEqual([
      'must be PEM with one certificate and its private key, not encrypted',
    ]);
  });
});

describe('a workload identity', () => {
  const issuer = 'https://issuer.contoso.com';

  async function federated(subject: string): Promise<Registered> {
    const { publicKey, privateKey } = await generateKeyPair('RS256');
    const application = registered({
      federated: [{ name: 'cluster', issuer, subject: 'system:lockstep', audience: AUDIENCE }],
    });
    const key = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' };
    application.graph.control.publishIssuer(issuer, [key]);
    const token = await new SignJWT()
      .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
      .setIssuer(issuer)
      .setSubject(subject)
      .setAudience(AUDIENCE)
      .setIssuedAt()
      .setExpirationTime('10m')
      .sign(privateKey);
    await writeFile(path.join(folder, 'token'), `${token}\n`);
    return application;
  }

  it('hands its token over where it is trusted, and is told where not', async () => {
    const workloadIdentity = { tokenFile: 'token' };
    expect(await asked(await federated('system:lockstep'), { workloadIdentity })).toBe('ok');
    expect(await asked(await federated('system:other'), { workloadIdentity })).toBe(
      'denied federation-not-trusted',
    );
  });

  it('names the file when it is not there', async () => {
    const application = await federated('system:lockstep');
    expect(await asked(application, { workloadIdentity: { tokenFile: 'nothing' } })).toBe(
      'denied federated-token-unreadable',
    );
  });
});

describe('a managed identity', () => {
  it('of the machine, or one of its own, gets a token from the host', async () => {
    const application = registered({ secret: SECRET });
    const { control } = application.graph;
    const principal = control.act({
      act: 'register-application',
      displayName: 'vm-lockstep',
      permissions: ['User.Read.All'],
    });
    const objectId = principal.servicePrincipalId ?? '';
    expect(await asked(application, { managedIdentity: 'system' })).toBe(
      'denied identity-not-found',
    );
    control.addIdentity({ clientId: principal.appId ?? '', objectId });
    control.settle();
    expect(await asked(application, { managedIdentity: 'system' })).toBe('ok');
    expect(await asked(application, { managedIdentity: { clientId: principal.appId } })).toBe('ok');
  });
});

describe('options', () => {
  const tenant = 'contoso.onmicrosoft.com';

  it.each<[string, Record<string, unknown>, string]>([
    [
      'no credential',
      { clientId: '0f1f3c4e-5b1a-4c0e-9a76-2f4f8f0f9d11' },
      'give exactly one of secret, certificate, managedIdentity, workloadIdentity',
    ],
    [
      'two credentials',
      { clientId: '0f1f3c4e-5b1a-4c0e-9a76-2f4f8f0f9d11', secret: 'x', managedIdentity: 'system' },
      'give exactly one of secret, certificate, managedIdentity, workloadIdentity; there are secret and managedIdentity',
    ],
    ['no client', { secret: 'x' }, 'clientId is missing'],
  ])('refuse %s', (_, options, message) => {
    const parsed = entraOptions.safeParse({ tenant, ...options });
    expect(parsed.error?.issues.map((issue) => issue.message)).toEqual([message]);
  });

  it('know the national clouds', () => {
    expect(CLOUDS['usgov-dod']).toEqual({
      authority: 'https://login.microsoftonline.us',
      graph: 'https://dod-graph.microsoft.us',
      resource: 'https://dod-graph.microsoft.us',
    });
  });
});
