import { execFile } from 'node:child_process';
import { createPublicKey, createSign } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedContoso } from '../../src/emulators/graph/seed/contoso.ts';
import { type ListeningGraph, startGraph } from '../../src/emulators/graph/server.ts';
import { type Certificate, type Issuer, throwAwayAuthority } from './certificates.ts';
import type { WitnessInput, WitnessReport } from './graph-witness-report.ts';

const FEDERATED = {
  name: 'cluster',
  issuer: 'https://oidc.contoso.com/cluster',
  subject: 'system:serviceaccount:lockstep:sync',
  audience: 'api://AzureADTokenExchange',
};

let folder: string;
let graph: ListeningGraph;
let report: WitnessReport;
let livePeople: number;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'graph-witness-'));
  const authority = await throwAwayAuthority();
  const [server, client] = await Promise.all([
    authority.issue('localhost', 'localhost'),
    authority.issue('Lockstep'),
  ]);
  graph = await startGraph({
    host: 'localhost',
    tls: { key: server.privateKey, cert: server.certificate },
  });
  const { expected } = seedContoso(graph.emulator, { people: 2_521 });
  livePeople = expected.filter(({ outcome }) => outcome !== 'deleted').length;
  report = await witness(authority, inputFor(client));
}, 60_000);

afterAll(async () => {
  await graph[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

describe("Microsoft's own clients", () => {
  it('get tokens by secret, certificate, federation and managed identity', () => {
    expect(report.accepted).toEqual({
      secret: 200,
      ps256: 200,
      rs256: 200,
      federated: 200,
      appService: 200,
      virtualMachine: 200,
    });
  });

  it('page through 2,500 people', () => {
    expect(livePeople).toBe(2_500);
    expect(report.users).toBe(livePeople);
  });

  it('wait and repeat after 429 and 503', () => {
    expect(report.retried).toEqual({ 429: 'Contoso', 503: 'Contoso' });
  });

  it('write twenty people in a batch, of whom one has to wait, and a photo', () => {
    expect(report.batch.toSorted()).toEqual([...Array.from({ length: 19 }, () => 201), 429]);
    expect(report.photo).toEqual([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]);
  });

  it('understand a refusal', () => {
    expect(report.refusal).toEqual({ status: 400, code: 'Request_UnsupportedQuery' });
  });
});

async function witness(authority: Issuer, input: WitnessInput): Promise<WitnessReport> {
  const trusted = path.join(folder, 'authority.pem');
  await writeFile(trusted, authority.certificate);
  const script = fileURLToPath(new URL('./graph-witness.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script, JSON.stringify(input)], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: trusted, NODE_NO_WARNINGS: '1' },
  });
  return JSON.parse(stdout);
}

/** Registers an application with every kind of credential. */
function inputFor(client: Certificate): WitnessInput {
  const { control } = graph.emulator;
  const registered = control.act({
    act: 'register-application',
    displayName: 'Witness',
    secret: 'witness-secret',
    certificates: [client.der],
    federated: [FEDERATED],
    permissions: ['User.Read.All', 'User.ReadWrite.All'],
  });
  const [clientId, objectId] = [registered.appId ?? '', registered.servicePrincipalId ?? ''];
  control.addIdentity({ clientId, objectId });
  const key = createPublicKey(client.privateKey).export({ format: 'jwk' });
  control.publishIssuer(FEDERATED.issuer, [{ ...key, kid: 'cluster-1' }]);
  return {
    urls: graph.urls,
    tenantId: graph.emulator.tenantId,
    clientId,
    secret: 'witness-secret',
    thumbprintSha256: client.sha256,
    thumbprintSha1: client.sha1,
    privateKey: client.privateKey,
    federatedAssertion: outsideToken(client.privateKey),
    identityEnvironment: graph.identityEnvironment,
  };
}

function outsideToken(key: string): string {
  const now = Math.floor(Date.now() / 1000);
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = [
    part({ alg: 'RS256', typ: 'JWT', kid: 'cluster-1' }),
    part({
      iss: FEDERATED.issuer,
      sub: FEDERATED.subject,
      aud: [FEDERATED.audience],
      nbf: now,
      exp: now + 600,
    }),
  ].join('.');
  return `${signed}.${createSign('sha256').update(signed).sign(key, 'base64url')}`;
}
