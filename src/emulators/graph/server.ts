/** The emulator behind ports of the loopback interface: authority, Graph, identities and control. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { answerControl } from './control/http.ts';
import { createGraph, type GraphEmulator, type GraphOptions } from './graph.ts';
import { APP_SERVICE_PATH } from './tokens/identity.ts';

export interface ListenOptions extends Omit<GraphOptions, 'authority' | 'graph' | 'identity'> {
  /** Ports by listener; a free one where none is named. */
  readonly ports?: Partial<Readonly<Record<Listener, number>>>;
  /** PEM texts; authority and Graph then speak https, as Microsoft's own clients insist. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Host name under which clients reach the loopback interface; `127.0.0.1` by default. */
  readonly host?: string;
}

export type Listener = 'authority' | 'graph' | 'identity' | 'control';

export interface ListeningGraph extends AsyncDisposable {
  readonly emulator: GraphEmulator;
  /** Base URLs. */
  readonly urls: Readonly<Record<Listener, string>>;
  /** Environment that makes a client find its managed identity here, as App Service sets it. */
  readonly identityEnvironment: Readonly<Record<'IDENTITY_ENDPOINT' | 'IDENTITY_HEADER', string>>;
}

type Handle = (request: Request) => Promise<Response>;

export async function startGraph(options: ListenOptions = {}): Promise<ListeningGraph> {
  const { ports = {}, tls, host = '127.0.0.1' } = options;
  // Links name the ports, so the emulator is made when these are known and the listeners wait.
  const emulator = Promise.withResolvers<GraphEmulator>();
  const handle: Handle = async (request) => (await emulator.promise).handle(request);
  const control: Handle = async (request) =>
    answerControl((await emulator.promise).control, request);
  const secure = tls !== undefined;
  const listeners: Readonly<Record<Listener, Listening>> = {
    authority: await listen(handle, ports.authority, host, tls),
    graph: await listen(handle, ports.graph, host, tls),
    identity: await listen(handle, ports.identity, host),
    control: await listen(control, ports.control, host),
  };
  const url = (listener: Listener, scheme: string): string =>
    `${scheme}://${host}:${listeners[listener].port}`;
  const urls = {
    authority: url('authority', secure ? 'https' : 'http'),
    graph: url('graph', secure ? 'https' : 'http'),
    identity: url('identity', 'http'),
    control: url('control', 'http'),
  };
  const made = createGraph({ ...options, ...urls });
  emulator.resolve(made);
  return {
    emulator: made,
    urls,
    identityEnvironment: {
      IDENTITY_ENDPOINT: `${urls.identity}${APP_SERVICE_PATH}`,
      IDENTITY_HEADER: made.identityHeader,
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(Object.values(listeners).map(({ server }) => closed(server)));
    },
  };
}

interface Listening {
  readonly server: Server;
  readonly port: number;
}

function listen(
  handle: Handle,
  port = 0,
  host: string,
  tls?: ListenOptions['tls'],
): Promise<Listening> {
  const listener = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    void serve(handle, `${tls === undefined ? 'http' : 'https'}://${host}`, incoming, outgoing);
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      resolve({ server, port: portOf(server.address()) });
    });
  });
}

function portOf(address: string | AddressInfo | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function serve(
  handle: Handle,
  origin: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  outgoing.on('close', () => gone.abort());
  try {
    const response = await handle(await requestOf(origin, incoming, gone.signal));
    await send(response, outgoing);
  } catch {
    // What `fetch` sees of a broken connection in process is a broken connection here.
    outgoing.destroy();
  }
}

async function requestOf(
  origin: string,
  incoming: IncomingMessage,
  signal: AbortSignal,
): Promise<Request> {
  const { method = 'GET', url = '/' } = incoming;
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers))
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  const port = incoming.socket.localPort;
  const bodied = method !== 'GET' && method !== 'HEAD';
  return new Request(`${origin}:${port}${url}`, {
    method,
    headers,
    signal,
    ...(bodied && { body: await bodyOf(incoming) }),
  });
}

async function bodyOf(incoming: IncomingMessage): Promise<Buffer<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function send(response: Response, outgoing: ServerResponse): Promise<void> {
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body !== null) for await (const chunk of response.body) outgoing.write(chunk);
  outgoing.end();
}
