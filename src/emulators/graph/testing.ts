/** A client as plain as can be, for the tests of this room. */

import { isObject } from './contract.ts';
import type { GraphEmulator } from './graph.ts';

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

export interface Session {
  /** @param url Absolute, or a path under the version. */
  get(url: string, headers?: Readonly<Record<string, string>>): Promise<Reply>;
  post(path: string, body: unknown): Promise<Reply>;
  /** Anything else, with a JSON body. */
  send(method: string, path: string, body?: unknown): Promise<Reply>;
  /** Follows next links to the end. */
  all(url: string, headers?: Readonly<Record<string, string>>): Promise<Collected>;
}

export interface Collected {
  readonly value: readonly Readonly<Record<string, unknown>>[];
  readonly pages: number;
  readonly deltaLink: string;
}

export const WRITE_PERMISSIONS: readonly string[] = [
  'User.ReadWrite.All',
  'User-PasswordProfile.ReadWrite.All',
  'Group.ReadWrite.All',
  'MailboxSettings.ReadWrite',
  'ProfilePhoto.ReadWrite.All',
];

export const PASSWORD = 'correct Horse 42 battery';

/** What Graph demands of a new user, and more. */
export function newPerson(name: string, more: Readonly<Record<string, unknown>> = {}): object {
  return {
    accountEnabled: true,
    displayName: name,
    mailNickname: name,
    userPrincipalName: `${name}@contoso.com`,
    passwordProfile: { password: PASSWORD },
    ...more,
  };
}

/** Registers an application, which may read unless told otherwise, and signs in as it. */
export async function signIn(
  graph: GraphEmulator,
  permissions: readonly string[] = ['User.Read.All', 'Group.Read.All', 'Directory.Read.All'],
): Promise<Session> {
  const { appId = '' } = graph.control.act({
    act: 'register-application',
    displayName: 'Reader',
    secret: 'reader-secret',
    permissions,
  });
  graph.control.settle();
  const answer = await requestToken(graph, {
    client_id: appId,
    client_secret: 'reader-secret',
  });
  return session(graph, String(answer.body.access_token));
}

export async function requestToken(
  graph: GraphEmulator,
  fields: Readonly<Record<string, string>>,
  tenant: string = graph.tenantId,
): Promise<{ readonly status: number; readonly body: Readonly<Record<string, unknown>> }> {
  const response = await graph.fetch(`${graph.authority}/${tenant}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      scope: `${graph.graph}/.default`,
      ...fields,
    }),
  });
  const body: unknown = await response.json();
  return { status: response.status, body: isObject(body) ? body : {} };
}

export function session(graph: GraphEmulator, token: string): Session {
  const call = async (url: string, init: RequestInit): Promise<Reply> => {
    const absolute = url.startsWith('http') ? url : `${graph.graph}/v1.0/${url}`;
    const headers = new Headers(init.headers);
    headers.set('authorization', `Bearer ${token}`);
    const response = await graph.fetch(absolute, { ...init, headers });
    const text = await response.text();
    const json = response.headers.get('content-type')?.startsWith('application/json') === true;
    return {
      status: response.status,
      headers: response.headers,
      body: json && text !== '' ? JSON.parse(text) : text,
    };
  };
  const get: Session['get'] = (url, headers = {}) => call(url, { headers });
  const send: Session['send'] = (method, path, body) =>
    call(path, {
      method,
      ...(body !== undefined && {
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    });
  return {
    get,
    send,
    post: (path, body) => send('POST', path, body),
    all: async (url, headers) => {
      const value: Readonly<Record<string, unknown>>[] = [];
      let [pages, deltaLink] = [0, ''];
      for (let next: string | undefined = url; next !== undefined; pages++) {
        const reply: Reply = await get(next, headers);
        if (reply.status !== 200) throw new Refused(reply);
        const body = isObject(reply.body) ? reply.body : {};
        if (Array.isArray(body.value)) value.push(...body.value);
        next = typeof body['@odata.nextLink'] === 'string' ? body['@odata.nextLink'] : undefined;
        deltaLink = String(body['@odata.deltaLink'] ?? '');
      }
      return { value, pages, deltaLink };
    },
  };
}

export class Refused extends Error {
  readonly reply: Reply;

  constructor(reply: Reply) {
    super(JSON.stringify(reply.body));
    this.reply = reply;
  }
}
