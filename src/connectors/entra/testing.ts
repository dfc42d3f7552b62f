/** A stand-in for Graph with canned answers, for what the emulator would never say. */

import { generateKeyPairSync, sign } from 'node:crypto';
import type { Attributes, ObjectRef } from '../../identity/record.ts';
import type { Connector, ConnectorError } from '../spi/index.ts';
import { entra } from './connector.ts';
import { entraOptions } from './options.ts';

const AUTHORITY = 'http://127.0.0.1:1';
export const GRAPH = 'http://127.0.0.1:2';

export type Answer = (url: URL, request: Request) => Response | Promise<Response>;

export interface Canned {
  readonly connector: Connector;
  /** What Graph was asked, in order; the token service is not among it. */
  readonly asked: readonly Request[];
  readonly tokens: readonly string[];
}

/** A connector for `entra` whose Graph gives these answers, one after the other, the last for ever. */
export async function cannedGraph(...answers: readonly Answer[]): Promise<Canned> {
  const asked: Request[] = [];
  const tokens: string[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    if (url.origin === AUTHORITY) {
      tokens.push(`token-${tokens.length + 1}`);
      return json({ token_type: 'Bearer', expires_in: 3599, access_token: tokens.at(-1) });
    }
    asked.push(request);
    const answer = answers[Math.min(asked.length, answers.length) - 1];
    if (answer === undefined) throw new Error('no answer is canned');
    return answer(url, request);
  };
  const options = entraOptions.parse({
    tenant: 'contoso.onmicrosoft.com',
    clientId: '6f1f3c4e-5b1a-4c0e-9a76-2f4f8f0f9d11',
    secret: 'a secret that must not be seen',
    cloud: { authority: AUTHORITY, graph: GRAPH },
  });
  const connector = await entra.connect(options, {
    system: 'entra',
    fetch,
    now: () => new Date('2026-03-01T08:00:00Z'),
    baseDirectory: '.',
  });
  return { connector, asked, tokens };
}

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return Response.json(body, { status, headers });
}

/** A page with a next link, or with a delta link at the end. */
export function page(value: readonly unknown[], link: { next?: string; delta?: string }): Answer {
  return () =>
    json({
      value,
      ...(link.next === undefined ? {} : { '@odata.nextLink': `${GRAPH}/v1.0/${link.next}` }),
      ...(link.delta === undefined ? {} : { '@odata.deltaLink': `${GRAPH}/v1.0/${link.delta}` }),
    });
}

const EVERYTHING = [
  'User.ReadWrite.All',
  'User-PasswordProfile.ReadWrite.All',
  'Group.ReadWrite.All',
  'Directory.Read.All',
  'MailboxSettings.ReadWrite',
  'ProfilePhoto.ReadWrite.All',
];

const SECRET = 'correct horse battery staple';

/** Of a stand-in for the whole service, what a connector needs to get in. */
interface StandIn {
  readonly tenantId: string;
  readonly fetch: typeof globalThis.fetch;
  readonly control: {
    now(): Date;
    settle(): void;
    act(act: {
      readonly act: 'register-application';
      readonly displayName: string;
      readonly secret: string;
      readonly permissions: readonly string[];
    }): { readonly appId?: string };
  };
}

export interface Connected<Graph> {
  readonly graph: Graph;
  readonly connector: Connector;
  readonly secret: string;
}

/** A connector for `entra` before a stand-in, with these options and permissions. */
export async function connectedTo<Graph extends StandIn>(
  graph: Graph,
  options: Readonly<Record<string, unknown>> = {},
  permissions: readonly string[] = EVERYTHING,
): Promise<Connected<Graph>> {
  const { appId } = graph.control.act({
    act: 'register-application',
    displayName: 'Lockstep',
    secret: SECRET,
    permissions,
  });
  graph.control.settle();
  const connector = await entra.connect(
    entraOptions.parse({ tenant: graph.tenantId, clientId: appId, secret: SECRET, ...options }),
    { system: 'entra', fetch: graph.fetch, now: graph.control.now, baseDirectory: '.' },
  );
  return { graph, connector, secret: SECRET };
}

export const ada = {
  userPrincipalName: 'ada@contoso.com',
  displayName: 'Ada Lovelace',
  givenName: 'Ada',
  surname: 'Lovelace',
  accountEnabled: true,
  department: 'R&D',
  businessPhones: '+41 44 123 45 67',
  'employeeOrgData.costCenter': '4711',
};

export function user(id: string): ObjectRef {
  return { system: 'entra', kind: 'user', id };
}

export function group(id: string): ObjectRef {
  return { system: 'entra', kind: 'group', id };
}

/** @returns The id of what was made. */
export async function created(
  { connector }: { readonly connector: Connector },
  attributes: Attributes,
  kind = 'user',
): Promise<string> {
  const { signal } = new AbortController();
  const record = await connector.create?.(kind, attributes, { signal });
  return record?.ref.id ?? '';
}

export function person(name: string, more: Attributes = {}): Attributes {
  return { ...ada, userPrincipalName: `${name}@contoso.com`, displayName: name, ...more };
}

export async function failure(attempt: Promise<unknown> | undefined): Promise<ConnectorError> {
  return (await attempt?.then(
    () => new Error('nothing failed'),
    (error: unknown) => error,
  )) as ConnectorError;
}

/** PEM with certificate and key as an administrator has it, and the DER that is uploaded of it. */
export function selfSigned(validDays = 365): { readonly pem: string; readonly der: string } {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const sha256WithRsa = der(0x30, Buffer.from('06092a864886f70d01010b0500', 'hex'));
  const commonName = der(0x30, Buffer.from('0603550403', 'hex'), text(0x0c, 'Lockstep'));
  const name = der(0x30, der(0x31, commonName));
  const from = Date.now() - 86_400_000;
  const validity = der(0x30, instant(from), instant(from + (validDays + 1) * 86_400_000));
  const content = der(
    0x30,
    der(0x02, Buffer.from([1])),
    sha256WithRsa,
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = der(0x03, Buffer.from([0]), sign('sha256', content, privateKey));
  const certificate = der(0x30, content, sha256WithRsa, signature).toString('base64');
  const lines = certificate.replace(/(.{64})(?=.)/g, '$1\n');
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' });
  return {
    pem: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n${key}`,
    der: certificate,
  };
}

/** One value in DER (X.690 §8.1): tag, length, content. */
function der(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  const { length } = body;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), body]);
  if (length < 0x100) return Buffer.concat([Buffer.from([tag, 0x81, length]), body]);
  return Buffer.concat([Buffer.from([tag, 0x82, length >> 8, length & 0xff]), body]);
}

function text(tag: number, value: string): Buffer {
  return der(tag, Buffer.from(value));
}

function instant(milliseconds: number): Buffer {
  const digits = new Date(milliseconds).toISOString().replace(/\.\d+|\D/g, '');
  return text(0x17, `${digits.slice(2)}Z`);
}
