/**
 * Configurations of tenants besides `default`: the same document without what belongs to the
 * installation. One that the store keeps was written by somebody who may not touch this machine, so
 * it names neither its files nor its variables, and only connectors that the installation allows.
 */

import { access, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Tenant } from '../identity/identity.ts';
import type { Place, Problem, Result } from '../identity/problem.ts';
import type { Configuration, TenantRules } from './configuration.ts';
import { type ConfigurationWorld, readConfiguration } from './load.ts';
import { optionsJsonSchema } from './options-schema.ts';
import { secretsOf } from './secret-keys.ts';
import { type Path, parseSource, type Source } from './source.ts';
import { CONNECTORS_OF_DOCUMENTS } from './tenant-rules.ts';

interface Asked {
  readonly name: Tenant;
  /** As the store keeps it. */
  readonly document?: string;
}

type Origin =
  | { readonly type: 'file' | 'shared'; readonly file: string }
  | { readonly type: 'store'; readonly text: string };

/** Its own file, else its document in the store, else the one for all. */
export async function tenantOrigin(
  { directory, tenants }: Pick<Configuration, 'directory' | 'tenants'>,
  { name, document }: Asked,
): Promise<Origin | undefined> {
  const file = path.join(directory, 'tenants', `${name}.yaml`);
  if (await exists(file)) return { type: 'file', file };
  if (document !== undefined) return { type: 'store', text: document };
  return tenants?.document === undefined ? undefined : { type: 'shared', file: tenants.document };
}

/** @returns Undefined where nothing configures it. */
export async function loadTenant(
  installation: Configuration,
  asked: Asked,
  world: ConfigurationWorld,
): Promise<Result<Configuration> | undefined> {
  const origin = await tenantOrigin(installation, asked);
  if (origin === undefined) return undefined;
  const { name } = asked;
  const file = origin.type === 'store' ? `tenants/${name}` : origin.file;
  const text = origin.type === 'store' ? origin.text : await readFile(origin.file, 'utf8');
  const parsed = parseSource(text, file);
  if (!parsed.ok) return parsed;
  const problems = [
    ...installationProblems(parsed.value),
    ...(origin.type === 'store' ? storedProblems(parsed.value, installation.tenants, world) : []),
  ];
  if (problems.length > 0) return { ok: false, problems };
  const loaded = await readConfiguration(text, file, world);
  if (!loaded.ok) return loaded;
  const { store, server } = installation;
  const { directory } = origin.type === 'store' ? installation : loaded.value;
  return { ...loaded, value: { ...loaded.value, tenant: name, store, server, directory } };
}

const OF_INSTALLATION = ['store', 'server', 'tenants'];

function installationProblems(source: Source): readonly Problem[] {
  const { systems } = isMap(source.data) ? source.data : {};
  const places = [
    ...OF_INSTALLATION.map((key): Path => [key]),
    // A certificate says nothing of tenants, so it would be believed of any.
    ...Object.keys(isMap(systems) ? systems : {}).map(
      (name): Path => ['systems', name, 'serve', 'certificates'],
    ),
  ];
  return places
    .filter((at) => source.has(at))
    .map((at) => ({
      code: 'installation-setting',
      severity: 'error',
      message: `"${String(at.at(-1))}" belongs to the installation, not to a tenant`,
      remedy: 'write it into the configuration of the installation',
      place: source.keyPlace(at),
    }));
}

/** Alerts leave for addresses inside, a key for signing would lie in the open. */
const NOT_IN_STORE = ['alerts', 'audit'];

function storedProblems(
  source: Source,
  { connectors = CONNECTORS_OF_DOCUMENTS }: Partial<TenantRules> = {},
  world: ConfigurationWorld,
): readonly Problem[] {
  const problems: Problem[] = NOT_IN_STORE.filter((key) => source.has([key])).map((key) =>
    notInStore(`no "${key}"`, source.keyPlace([key])),
  );
  for (const at of references(source.data, [])) {
    problems.push(notInStore('no reference to a variable or a file', source.place(at)));
  }
  const { systems } = isMap(source.data) ? source.data : {};
  for (const [name, system] of Object.entries(isMap(systems) ? systems : {})) {
    const { connector, profile, options } = isMap(system) ? system : {};
    const definition = world.connectors.find(({ type }) => type === connector);
    const secret = secretsOf(definition && optionsJsonSchema(definition.options));
    for (const at of keysAmong(secret, options, ['systems', name, 'options'])) {
      problems.push(notInStore('no secrets, which would lie in the open', source.keyPlace(at)));
    }
    if (typeof connector === 'string' && !connectors.includes(connector)) {
      problems.push({
        code: 'connector-not-allowed',
        severity: 'error',
        message: `a document that the store keeps may not use the connector "${connector}"`,
        remedy: `allowed here: ${connectors.join(', ')}; see tenants: connectors`,
        place: source.place(['systems', name, 'connector']),
      });
    }
    // Whatever is no plain name leads to a file.
    if (typeof profile === 'string' && !/^[a-z0-9-]+$/.test(profile)) {
      const place = source.place(['systems', name, 'profile']);
      problems.push(notInStore('a profile of the product, not of a file', place));
    }
  }
  return problems;
}

function notInStore(what: string, place: Place): Problem {
  return {
    code: 'not-in-store',
    severity: 'error',
    message: `in a document that the store keeps: ${what}`,
    remedy: 'write the configuration into a file under tenants/',
    place,
  };
}

function references(value: unknown, at: Path): readonly Path[] {
  if (typeof value === 'string') return /\$\{[^}:]*:/.test(value) ? [at] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => references(part, [...at, key]));
}

function keysAmong(keys: ReadonlySet<string>, value: unknown, at: Path): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) =>
    keys.has(key) ? [[...at, key]] : keysAmong(keys, part, [...at, key]),
  );
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
