/** A client of SCIM for tests: asks a service that is in the same process. */

export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: an answer is compared, not used.
  readonly body: any;
}

export interface ScimClient {
  /** A body that is a text is sent as it is. */
  send(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>;
  list(path: string, parameters?: Readonly<Record<string, string | number>>): Promise<Answer>;
  patch(path: string, ...operations: readonly unknown[]): Promise<Answer>;
}

/** With the token `secret`. */
export function scimClient(
  base: string,
  fetch: (request: Request) => Response | Promise<Response>,
): ScimClient {
  const send: ScimClient['send'] = async (method, path, body, headers = {}) => {
    const response = await fetch(
      new Request(base + path, {
        method,
        headers: {
          authorization: 'Bearer secret',
          ...(body !== undefined && { 'content-type': 'application/scim+json' }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    );
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : JSON.parse(text),
    };
  };
  return {
    send,
    list: (path, parameters = {}) => {
      const query = new URLSearchParams(
        Object.entries(parameters).map(([name, value]): [string, string] => [name, String(value)]),
      );
      return send('GET', `${path}?${query}`);
    },
    patch: (path, ...operations) =>
      send('PATCH', path, { schemas: [PATCH_OP], Operations: operations }),
  };
}
