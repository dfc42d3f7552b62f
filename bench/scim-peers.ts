/** Whom `bench:scim` compares with: what is installed of it. */

import { existsSync } from 'node:fs';
import path from 'node:path';

export interface Peer {
  /** On npm. */
  readonly name: string;
  /** The server that it is put into. */
  readonly script: string;
  /** Cases that it does not do, whatever it answers. */
  readonly lacks: readonly string[];
}

/** Installed apart: see its folder. */
export const JACKSON = {
  name: '@boxyhq/saml-jackson',
  script: 'scim-peer-jackson.ts',
  // It takes what a filter compares with for a user name, whatever the attribute, and no page has more than 50.
  lacks: ['filter without an index', 'list of 100'],
  manifest: path.join(import.meta.dirname, 'peers/package.json'),
} as const satisfies Peer & { readonly manifest: string };

const SCIMMY: Peer = { name: 'scimmy-routers', script: 'scim-peer.ts', lacks: [] };

export function installedPeers(): readonly Peer[] {
  const folder = path.join(path.dirname(JACKSON.manifest), 'node_modules', JACKSON.name);
  return existsSync(folder) ? [SCIMMY, JACKSON] : [SCIMMY];
}
