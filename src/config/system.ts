/** One system of the document: its options by its connector's schema, its profile merged in. */

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { ConnectorDefinition, WriteDefaults } from '../connectors/spi/index.ts';
import { type Problem, suggestion } from '../identity/problem.ts';
import type { ObjectKind } from '../identity/record.ts';
import { leniencyFor } from '../scim/clients.ts';
import type {
  ReadConfiguration,
  ReadRow,
  SystemConfiguration,
  WriteConfiguration,
} from './configuration.ts';
import { optionsJsonSchema } from './options-schema.ts';
import { schemaProblems } from './problems.ts';
import type { ReadDocument } from './read-document.ts';
import { secretsOf } from './secret-keys.ts';
import { resolveSecrets, withoutSecrets } from './secrets.ts';
import { type Path, parseSource, type Source } from './source.ts';
import type { SystemDocument } from './system-document.ts';
import { trustedIssuers } from './trust.ts';
import { writeConfiguration } from './write.ts';

export interface LoadedSystem {
  readonly configuration: SystemConfiguration;
  /** What the profile offers, by kind; the target's schema where it is known in advance. */
  readonly defaults: Readonly<Record<ObjectKind, WriteDefaults>>;
  /** False when the profile could not be read, so that nothing is known of what it would supply. */
  readonly defaultsKnown: boolean;
  /** The default read maps know every attribute there is; otherwise a record may have more. */
  readonly defaultReadMap: ConnectorDefinition<unknown>['defaultReadMap'];
  /** Options as written, without those that are secret. */
  readonly openOptions: unknown;
}

interface Loaded {
  readonly system?: LoadedSystem;
  readonly problems: readonly Problem[];
}

interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly connectors: readonly ConnectorDefinition<unknown>[];
  readonly profiles: string;
  readonly directory: string;
}

export async function loadSystem(
  name: string,
  document: SystemDocument,
  source: Source,
  surroundings: Surroundings,
): Promise<Loaded> {
  const at: Path = ['systems', name];
  const definition = surroundings.connectors.find(({ type }) => type === document.connector);
  if (definition === undefined) {
    const known = surroundings.connectors.map(({ type }) => type);
    return { problems: [unknown('connector', document.connector, known, source, at)] };
  }
  const options = await loadOptions(definition, document, source, at, surroundings);
  const profile = loadProfile(document.profile, source, at, surroundings);
  const defaults = profile.ok
    ? writeDefaults(definition, profile.data, source, at)
    : { value: {}, problems: [] };
  const written = Object.entries(document.write ?? {}).map(([kind, write]) => ({
    kind,
    ...writeConfiguration(write ?? {}, defaults.value[kind], source, [...at, 'write', kind], kind),
  }));
  const problems = [
    ...options.problems,
    ...(profile.ok ? [] : [profile.problem]),
    ...defaults.problems,
    ...written.flatMap((write) => write.problems),
  ];

  const alsoWritten = written.length > 0;
  const read = Object.entries(document.read ?? {}).map(
    ([kind, entry]): [ObjectKind, ReadConfiguration] => [
      kind,
      readConfiguration(entry ?? {}, definition.defaultReadMap[kind] ?? {}, alsoWritten),
    ],
  );
  const write = written.map(({ kind, value }): [ObjectKind, WriteConfiguration] => [kind, value]);
  return {
    problems,
    system: {
      defaults: defaults.value,
      defaultsKnown: profile.ok && defaults.problems.length === 0,
      defaultReadMap: definition.defaultReadMap,
      openOptions: options.open,
      configuration: {
        name,
        connector: document.connector,
        options: options.value,
        ...(profile.ok && profile.data !== undefined && { profile: profile.data }),
        read: Object.fromEntries(read),
        write: Object.fromEntries(write),
        ...(document.serve !== undefined && {
          serve: {
            leniency: leniencyFor(document.serve?.clients ?? [], document.serve?.lenient),
            ...offerOf(document.serve ?? {}),
            ...(document.serve?.trust && { trust: trustedIssuers(document.serve.trust) }),
          },
        }),
      },
    },
  };
}

type ServeDocument = Partial<NonNullable<SystemDocument['serve']>>;

function offerOf({
  kinds,
  map,
  readOnly,
  certificates,
}: ServeDocument): Omit<NonNullable<SystemConfiguration['serve']>, 'leniency' | 'trust'> {
  return {
    ...(kinds && { kinds }),
    ...(map && { map }),
    ...(readOnly && { readOnly }),
    ...(certificates && { certificates }),
  };
}

