import {
  constants,
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { throwAwayAuthority } from '../../../../test/services/certificates.ts';
import { createGraph, type GraphEmulator } from '../graph.ts';
import { requestToken, session, signIn } from '../testing.ts';
import { parseJwt } from './jwt.ts';

const ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

function registered(graph: GraphEmulator, extra: Record<string, unknown> = {}): string {
  return (
    graph.control.act({
      act: 'register-application',
      displayName: 'Lockstep',
      secret: 'right',
      permissions: ['User.Read.All'],
      ...extra,
    }).appId ?? ''
  );
}

/** The description without what differs from one refusal to the next. */
function said(body: Readonly<Record<string, unknown>>): string {
  return String(body.error_description).replace(/ Trace ID: .*$/, '');
}

describe('the token endpoint', () => {
  it('issues a token that names the application and what it may do', async () => {
    const graph = createGraph();
    const clientId = registered(graph);
    const { status, body } = await requestToken(graph, {
      client_id: clientId,
      client_secret: 'right',
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 3599, ext_expires_in: 3599 });
    expect(parseJwt(String(body.access_token))?.claims).toMatchObject({
      aud: 'https://graph.microsoft.com',
      iss: `https://sts.windows.net/${graph.tenantId}/`,
      appid: clientId,
      idtyp: 'app',
      roles: ['User.Read.All'],
      tid: graph.tenantId,
      ver: '1.0',
    });
  });

  it('knows the tenant by its domains as well, and takes a secret by Basic', async () => {
    const graph = createGraph();
    const clientId = registered(graph);
    const fields = { client_id: clientId, client_secret: 'right' };
    expect((await requestToken(graph, fields, 'contoso.onmicrosoft.com')).status).toBe(200);
    const basic = Buffer.from(`${clientId}:right`).toString('base64');
    const response = await graph.fetch(`${graph.authority}/contoso.com/oauth2/v2.0/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${basic}` },
      body: 'grant_type=client_credentials&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default',
    });
    expect(response.status).toBe(200);
  });

  it('refuses a wrong secret, a wrong application and a wrong resource as the service does', async () => {
    const graph = createGraph();
    const client_id = registered(graph);
    const secret = await requestToken(graph, { client_id, client_secret: 'wrong' });
    expect(secret).toEqual({
      status: 401,
      body: {
        error: 'invalid_client',
        error_description: expect.stringMatching(
          /^AADSTS7000215: Invalid client secret provided\. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '[0-9a-f-]{36}'\. Trace ID: [0-9a-f-]{36} Correlation ID: [0-9a-f-]{36} Timestamp: \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$/,
        ),
        error_codes: [7000215],
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$/),
        trace_id: expect.any(String),
        correlation_id: expect.any(String),
        error_uri: 'https://login.microsoftonline.com/error?code=7000215',
      },
    });
    const client = await requestToken(graph, { client_id: 'nobody', client_secret: 'right' });
    expect([client.status, client.body.error, said(client.body)]).toEqual([
      400,
      'unauthorized_client',
      'AADSTS700038: nobody is not a valid application identifier.',
    ]);
    const scope = 'https://fabrikam.com/.default';
    const resource = await requestToken(graph, { client_id, client_secret: 'right', scope });
    expect([resource.status, resource.body.error, said(resource.body)]).toEqual([
      400,
      'invalid_resource',
      'AADSTS500011: The resource principal named https://fabrikam.com was not found in the tenant named Contoso. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.',
    ]);
  });

  it.each([
    [{ client_id: '11111111-1111-4111-8111-111111111111' }, 700016],
    [{ scope: 'https://graph.microsoft.com/User.Read' }, 1002012],
    [{ grant_type: 'password' }, 70003],
    [{ client_secret: 'old' }, 7000222],
  ])('answers %j with number %i', async (fields, number) => {
    const graph = createGraph();
    const client_id = registered(graph);
    graph.control.addSecret(client_id, 'old', new Date(Date.now() - 1000));
    const { body } = await requestToken(graph, { client_id, client_secret: 'right', ...fields });
    expect(body.error_codes).toEqual([number]);
  });

  it('does not know other tenants', async () => {
    const graph = createGraph();
    const client_id = registered(graph);
    const fields = { client_id, client_secret: 'right' };
    const { body } = await requestToken(graph, fields, 'fabrikam.onmicrosoft.com');
    expect(body.error_codes).toEqual([90002]);
  });

  it('publishes where tokens are to be had and how they are verified', async () => {
    const graph = createGraph();
    const json = async (url: string): Promise<unknown> => (await graph.fetch(url)).json();
    expect(
      await json(`${graph.authority}/contoso.com/v2.0/.well-known/openid-configuration`),
    ).toMatchObject({
      token_endpoint: `${graph.authority}/${graph.tenantId}/oauth2/v2.0/token`,
      jwks_uri: `${graph.authority}/${graph.tenantId}/discovery/v2.0/keys`,
    });
    expect(await json(`${graph.authority}/contoso.com/discovery/v2.0/keys`)).toMatchObject({
      keys: [{ kty: 'RSA', use: 'sig' }],
    });
    expect(
      await json(
        `${graph.authority}/common/discovery/instance?api-version=1.1&authorization_endpoint=${graph.authority}/contoso.com/oauth2/v2.0/authorize`,
      ),
    ).toMatchObject({
      tenant_discovery_endpoint: `${graph.authority}/contoso.com/v2.0/.well-known/openid-configuration`,
      metadata: [{ aliases: ['login.microsoftonline.com'] }],
    });
  });
});

