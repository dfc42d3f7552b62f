/** Tokens and clients of one tenant, wired: kept in its store, told to its trail. */

import type { Actor } from './audit/entry.ts';
import { connectorTypes } from './compose.ts';
import type { Configuration } from './config/configuration.ts';
import { type Access, accessOf, type Reachable } from './server/auth/access.ts';
import { toldClients } from './server/auth/told-clients.ts';
import { toldTokens } from './server/told-tokens.ts';
import { openAudit } from './store/audit.ts';
import { clientStorage } from './store/clients.ts';
import type { Database } from './store/database.ts';
import { tokenStorage } from './store/tokens.ts';

export function accessIn(
  database: Database,
  configuration: Configuration,
  actor: Actor,
  now: () => Date,
): Access {
  const trail = openAudit(database);
  return accessOf(
    toldTokens(tokenStorage(database), trail, actor, now),
    toldClients(clientStorage(database), trail, actor, now),
    { tenant: database.tenant, systems: reachable(configuration), now },
  );
}

function reachable({ systems }: Configuration): Reachable {
  const receiving = new Set(
    connectorTypes().flatMap(({ type, receives }) => (receives === true ? [type] : [])),
  );
  return new Map(
    systems.map(({ name, connector, serve }) => [
      name,
      serve !== undefined || receiving.has(connector),
    ]),
  );
}
