/** What the commands need of the rooms they may not know; `main.ts` hands it in. */

import type { Configuration } from '../config/configuration.ts';
import type { ConfigurationWorld } from '../config/load.ts';
import type { Tenant } from '../identity/identity.ts';
import type { Result } from '../identity/problem.ts';
import type { Access } from '../server/auth/access.ts';
import type { Tenants } from '../server/tenants/tenants.ts';
import type { Engine, Watch } from '../sync/engine.ts';
import type { WithReport, WithRequest } from '../sync/plan-with.ts';
import type { Verbs } from '../sync/verbs.ts';

export interface Services {
  /** Of the product, as its package says. */
  readonly version: string;
  readonly world: ConfigurationWorld;
  /** The JSON Schema of the configuration, for editors. */
  readonly schemaFile: string;
  /** The executable, to start it again. */
  readonly mainFile: string;
  /** Opens the store, migrates it, and wires the rooms together. */
  open(configuration: Configuration): Promise<Opened>;
  /** Two configurations over the store of the first, to see what the second would do. */
  openTrial(configuration: Configuration, next: Configuration): Promise<Trial>;
  /** SCIM, health and the schedule until the signal aborts; then whatever runs is brought to an end. */
  serve(configuration: Configuration, options: ServeOptions): Promise<Serving>;
  openTokens(configuration: Configuration): Promise<OpenTokens>;
  /** @param configuration Of the installation. */
  openTenants(configuration: Configuration): Promise<OpenTenants>;
  /** For servers named with --server. */
  readonly fetch: typeof globalThis.fetch;
  readonly emulators: Readonly<Record<'graph' | 'ramp', EmulatorStart>>;
}

export interface Opened extends AsyncDisposable {
  readonly engine: Engine;
  readonly verbs: Verbs;
}

export interface Trial extends AsyncDisposable {
  planWith(request: WithRequest, watch: Watch): Promise<WithReport>;
}

/** Tokens and clients of a tenant; only hashes are kept. */
export interface OpenTokens extends AsyncDisposable {
  readonly access: Access;
}

/** Tenants of an installation, and their configurations. */
export interface OpenTenants extends AsyncDisposable {
  readonly tenants: Tenants;
  /** @returns Undefined where there is no such tenant, or not any more. */
  configurationOf(tenant: Tenant): Promise<Result<Configuration> | undefined>;
}

export interface ServeOptions {
  readonly port?: number;
  readonly signal: AbortSignal;
  /** A line for the log of the process. */
  readonly log: (line: string) => void;
}

export interface Serving {
  readonly url: string;
  /** Resolves once everything has ended. */
  readonly ended: Promise<void>;
}

export interface EmulatorOptions {
  readonly port: number;
  /** People in the directory; ignored by stand-ins of applications. */
  readonly people: number;
  readonly seed?: string;
}

/** A stand-in that listens on loopback. */
export interface Emulator extends AsyncDisposable {
  readonly url: string;
  /** What a configuration needs to reach it, and where it is steered from; printed as it is. */
  readonly facts: Readonly<Record<string, unknown>>;
}

export type EmulatorStart = (options: EmulatorOptions) => Promise<Emulator>;
