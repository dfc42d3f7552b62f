/**
 * Microsoft's own client libraries, unmodified, against the emulator over TLS. Runs in a process
 * of its own, because a further certificate authority has to be known when Node starts. Reads
 * what it needs as JSON from its first argument and prints what it saw as JSON.
 */

import { createPrivateKey } from 'node:crypto';
import { ConfidentialClientApplication, ManagedIdentityApplication } from '@azure/msal-node';
import {
  BatchRequestContent,
  BatchResponseContent,
  Client,
  PageIterator,
} from '@microsoft/microsoft-graph-client';
import type { WitnessInput, WitnessReport } from './graph-witness-report.ts';

const input: WitnessInput = JSON.parse(process.argv[2] ?? '{}');
const { urls, tenantId, clientId } = input;

const credentials = {
  secret: { clientSecret: input.secret },
  ps256: {
    clientCertificate: {
      thumbprintSha256: input.thumbprintSha256,
      privateKey: pem(input.privateKey),
    },
  },
  rs256: {
    clientCertificate: { thumbprint: input.thumbprintSha1, privateKey: pem(input.privateKey) },
  },
  federated: { clientAssertion: input.federatedAssertion },
};

function pem(key: string): string {
  return createPrivateKey(key).export({ type: 'pkcs8', format: 'pem' }).toString();
}

async function tokenBy(
  credential: (typeof credentials)[keyof typeof credentials],
): Promise<string> {
  const application = new ConfidentialClientApplication({
    auth: {
      clientId,
      authority: `${urls.authority}/${tenantId}`,
      knownAuthorities: [new URL(urls.authority).host],
      ...credential,
    },
  });
  const result = await application.acquireTokenByClientCredential({
    scopes: [`${urls.graph}/.default`],
  });
  return result?.accessToken ?? '';
}

async function identityToken(): Promise<string> {
  const { accessToken } = await new ManagedIdentityApplication().acquireToken({
    resource: urls.graph,
  });
  return accessToken;
}

async function control(method: string, path: string, body: unknown): Promise<void> {
  await fetch(`${urls.control}${path}`, { method, body: JSON.stringify(body) });
}

const tokens: Record<string, string> = {};
for (const [name, credential] of Object.entries(credentials))
  tokens[name] = await tokenBy(credential);
process.env.IDENTITY_ENDPOINT = input.identityEnvironment.IDENTITY_ENDPOINT;
process.env.IDENTITY_HEADER = input.identityEnvironment.IDENTITY_HEADER;
tokens.appService = await identityToken();
delete process.env.IDENTITY_ENDPOINT;
delete process.env.IDENTITY_HEADER;
process.env.AZURE_POD_IDENTITY_AUTHORITY_HOST = urls.identity;
tokens.virtualMachine = await identityToken();

const client = Client.initWithMiddleware({
  baseUrl: urls.graph,
  customHosts: new Set([new URL(urls.graph).hostname]),
  authProvider: { getAccessToken: async () => tokens.secret ?? '' },
});

const accepted: Record<string, number> = {};
for (const [name, token] of Object.entries(tokens)) {
  const response = await fetch(`${urls.graph}/v1.0/organization`, {
    headers: { authorization: `Bearer ${token}` },
  });
  accepted[name] = response.status;
}

const seen = new Set<string>();
const first = await client.api('/users').select('id,displayName').get();
await new PageIterator(client, first, (user) => {
  seen.add(user.id);
  return true;
}).iterate();

const retried: Record<string, string> = {};
for (const status of [429, 503]) {
  const effect = { type: 'answer', status, headers: { 'Retry-After': '1' } };
  await control('POST', '/faults', { path: '/organization$', effect });
  const answer = await client.api('/organization').get();
  retried[status] = answer.value[0].displayName;
}

const refusal = await client
  .api('/users')
  .filter("contains(displayName,'a')")
  .get()
  .catch((error: { readonly statusCode: number; readonly code: string }) => error);

/** The version is that of the batch: the client puts in what stands behind the host. */
function newPerson(index: number): Request {
  return new Request(`${urls.graph}/users`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      accountEnabled: true,
      displayName: `Witnessed ${index}`,
      mailNickname: `witnessed${index}`,
      userPrincipalName: `witnessed${index}@contoso.com`,
      passwordProfile: { password: 'correct Horse 42 battery' },
    }),
  });
}

await control('POST', '/faults', {
  method: 'POST',
  path: '/users$',
  nth: 7,
  effect: { type: 'answer', status: 429, headers: { 'Retry-After': '1' } },
});
const twenty = Array.from({ length: 20 }, (_, index) => ({
  id: String(index + 1),
  request: newPerson(index),
}));
const content = await new BatchRequestContent(twenty).getContent();
const answers = new BatchResponseContent(await client.api('/$batch').post(content));
const batch = [...answers.getResponses().values()].map(({ status }) => status);

const jpeg = Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]);
const photo = '/users/witnessed0@contoso.com/photo/$value';
await client.api(photo).header('Content-Type', 'image/jpeg').put(jpeg);
const picture: Blob = await client.api(photo).get();

const report: WitnessReport = {
  accepted,
  batch,
  photo: [...new Uint8Array(await picture.arrayBuffer())],
  users: seen.size,
  retried,
  refusal: { status: refusal.statusCode, code: refusal.code },
};
process.stdout.write(JSON.stringify(report));
