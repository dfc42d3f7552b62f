/** Whom `bench:scim` compares with, beside each database: what is installed of it. */

import { existsSync } from 'node:fs';
import path from 'node:path';

export interface Peer {
  /** On npm. */
  readonly name: string;
  /** The server that it is put into. */
  readonly script: string;
  /** `disk`: the same database as the product, one of its own. */
  readonly storage: 'memory' | 'disk';
  /** Cases that it does not do, whatever it answers. */
  readonly lacks: readonly string[];
}

/** Installed apart: see its folder. */
export const JACKSON = {
  name: '@boxyhq/saml-jackson',
  manifest: path.join(import.meta.dirname, 'peers/package.json'),
} as const;

/** It has no storage: that is left to whoever uses it. */
const SCIMMY: Peer = {
  name: 'scimmy-routers',
  script: 'scim-peer.ts',
  storage: 'memory',
  lacks: [],
};

/** @param database Of the product: `sqlite` or `postgresql`. */
export function installedPeers(database: string): readonly Peer[] {
  const folder = path.join(path.dirname(JACKSON.manifest), 'node_modules', JACKSON.name);
  return existsSync(folder) ? [SCIMMY, jackson(database)] : [SCIMMY];
}

function jackson(database: string): Peer {
  return {
    name: JACKSON.name,
    script: 'scim-peer-jackson.ts',
    // Its SQLite is better-sqlite3 12, which ends the process under Node 24.19 and later as soon as a statement
    // is collected (`RemoveEnvironmentCleanupHook`).
    storage: database === 'postgresql' ? 'disk' : 'memory',
    // It takes what a filter compares with for a user name, whatever the attribute, and no page has more than 50.
    lacks: ['filter without an index', 'list of 100'],
  };
}
