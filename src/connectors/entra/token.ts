/**
 * Access tokens for Graph, through Microsoft's own library: it knows the assertions, the hosts of
 * managed identities and their guards. What it sends goes through the handed-in `fetch`, and a
 * stand-in's plain-http token service is told to it as metadata, so that there is one way only
 * (docs/decisions/entra-tokens.md).
 */

import { createHash, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type {
  Configuration,
  INetworkModule,
  ManagedIdentityConfiguration,
  NetworkRequestOptions,
  NetworkResponse,
} from '@azure/msal-node';
import {
  type ConnectorContext,
  ConnectorError,
  type JsonResponse,
  requestJson,
} from '../spi/index.ts';
import type { Cloud } from './clouds.ts';
import type { EntraOptions } from './options.ts';
import { tokenError } from './token-failures.ts';

export interface TokenSource {
  /** A valid token: the one at hand, or a new one shortly before that ends. */
  token(signal: AbortSignal): Promise<string>;
  /** The service refused this token: the next call asks for another. */
  drop(token: string): void;
}

interface Token {
  readonly text: string;
  readonly renewAt: number;
}

const RENEW_BEFORE_MILLISECONDS = 5 * 60_000;
const TIMEOUT_SECONDS = 30;

export function tokenSource(
  options: EntraOptions,
  cloud: Cloud,
  context: ConnectorContext,
): TokenSource {
  let held: Token | undefined;
  let asking: Promise<Token> | undefined;

  async function ask(): Promise<Token> {
    const network = networkModule(context, `token for ${context.system}`);
    try {
      const { accessToken, expiresOn } = await acquire(options, cloud, context, network);
      const life = (expiresOn?.getTime() ?? 0) - Date.now();
      // Measured on one clock, kept on the other: a test may have moved ours.
      const use = Math.max(life - RENEW_BEFORE_MILLISECONDS, life / 2);
      return { text: accessToken, renewAt: context.now().getTime() + use };
    } catch (error) {
      if (error instanceof ConnectorError) throw error;
      throw network.failure() ?? refusedByLibrary(context, error);
    }
  }

  return {
    async token(signal) {
      signal.throwIfAborted();
      if (held !== undefined && context.now().getTime() < held.renewAt) return held.text;
      asking ??= ask().finally(() => {
        asking = undefined;
      });
      held = await unlessAborted(asking, signal);
      return held.text;
    },
    drop(token) {
      if (held?.text === token) held = undefined;
    },
  };
}

interface Acquired {
  readonly accessToken: string;
  readonly expiresOn: Date | null;
}

async function acquire(
  options: EntraOptions,
  cloud: Cloud,
  context: ConnectorContext,
  network: INetworkModule,
): Promise<Acquired> {
  // Only when a token is asked for: loading it takes a tenth of a second.
  const { ConfidentialClientApplication, ManagedIdentityApplication } = await import(
    '@azure/msal-node'
  );
  if (options.managedIdentity !== undefined) {
    const application = new ManagedIdentityApplication(identity(options.managedIdentity, network));
    return application.acquireToken({ resource: cloud.resource, forceRefresh: true });
  }
  const auth = { ...authority(options.tenant, cloud), ...(await credential(options, context)) };
  const application = new ConfidentialClientApplication({
    auth: { clientId: options.clientId ?? '', ...auth },
    system: { networkClient: network },
  });
  const scopes = [`${cloud.resource}/.default`];
  const acquired = await application.acquireTokenByClientCredential({ scopes, skipCache: true });
  if (acquired === null) throw new Error('no token in the answer');
  return acquired;
}

type Auth = Partial<Configuration['auth']>;

async function credential(options: EntraOptions, context: ConnectorContext): Promise<Auth> {
  if (options.certificate !== undefined) return clientCertificate(options.certificate);
  if (options.workloadIdentity !== undefined) {
    const file = path.resolve(context.baseDirectory, options.workloadIdentity.tokenFile);
    // Read for every token: whoever issues it replaces the file.
    return { clientAssertion: () => federatedToken(file, context) };
  }
  return options.secret === undefined ? {} : { clientSecret: options.secret };
}

function clientCertificate(pem: string): Auth {
  const { raw } = new X509Certificate(pem);
  const thumbprintSha256 = createHash('sha256').update(raw).digest('hex');
  return { clientCertificate: { thumbprintSha256, privateKey: pem } };
}

async function federatedToken(file: string, context: ConnectorContext): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (cause) {
    throw new ConnectorError(
      'denied',
      `token for ${context.system}: the federated token ${file} cannot be read`,
      {
        code: 'federated-token-unreadable',
        remedy: 'Check workloadIdentity.tokenFile, and that the platform mounts it here.',
        general: true,
        cause,
      },
    );
  }
}

