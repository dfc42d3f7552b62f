/** The Graph stand-in in its own process: so many people, all assigned to Ramp by one group. */

import { seedContoso } from '../src/emulators/graph/seed/contoso.ts';
import { startGraph } from '../src/emulators/graph/server.ts';
import { serveOrders, settingsOf } from './child.ts';

export interface GraphReady {
  readonly graph: string;
  readonly authority: string;
  readonly tenant: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly provisioned: number;
  /** Some of them, by name. */
  readonly names: readonly string[];
  /** Some who come last in a run. */
  readonly last: readonly string[];
}

interface Change {
  readonly people: number;
  readonly round: number;
}

const { people } = settingsOf<{ people: number }>();
const { emulator, urls, ...listening } = await startGraph({ checkBodies: false });
const contoso = seedContoso(emulator, { people, assigned: 'group' });
emulator.control.throttle({ scale: 1000 });
const provisioned = contoso.expected.filter(({ outcome }) => outcome === 'provisioned');
const ready: GraphReady = {
  graph: urls.graph,
  authority: urls.authority,
  tenant: contoso.tenantId,
  clientId: contoso.clientId,
  clientSecret: contoso.clientSecret,
  provisioned: provisioned.length,
  names: provisioned.slice(0, 20).map(({ userPrincipalName }) => userPrincipalName),
  last: provisioned.slice(-20).map(({ userPrincipalName }) => userPrincipalName),
};
await serveOrders(ready, async ({ people: count, round }: Change) => {
  for (const { id } of provisioned.slice(0, count))
    emulator.control.act({ act: 'update', id, properties: { city: `City ${round}` } });
  return { changed: count };
});
await listening[Symbol.asyncDispose]();
