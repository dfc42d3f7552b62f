/**
 * The dependency rule of `src`. A room may import the rooms named beside it and nothing else; of
 * `connectors`, other rooms see only `spi`. `docs/architecture.md` shows the same picture.
 */

import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const VALUES = ['identity', 'scim', 'mapping', 'connectors/spi'];
const ENGINE = [...VALUES, 'warehouse', 'plan', 'apply', 'lifecycle', 'audit', 'events'];

const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  identity: [],
  scim: ['identity'],
  mapping: ['identity', 'scim'],
  'connectors/spi': ['identity', 'scim'],
  connectors: ['identity', 'scim', 'connectors/spi'],
  warehouse: VALUES,
  plan: [...VALUES, 'warehouse'],
  apply: [...VALUES, 'warehouse', 'plan'],
  lifecycle: [...VALUES, 'warehouse', 'plan'],
  audit: [...VALUES, 'plan', 'apply'],
  events: [...VALUES, 'plan', 'apply'],
  sync: ENGINE,
  store: [...ENGINE, 'sync', 'connectors/directory', 'connectors/inbound', 'server'],
  config: VALUES,
  server: [...ENGINE, 'sync', 'config'],
  cli: [...ENGINE, 'sync', 'config', 'server'],
  // What is wired already, with doors to the world.
  serve: [
    ...ENGINE,
    ...['sync', 'config', 'store', 'server', 'cli', 'connectors/directory'],
    ...['access.ts', 'compose.ts', 'tenants.ts', 'told-writes.ts'],
  ],
  // The stand-in for Ramp is our own directory behind our own service provider.
  emulators: ['identity', 'scim', 'connectors/spi', 'connectors/directory', 'server'],
};

const root = path.resolve(import.meta.dirname, '../src');

/** The room a file under `src` belongs to: its first folder; under `connectors` its first two. */
function roomOf(file: string): string {
  const parts = path.relative(root, file).split(path.sep);
  return parts[0] === 'connectors' ? parts.slice(0, 2).join('/') : (parts[0] ?? '');
}

function importsOf(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(/\b(?:from|import\() ?'(\.[^']+)'/g)].map(
    ([, specifier]) => path.resolve(path.dirname(file), specifier ?? ''),
  );
}

const files = globSync('*/**/*.ts', { cwd: root })
  .filter((file) => !/\.(test|bench)\.ts$/.test(file))
  .map((file) => path.join(root, file));

function allowedFor(room: string): readonly string[] | undefined {
  return MAY_IMPORT[room] ?? MAY_IMPORT[room.split('/')[0] ?? ''];
}

describe('each room', () => {
  for (const room of new Set(files.map(roomOf))) {
    it(`${room} imports only what it may`, () => {
      const allowed = allowedFor(room);
      const strangers = files
        .filter((file) => roomOf(file) === room)
        .flatMap((file) =>
          importsOf(file)
            .map(roomOf)
            .filter((used) => used !== room && !allowed?.includes(used))
            .map((used) => `${path.relative(root, file)} imports ${used}`),
        );
      expect(strangers).toEqual([]);
    });
  }
});
