/** What every command has in common: its options, its configuration, its exit code. */

import { readFile } from 'node:fs/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Configuration } from '../config/configuration.ts';
import { loadConfiguration } from '../config/load.ts';
import { describeProblem } from '../config/text.ts';
import type { Problem, Result } from '../identity/problem.ts';
import { DEFAULT_TENANT } from '../server/tenants/tenant.ts';
import type { Verdict, Watch } from '../sync/engine.ts';
import type { Verbs } from '../sync/verbs.ts';
import { progressDisplay } from './progress.ts';
import { type Exit, Refusal } from './refusal.ts';
import { remoteVerbs } from './remote.ts';
import { type RemoteServer, remoteServer } from './remote-http.ts';
import type { Services } from './services.ts';
import { type Output, output, type Terminal } from './terminal.ts';

export { type Exit, Refusal } from './refusal.ts';

export interface Session {
  readonly services: Services;
  readonly terminal: Terminal;
  /** Aborts on Ctrl-C and on SIGTERM. */
  readonly signal: AbortSignal;
  /** Set by the command that ran. */
  exit: Exit;
}

export const EXIT: Readonly<Record<Verdict, Exit>> = { done: 0, failed: 1, held: 2 };

/** Options of every command. */
export interface CommonOptions {
  readonly config: string;
  readonly tenant: string;
  readonly json?: true;
}

/** Options of commands that a server can carry out as well. */
export interface VerbOptions extends CommonOptions {
  readonly server?: string;
  readonly tokenFile?: string;
}

/** A configuration with problems: all of them. */
export class ConfigurationRefused extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(`the configuration has ${problems.length} problems`);
    this.name = 'ConfigurationRefused';
    this.problems = problems;
  }
}

const DEFAULT_FILE = 'lockstep.yaml';

/** A command with the options that all have. */
export function newCommand(name: string, summary: string): Command {
  return new Command(name)
    .description(summary)
    .option('-c, --config <file>', 'the configuration', DEFAULT_FILE)
    .option('--tenant <name>', 'whose', DEFAULT_TENANT)
    .option('--json', 'JSON on stdout and nothing else')
    .helpOption('-h, --help', 'this text')
    .allowExcessArguments(false)
    .showSuggestionAfterError(true);
}

/** A command that is carried out here, or by a server elsewhere. */
export function verbCommand(name: string, summary: string): Command {
  return newCommand(name, summary)
    .option('--server <url>', 'ask this Lockstep server; LOCKSTEP_TOKEN is its token')
    .option('--token-file <file>', 'with --server: where its token is');
}

/** Runs the body of a command; its result becomes the exit code. */
export function body<Options extends CommonOptions>(
  session: Session,
  command: Command,
  work: (options: Options, out: Output, operands: readonly string[]) => Promise<Exit>,
): Command {
  return command.action(async () => {
    const options = command.opts<Options>();
    const out = output(session.terminal, options.json === true);
    session.exit = await work(options, out, command.processedArgs.flat() as readonly string[]);
  });
}

/** The configuration, or every problem it has; warnings go to stderr. */
export async function configurationOf(
  session: Session,
  { config, tenant }: CommonOptions,
  out: Output,
): Promise<Configuration> {
  const installation = await installationOf(session, config, out);
  if (tenant === DEFAULT_TENANT) return installation;
  await using opened = await session.services.openTenants(installation);
  const result = await opened.configurationOf(tenant);
  if (result === undefined) {
    throw new Refusal('unknown-tenant', `there is no tenant "${tenant}"`, {
      remedy: 'see lockstep tenant list; without --tenant it is default',
      exit: 64,
    });
  }
  return sound(result, out);
}

/** The configuration of the installation, which is that of the tenant `default`. */
export async function installationOf(
  session: Session,
  config: string,
  out: Output,
): Promise<Configuration> {
  return sound(await loadConfiguration(config, session.services.world), out);
}

function sound(result: Result<Configuration>, out: Output): Configuration {
  if (!result.ok) throw new ConfigurationRefused(result.problems);
  for (const warning of result.warnings ?? []) {
    out.note(`${out.paint('yellow', 'warning')} ${describeProblem(warning)}`);
  }
  return result.value;
}

/** What a command works with, here or on a server. */
export interface Reached {
  readonly verbs: Verbs;
  /** All there are, in the order of the configuration. */
  readonly systems: readonly string[];
  readonly now: () => Date;
}

/** Opens the engine, or reaches for a server, for the time of some work; shows progress to whoever watches. */
export async function withVerbs(
  session: Session,
  options: VerbOptions,
  out: Output,
  work: (reached: Reached, watch: Watch) => Promise<Exit>,
): Promise<Exit> {
  const { signal, services, terminal } = session;
  if (options.server !== undefined) {
    const verbs = remoteVerbs(await reachedServer(session, options, options.server));
    const systems = await verbs.systems();
    using display = progressDisplay(out, terminal.stderr);
    const watch = { signal, progress: display.show };
    return await work({ verbs, systems, now: () => new Date() }, watch);
  }
  const configuration = await configurationOf(session, options, out);
  await using opened = await services.open(configuration);
  using display = progressDisplay(out, terminal.stderr);
  const watch = { signal, progress: display.show };
  const { verbs, engine } = opened;
  const systems = configuration.systems.map(({ name }) => name);
  return await work({ verbs, systems, now: () => engine.now() }, watch);
}

export async function reachedServer(
  session: Session,
  options: VerbOptions,
  url: string,
): Promise<RemoteServer> {
  const token = await tokenOf(session, options);
  return remoteServer({ url, token, fetch: session.services.fetch });
}

async function tokenOf({ services }: Session, { tokenFile }: VerbOptions): Promise<string> {
  const token =
    tokenFile === undefined ? services.world.env.LOCKSTEP_TOKEN : await readToken(tokenFile);
  if (token !== undefined && token.trim() !== '') return token.trim();
  throw new Refusal('token-missing', 'a server is asked with a token, and there is none', {
    remedy: 'set LOCKSTEP_TOKEN, or name a file with --token-file',
    exit: 64,
  });
}

async function readToken(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new Refusal('file-unreadable', `${file} cannot be read: ${(error as Error).message}`, {
      exit: 64,
    });
  }
}

/** Systems named on the command line exist. */
export function knownSystems(
  known: readonly string[],
  named: readonly string[],
): readonly string[] | undefined {
  for (const name of named) {
    if (known.includes(name)) continue;
    throw new Refusal('unknown-system', `there is no system "${name}"`, {
      remedy: `systems here: ${known.join(', ')}`,
      exit: 64,
    });
  }
  return named.length > 0 ? named : undefined;
}

export function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('a whole number is needed.');
  return Number(text);
}

/** `--set department=Sales`, as often as needed. */
export function assignment(
  text: string,
  before: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    throw new InvalidArgumentError('write attribute=value.');
  }
  return { ...before, [name]: value };
}

export function systemOption(help: string): Option {
  return new Option('-s, --system <name>', help);
}