interface Own {
  readonly privateKey: string;
  readonly der: string;
  readonly sha1: string;
  readonly sha256: string;
}

describe('a client assertion', () => {
  let own: Own;

  beforeAll(async () => {
    own = await (await throwAwayAuthority()).issue('Lockstep');
  });

  const asked = async (
    change: (parts: { header: Record<string, unknown>; claims: Record<string, unknown> }) => void,
    key?: string | KeyObject,
  ): Promise<unknown> => {
    const graph = createGraph();
    const clientId = registered(graph, { certificates: [own.der] });
    const now = Math.floor(Date.now() / 1000);
    const parts = {
      header: { alg: 'PS256', typ: 'JWT', 'x5t#S256': base64url(own.sha256) } as Record<
        string,
        unknown
      >,
      claims: {
        aud: `${graph.authority}/${graph.tenantId}/oauth2/v2.0/token`,
        iss: clientId,
        sub: clientId,
        jti: 'once',
        nbf: now,
        exp: now + 600,
      } as Record<string, unknown>,
    };
    change(parts);
    const { status, body } = await requestToken(graph, {
      client_id: clientId,
      client_assertion_type: ASSERTION,
      client_assertion: signed(parts, key ?? own.privateKey),
    });
    return status === 200 ? 200 : body.error_codes;
  };

  it('is good when signed with PS256, or RS256 and the older thumbprint', async () => {
    expect(await asked(() => {})).toBe(200);
    expect(
      await asked(({ header }) => {
        header.alg = 'RS256';
        header.x5t = base64url(own.sha1);
        delete header['x5t#S256'];
      }),
    ).toBe(200);
  });

  it('is refused without a signature, by a stranger, for another audience and out of its time', async () => {
    const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const now = Math.floor(Date.now() / 1000);
    expect(
      await Promise.all([
        asked(({ header }) => {
          header.alg = 'none';
        }),
        asked(({ header }) => {
          header.alg = 'HS256';
        }),
        asked(() => {}, stranger),
        asked(({ header }) => {
          header['x5t#S256'] = base64url('00');
        }),
        asked(({ claims }) => {
          claims.aud = 'https://login.fabrikam.com/token';
        }),
        asked(({ claims }) => {
          claims.exp = now - 301;
        }),
        asked(({ claims }) => {
          claims.nbf = now + 400;
        }),
        asked(({ claims }) => {
          delete claims.jti;
        }),
      ]),
    ).toEqual([[700027], [700027], [700027], [700027], [700023], [700024], [700024], [700027]]);
  });
});

