#!/usr/bin/env node
/** The executable: the world outside, handed to the command line. */

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { runProgram } from './cli/program.ts';
import type { Opened, OpenTokens, Services } from './cli/services.ts';
import { connectorTypes, openEngine, openTrial } from './compose.ts';
import type { Configuration } from './config/configuration.ts';
import type { ConfigurationWorld } from './config/load.ts';
import { startServing } from './serve.ts';
import { toldTokens } from './server/told-tokens.ts';
import { STAND_INS } from './stand-ins.ts';
import { openAudit } from './store/audit.ts';
import { openDatabase } from './store/open.ts';
import { tokenStorage } from './store/tokens.ts';
import { verbsOf } from './sync/bind.ts';
import { thisPerson } from './sync/process.ts';

const root = path.resolve(import.meta.dirname, '..');

const world: ConfigurationWorld = {
  env: process.env,
  connectors: connectorTypes(),
  profiles: path.join(root, 'profiles'),
};

const services: Services = {
  version: productVersion(),
  world,
  schemaFile: path.join(root, 'schema/lockstep.schema.json'),
  mainFile: import.meta.filename,
  open,
  openTrial,
  serve: (configuration, options) => startServing(configuration, options, world),
  openTokens,
  fetch: globalThis.fetch,
  emulators: STAND_INS,
};

function productVersion(): string {
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')));
  return version;
}

async function open(configuration: Configuration): Promise<Opened> {
  const engine = await openEngine(configuration);
  return {
    engine,
    verbs: verbsOf(engine),
    [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
  };
}

async function openTokens({ store, directory }: Configuration): Promise<OpenTokens> {
  const database = await openDatabase(store, directory);
  const now = () => new Date();
  return {
    storage: toldTokens(tokenStorage(database), openAudit(database), thisPerson(), now),
    tenant: database.tenant,
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

/** The first signal asks for an orderly end; who asks again does not want to wait. */
function endingSignal(): AbortSignal {
  const ending = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (ending.signal.aborted) process.exit(name === 'SIGINT' ? 130 : 143);
      ending.abort();
    });
  }
  // A child of the demonstration ends with its parent, however that ended.
  process.once('disconnect', () => ending.abort());
  return ending.signal;
}

// A reader that has seen enough (`lockstep log | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await runProgram(process.argv.slice(2), services, process, endingSignal());
// An open channel to a parent would keep this process for ever.
if (process.connected) process.disconnect();
