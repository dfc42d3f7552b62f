/**
 * From a file to a configuration: parsed, references put in, profiles merged, checked. What is wrong
 * comes all at once, with its line and column; a configuration that is returned is sound.
 */

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ConnectorDefinition } from '../connectors/spi/index.ts';
import type { Problem, Result } from '../identity/problem.ts';
import { withCarriedNames } from './carried.ts';
import { meaningProblems } from './check.ts';
import type { Alert, Configuration } from './configuration.ts';
import { cycleProblems } from './cycle-check.ts';
import { dateRules } from './dates.ts';
import { groupConfigurations } from './groups.ts';
import { identityConfiguration } from './identity.ts';
import { schemaProblems } from './problems.ts';
import { retentionProblems } from './retention.ts';
import {
  type ConfigurationDocument,
  configurationDocument,
  configurationJsonSchema,
} from './schema.ts';
import { resolveSecrets } from './secrets.ts';
import { certificateProblems, tlsProblems } from './serve.ts';
import { soundPart } from './sound.ts';
import { parseSource, type Source } from './source.ts';
import { type LoadedSystem, loadSystem } from './system.ts';
import { tenantRules } from './tenant-rules.ts';

/** What loading needs of the world outside. */
export interface ConfigurationWorld {
  readonly env: NodeJS.ProcessEnv;
  readonly connectors: readonly ConnectorDefinition<unknown>[];
  /** Folder of the profiles that come with the product. */
  readonly profiles: string;
}

/** @param file As typed; problems name it so. Relative paths inside start at its folder. */
export async function loadConfiguration(
  file: string,
  world: ConfigurationWorld,
): Promise<Result<Configuration>> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    return failed([unreadable(file, error)]);
  }
  return readConfiguration(text, file, world);
}

/** The same from its text. */
export async function readConfiguration(
  text: string,
  file: string,
  world: ConfigurationWorld,
): Promise<Result<Configuration>> {
  const parsed = parseSource(text, file);
  if (!parsed.ok) return parsed;
  const source = parsed.value;
  const { document, names, problems: shapeProblems } = readDocument(source, world.connectors);

  const directory = path.resolve(path.dirname(file));
  const where = { env: world.env, directory };
  const loaded: LoadedSystem[] = [];
  const problems: Problem[] = [...shapeProblems];
  for (const [name, system] of Object.entries(document.systems)) {
    const result = await loadSystem(name, system, source, { ...world, directory });
    problems.push(...result.problems);
    if (result.system !== undefined) loaded.push(result.system);
  }
  const dates = document.dates && dateRules(document.dates);
  const groups = groupConfigurations(document.groups, dates);
  const identity = identityConfiguration(document.identity);
  problems.push(
    ...meaningProblems(loaded, names, { groups, identity, ...(dates && { dates }) }, source),
    ...scheduleProblems(document.schedule?.systems, names, source),
  );
  const systems = withCarriedNames(loaded, groups, identity, dates);
  if (loaded.length === names.length) {
    problems.push(
      ...retentionProblems(document.keep.attributes, systems, identity, source),
      ...cycleProblems(systems, identity, source),
    );
  }

  const store = resolveSecrets(document.store, ['store'], source, where);
  const alerts = resolveSecrets(document.alerts ?? [], ['alerts'], source, where);
  const auditKey = resolveSecrets(document.audit?.key, ['audit', 'key'], source, where);
  const server = resolveSecrets(document.server, ['server'], source, where);
  for (const { problems: unresolved } of [store, alerts, auditKey, server])
    problems.push(...unresolved);
  const listens = server.value as Configuration['server'];
  const rules = document.tenants && tenantRules(document.tenants, directory);
  problems.push(...certificateProblems(systems, listens, rules, source));
  if (server.problems.length === 0) problems.push(...tlsProblems(listens.tls, source));
  const inOrder = problems.toSorted(byPlace);
  if (inOrder.some(({ severity }) => severity === 'error')) return failed(inOrder);

  return {
    ok: true,
    warnings: inOrder,
    value: {
      store: storeLocation(String(store.value), directory),
      systems,
      ...(dates && { dates }),
      ...(Object.keys(identity).length > 0 && { identity }),
      ...(groups.length > 0 && { groups }),
      ...(document.schedule && {
        schedule: {
          everySeconds: document.schedule.every,
          systems: document.schedule.systems ?? {},
        },
      }),
      alerts: alerts.value as readonly Alert[],
      ...(document.audit && {
        audit: {
          ...(typeof auditKey.value === 'string' && { key: auditKey.value }),
          ...(document.audit.keep !== undefined && { keepSeconds: document.audit.keep }),
        },
      }),
      keep: {
        logSeconds: document.keep.log,
        plansSeconds: document.keep.plans,
        historySeconds: document.keep.history,
        ...(document.keep.attributes && { attributeSeconds: document.keep.attributes }),
      },
      server: listens,
      ...(rules && { tenants: rules }),
      version: version(document, loaded),
      directory,
    },
  };
}

