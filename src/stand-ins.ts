/** The stand-ins as `lockstep emulate` starts them: on loopback, with what a configuration needs. */

import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import type { Emulator, EmulatorOptions, EmulatorStart } from './cli/services.ts';
import { tenRealisticChanges } from './emulators/graph/seed/changes.ts';
import { seedContoso } from './emulators/graph/seed/contoso.ts';
import { hrFile } from './emulators/graph/seed/hr.ts';
import { startGraph } from './emulators/graph/server.ts';
import { startRamp } from './emulators/ramp/start.ts';

export const STAND_INS: Readonly<Record<'graph' | 'ramp', EmulatorStart>> = {
  graph: emulateGraph,
  ramp: emulateRamp,
};

async function emulateGraph({ port, people, seed }: EmulatorOptions): Promise<Emulator> {
  await using stack = new AsyncDisposableStack();
  const listening = stack.use(await startGraph({ ports: { graph: port } }));
  const contoso = seedContoso(listening.emulator, { people, ...(seed !== undefined && { seed }) });
  const story = new Hono()
    .get('/expected', (context) => context.json(contoso.expected))
    .get('/hr.csv', (context) => context.text(hrFile(contoso)))
    .post('/changes', (context) => context.json(tenRealisticChanges(listening.emulator, contoso)));
  const { url, server } = await listen(story);
  stack.defer(() => {
    server.close();
  });
  const { authority, graph, control } = listening.urls;
  const started = stack.move();
  return {
    url: graph,
    facts: {
      authority,
      graph,
      control,
      story: url,
      tenant: contoso.domain,
      clientId: contoso.clientId,
      secret: contoso.clientSecret,
      people: contoso.people.length,
    },
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

async function emulateRamp({ port }: EmulatorOptions): Promise<Emulator> {
  const { url, token, controlUrl, [Symbol.asyncDispose]: stop } = await startRamp({ port });
  return { url, facts: { scim: url, token, control: controlUrl }, [Symbol.asyncDispose]: stop };
}

async function listen(
  app: Hono,
): Promise<{ readonly url: string; readonly server: ReturnType<typeof serve> }> {
  const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 });
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', reject);
  });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, server };
}