describe('an assertion of an outside issuer', () => {
  const trust = {
    name: 'cluster',
    issuer: 'https://oidc.contoso.com',
    subject: 'sync',
    audience: 'api://AzureADTokenExchange',
  };

  it('is good when issuer, subject and audience are those agreed, and its key is published', async () => {
    const graph = createGraph();
    const client_id = registered(graph, { federated: [trust] });
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const now = Math.floor(Date.now() / 1000);
    const ask = async (claims: Record<string, unknown>): Promise<unknown> => {
      const assertion = signed(
        {
          header: { alg: 'RS256', kid: 'one' },
          claims: { iss: trust.issuer, sub: 'sync', aud: trust.audience, exp: now + 60, ...claims },
        },
        privateKey,
      );
      const { status, body } = await requestToken(graph, {
        client_id,
        client_assertion_type: ASSERTION,
        client_assertion: assertion,
      });
      return status === 200 ? 200 : body.error_codes;
    };
    expect(await ask({})).toEqual([700027]);
    graph.control.publishIssuer(trust.issuer, [
      { ...publicKey.export({ format: 'jwk' }), kid: 'one' },
    ]);
    expect(await ask({})).toBe(200);
    expect(await ask({ sub: 'somebody else' })).toEqual([700213]);
  });
});

describe('Graph', () => {
  it('refuses no token, a foreign one, one for something else and an expired one', async () => {
    const graph = createGraph();
    const reader = await signIn(graph);
    const statusOf = async (authorization?: string): Promise<unknown> => {
      const headers = authorization === undefined ? undefined : { authorization };
      const response = await graph.fetch(`${graph.graph}/v1.0/users`, headers && { headers });
      const { error } = JSON.parse(await response.text());
      return [response.status, error.code, error.message];
    };
    expect(await statusOf()).toEqual([401, 'InvalidAuthenticationToken', 'Access token is empty.']);
    expect((await session(graph, 'a.b.c').get('users')).status).toBe(401);
    expect((await reader.get('users?$select=id')).status).toBe(200);
    graph.control.advance(3600);
    expect(await reader.get('users?$select=id')).toMatchObject({
      status: 401,
      body: {
        error: {
          code: 'InvalidAuthenticationToken',
          message: 'Lifetime validation failed, the token is expired.',
        },
      },
    });
  });
});

describe('a managed identity', () => {
  const ask = async (
    graph: GraphEmulator,
    path: string,
    headers: Record<string, string>,
  ): Promise<unknown> => {
    const response = await graph.fetch(`${graph.identity}${path}`, { headers });
    const body = JSON.parse(await response.text());
    return body.error_description ?? response.status;
  };

  it('gets its token from the endpoint of its host, and only with the right header', async () => {
    const graph = createGraph();
    const { appId = '', servicePrincipalId = '' } = graph.control.act({
      act: 'register-application',
      displayName: 'Machine',
    });
    const imds =
      '/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://graph.microsoft.com';
    expect(await ask(graph, imds, { metadata: 'true' })).toBe('Identity not found');
    graph.control.addIdentity({ clientId: appId, objectId: servicePrincipalId });
    expect(await ask(graph, imds, { metadata: 'true' })).toBe(200);
    expect(await ask(graph, imds, {})).toBe('Required metadata header not specified');
    expect(await ask(graph, `${imds}&client_id=other`, { metadata: 'true' })).toBe(
      'Identity not found',
    );
    const service = '/msi/token?api-version=2019-08-01&resource=https://graph.microsoft.com';
    expect(await ask(graph, service, { 'x-identity-header': graph.identityHeader })).toBe(200);
    expect(await ask(graph, service, { 'x-identity-header': 'guessed' })).toBe(401);
  });
});

function base64url(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64url');
}

function signed(
  { header, claims }: { readonly header: unknown; readonly claims: unknown },
  given: string | KeyObject,
): string {
  const key = typeof given === 'string' ? createPrivateKey(given) : given;
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part(header)}.${part(claims)}`;
  const pss = JSON.stringify(header).includes('PS256');
  const padding = pss ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING;
  const signature = sign('sha256', Buffer.from(text), {
    key,
    padding,
    ...(pss && { saltLength: 32 }),
  });
  return `${text}.${signature.toString('base64url')}`;
}
