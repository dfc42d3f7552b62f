/** What the commands work with, of the rooms they may not know. */

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { accessIn } from './access.ts';
import type { Opened, OpenTenants, OpenTokens, Services } from './cli/services.ts';
import { connectorTypes, openEngine, openTrial } from './compose.ts';
import type { Configuration } from './config/configuration.ts';
import type { ConfigurationWorld } from './config/load.ts';
import { startServing } from './serve/serve.ts';
import { STAND_INS } from './stand-ins.ts';
import { openDatabase } from './store/open.ts';
import { verbsOf } from './sync/bind.ts';
import { thisPerson } from './sync/process.ts';
import { openInstallation } from './tenants.ts';

const now = (): Date => new Date();

const root = path.resolve(import.meta.dirname, '..');

const world: ConfigurationWorld = {
  env: process.env,
  connectors: connectorTypes(),
  profiles: path.join(root, 'profiles'),
};

export const services: Services = {
  version: productVersion(),
  world,
  schemaFile: path.join(root, 'schema/lockstep.schema.json'),
  mainFile: path.join(import.meta.dirname, 'main.ts'),
  open,
  openTrial,
  serve: (configuration, options) => startServing(configuration, options, world),
  openTokens,
  openTenants,
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

async function openTenants(configuration: Configuration): Promise<OpenTenants> {
  const installation = await openInstallation(configuration, world);
  return {
    tenants: installation.tenants(thisPerson(), now),
    configurationOf: installation.configurationOf,
    [Symbol.asyncDispose]: () => installation[Symbol.asyncDispose](),
  };
}

async function openTokens(configuration: Configuration): Promise<OpenTokens> {
  const { store, directory, tenant } = configuration;
  const database = await openDatabase(store, directory, tenant);
  return {
    access: accessIn(database, configuration, thisPerson(), now),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}