/**
 * The library accepts https authorities alone, and asks them for their metadata. For any other than
 * Microsoft's own hosts the metadata is given, and so where the token endpoint is.
 */
function authority(tenant: string, { authority: base }: Cloud): Auth {
  const { host } = new URL(base);
  const url = `https://${host}/${tenant}`;
  if (base.startsWith('https:')) return { authority: url, knownAuthorities: [host] };
  const metadata = {
    authorization_endpoint: `${base}/${tenant}/oauth2/v2.0/authorize`,
    token_endpoint: `${base}/${tenant}/oauth2/v2.0/token`,
    issuer: `${url}/v2.0`,
    jwks_uri: `${base}/${tenant}/discovery/v2.0/keys`,
  };
  return {
    authority: url,
    knownAuthorities: [host],
    authorityMetadata: JSON.stringify(metadata),
  };
}

function identity(
  chosen: NonNullable<EntraOptions['managedIdentity']>,
  networkClient: INetworkModule,
): ManagedIdentityConfiguration {
  const system = { networkClient, disableInternalRetries: true };
  if (chosen === 'system') return { system };
  const managedIdentityIdParams =
    'clientId' in chosen
      ? { userAssignedClientId: chosen.clientId }
      : 'objectId' in chosen
        ? { userAssignedObjectId: chosen.objectId }
        : { userAssignedResourceId: chosen.resourceId };
  return { system, managedIdentityIdParams };
}

interface Network extends INetworkModule {
  /** What went wrong, which the library would tell in words of its own. */
  failure(): ConnectorError | undefined;
}

function networkModule(context: ConnectorContext, attempt: string): Network {
  let failed: ConnectorError | undefined;

  async function send<T>(
    method: 'GET' | 'POST',
    url: string,
    options?: NetworkRequestOptions,
  ): Promise<NetworkResponse<T>> {
    const body = options?.body === undefined ? {} : { body: new URLSearchParams(options.body) };
    let answer: JsonResponse;
    try {
      answer = await requestJson(context, {
        method,
        url,
        attempt,
        ...(options?.headers === undefined ? {} : { headers: options.headers }),
        ...body,
        idempotent: true,
        timeoutSeconds: TIMEOUT_SECONDS,
        signal: new AbortController().signal,
      });
    } catch (error) {
      if (error instanceof ConnectorError) failed = error;
      throw error;
    }
    // A refusal is the library's own business as long as it goes on: an Arc agent begins with one.
    failed = answer.status >= 400 ? tokenError(attempt, answer) : undefined;
    const { status, headers } = answer;
    // The library checks what it needs of a body; its type is a promise nobody can keep here.
    return { status, headers: Object.fromEntries(headers), body: (answer.body ?? {}) as T };
  }

  return {
    sendGetRequestAsync: (url, options) => send('GET', url, options),
    sendPostRequestAsync: (url, options) => send('POST', url, options),
    failure: () => failed,
  };
}

function refusedByLibrary(context: ConnectorContext, cause: unknown): ConnectorError {
  const code =
    cause instanceof Error && 'errorCode' in cause && typeof cause.errorCode === 'string'
      ? cause.errorCode
      : 'unknown';
  return new ConnectorError('denied', `token for ${context.system}: no token (${code})`, {
    code: 'token-refused',
    general: true,
    cause,
  });
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
