/**
 * The stand-in on a port. Beside the SCIM service, `/control` is what a person does in Ramp by hand,
 * and what a test wants to see or to go wrong.
 */

import { type HttpBindings, serve } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { Hono } from 'hono';
import { z } from 'zod';
import { fault, LostAnswer } from './faults.ts';
import { type RampSettings, type RampStandIn, ramp } from './ramp.ts';

export interface RampServer extends RampStandIn, AsyncDisposable {
  /** Address of the control page's API. */
  readonly controlUrl: string;
}

/** @param settings `port` 0 takes any free one. It listens on loopback only. */
export async function startRamp(
  settings: RampSettings & { readonly port?: number } = {},
): Promise<RampServer> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: settings.port ?? 0 });
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', reject);
  });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : settings.port;
  const origin = `http://127.0.0.1:${port}`;
  const standIn = await ramp(settings, origin);
  app.route('/control', controlApi(standIn));
  app.all('*', async (context) => {
    try {
      return await standIn.fetch(context.req.raw);
    } catch (error) {
      if (!(error instanceof LostAnswer)) throw error;
      context.env.outgoing.destroy();
      return RESPONSE_ALREADY_SENT;
    }
  });
  return {
    ...standIn,
    controlUrl: `${origin}/control`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
}

const person = z.object({ userName: z.string() });
const editing = person.extend({
  attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});

function controlApi(standIn: RampStandIn): Hono {
  const app = new Hono();
  app.onError((error, context) => context.json({ error: error.message }, 400));
  app.get('/users', async (context) => context.json(await standIn.users()));
  app.get('/mail', async (context) => context.json(await standIn.mailbox()));
  app.get('/counters', (context) => context.json(standIn.counters()));
  app.get('/lists', async (context) =>
    context.json({
      departments: await standIn.departments(),
      locations: await standIn.locations(),
    }),
  );
  app.post('/confirm-email', async (context) => {
    await standIn.confirmEmail(person.parse(await context.req.json()).userName);
    return context.body(null, 204);
  });
  app.post('/accept-invitation', async (context) => {
    await standIn.acceptInvitation(person.parse(await context.req.json()).userName);
    return context.body(null, 204);
  });
  app.post('/edit', async (context) => {
    const { userName, attributes } = editing.parse(await context.req.json());
    await standIn.edit(userName, attributes);
    return context.body(null, 204);
  });
  app.post('/faults', async (context) => {
    standIn.fault(fault.parse(await context.req.json()));
    return context.body(null, 204);
  });
  app.delete('/faults', (context) => {
    standIn.clearFaults();
    return context.body(null, 204);
  });
  return app;
}