interface ReadDocument {
  readonly document: ConfigurationDocument;
  /** Every system that is written there, whatever its shape. */
  readonly names: readonly string[];
  readonly problems: readonly Problem[];
}

/** The parts of the document that have the right shape, and what is wrong with the others. */
function readDocument(
  source: Source,
  connectors: readonly ConnectorDefinition<unknown>[],
): ReadDocument {
  const data = source.data ?? {};
  const whole = configurationDocument.safeParse(data);
  if (whole.success) {
    return { document: whole.data, names: Object.keys(whole.data.systems), problems: [] };
  }
  const shape = configurationJsonSchema(connectors);
  const { systems } = data as { readonly systems?: unknown };
  return {
    document:
      soundPart(configurationDocument, data) ?? configurationDocument.parse({ systems: {} }),
    names: Object.keys(typeof systems === 'object' && systems ? systems : {}),
    problems: schemaProblems(whole.error.issues, source, data, [], shape),
  };
}

function storeLocation(store: string, directory: string): string {
  return /^postgres(ql)?:\/\//.test(store) ? store : path.resolve(directory, store);
}

/** Everything that decides what is written, and no secret. */
function version(document: ConfigurationDocument, loaded: readonly LoadedSystem[]): string {
  const { store, server, tenants, alerts, schedule, audit, keep, $schema, ...rest } = document;
  const decisive = {
    ...rest,
    systems: Object.entries(document.systems).map(([name, { options: _options, ...system }]) => ({
      name,
      ...system,
      options: loaded.find(({ configuration }) => configuration.name === name)?.openOptions,
      profile: loaded.find(({ configuration }) => configuration.name === name)?.configuration
        .profile,
    })),
  };
  return createHash('sha256').update(JSON.stringify(decisive)).digest('hex').slice(0, 16);
}

function unreadable(file: string, error: unknown): Problem {
  const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
  return {
    code: 'configuration-unreadable',
    severity: 'error',
    message: missing ? `${file} does not exist` : `${file} cannot be read: ${String(error)}`,
    remedy: missing
      ? 'write one with: lockstep init; or name another with --config'
      : 'check its permissions',
  };
}

/** An interval of a system that does not exist would be none at all. */
function scheduleProblems(
  intervals: Readonly<Record<string, number>> = {},
  names: readonly string[],
  source: Source,
): readonly Problem[] {
  const unknown = Object.keys(intervals).filter((name) => !names.includes(name));
  return unknown.map((name) => ({
    code: 'unknown-system',
    severity: 'error',
    message: `schedule names the system "${name}", which is not among the systems`,
    remedy: `systems here: ${names.join(', ')}`,
    place: source.keyPlace(['schedule', 'systems', name]),
  }));
}

function byPlace(a: Problem, b: Problem): number {
  return (
    (a.place?.line ?? 0) - (b.place?.line ?? 0) || (a.place?.column ?? 0) - (b.place?.column ?? 0)
  );
}

function failed(problems: readonly Problem[]): Result<never> {
  return { ok: false, problems };
}