async function loadOptions(
  definition: ConnectorDefinition<unknown>,
  document: SystemDocument,
  source: Source,
  at: Path,
  surroundings: Surroundings,
): Promise<{ readonly value: unknown; readonly open: unknown; readonly problems: Problem[] }> {
  const place: Path = [...at, 'options'];
  const written = document.options ?? {};
  const shape = optionsJsonSchema(definition.options);
  const resolved = resolveSecrets(written, place, source, surroundings);
  const parsed = await definition.options.safeParseAsync(resolved.value);
  const unresolved = new Set(resolved.problems.map((problem) => placeText(problem)));
  const wrong = parsed.success
    ? []
    : schemaProblems(parsed.error.issues, source, written, place, shape).filter(
        // What could not be put in is not wrong besides.
        (problem) => !unresolved.has(placeText(problem)),
      );
  const secretKeys = secretsOf(shape);
  const inTheOpen = Object.entries(written).flatMap(([key, value]): Problem[] =>
    secretKeys.has(key) && typeof value === 'string' && !value.includes(`\${`)
      ? [
          {
            code: 'secret-in-the-open',
            severity: 'warning',
            message: `"${key}" is a secret and is written in the file itself`,
            remedy: `keep it outside, as \${env:NAME} or \${file:PATH}`,
            place: source.place([...place, key]),
          },
        ]
      : [],
  );
  const problems = [...resolved.problems, ...wrong, ...inTheOpen].map((problem) => ({
    ...problem,
    message: withoutSecrets(problem.message, resolved.secrets),
  }));
  return { value: parsed.data, open: without(written, secretKeys), problems };
}

function placeText({ place }: Problem): string {
  return `${place?.line}:${place?.column}`;
}

function without(value: unknown, keys: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((item) => without(item, keys));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !keys.has(key))
      .map(([key, item]) => [key, without(item, keys)]),
  );
}

type Profile =
  | { readonly ok: true; readonly data?: unknown }
  | { readonly ok: false; readonly problem: Problem };

/** One that comes with the product by its name, one's own as a file beside the document. */
function loadProfile(
  name: string | undefined,
  source: Source,
  at: Path,
  { profiles, directory }: Surroundings,
): Profile {
  if (name === undefined) return { ok: true };
  const own = /\.ya?ml$/.test(name);
  const file = own ? path.resolve(directory, name) : path.join(profiles, `${name}.yaml`);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    const known = own ? [] : profileNames(profiles);
    return { ok: false, problem: unknown('profile', name, known, source, at) };
  }
  const parsed = parseSource(text, own ? name : `profiles/${name}.yaml`);
  if (parsed.ok) return { ok: true, data: parsed.value.data };
  const [problem] = parsed.problems;
  return problem === undefined ? { ok: true } : { ok: false, problem };
}

function profileNames(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length));
}

function writeDefaults(
  definition: ConnectorDefinition<unknown>,
  profile: unknown,
  source: Source,
  at: Path,
): {
  readonly value: Readonly<Record<ObjectKind, WriteDefaults>>;
  readonly problems: readonly Problem[];
} {
  const offered = definition.writeDefaults?.(profile);
  if (offered === undefined) return { value: {}, problems: [] };
  if (offered.ok) return { value: offered.value, problems: [] };
  const place = source.place([...at, 'profile']);
  return { value: {}, problems: offered.problems.map((problem) => ({ place, ...problem })) };
}

function readConfiguration(
  document: ReadDocument,
  defaultMap: Readonly<Record<string, string>>,
  alsoWritten: boolean,
): ReadConfiguration {
  const rows: Record<string, ReadRow> = {};
  for (const [name, expression] of Object.entries(defaultMap)) rows[name] = { expression };
  for (const [name, row] of Object.entries(document.map ?? {})) {
    if (typeof row === 'string') rows[name] = { expression: row };
    else {
      const expression = row.value ?? `[${name}]`;
      rows[name] = row.ref === undefined ? { expression } : { expression, ref: row.ref };
    }
  }
  return {
    creates: document.creates ?? !alsoWritten,
    authority: document.authority ?? !alsoWritten,
    ...(document.while !== undefined && { while: document.while }),
    join: document.join ?? [],
    map: rows,
    precedence: document.precedence ?? {},
    authoritative: document.authoritative ?? [],
    ...(document.modified !== undefined && { modified: document.modified }),
  };
}

function unknown(
  what: 'connector' | 'profile',
  name: string,
  known: readonly string[],
  source: Source,
  at: Path,
): Problem {
  const meant = suggestion(name, known);
  return {
    code: `unknown-${what}`,
    severity: 'error',
    message: `unknown ${what} "${name}"${meant === undefined ? '' : `; did you mean "${meant}"?`}`,
    ...(known.length > 0 && { remedy: `known: ${known.toSorted().join(', ')}` }),
    place: source.place([...at, what]),
  };
}
