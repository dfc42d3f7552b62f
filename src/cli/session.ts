/** What every command has in common: its options, its configuration, its exit code. */

import { Command, InvalidArgumentError, Option } from 'commander';
import type { Configuration } from '../config/configuration.ts';
import { loadConfiguration } from '../config/load.ts';
import { describeProblem } from '../config/text.ts';
import type { Problem } from '../identity/problem.ts';
import type { Verdict, Watch } from '../sync/engine.ts';
import { progressDisplay } from './progress.ts';
import type { Opened, Services } from './services.ts';
import { type Output, output, type Terminal } from './terminal.ts';

export interface Session {
  readonly services: Services;
  readonly terminal: Terminal;
  /** Aborts on Ctrl-C and on SIGTERM. */
  readonly signal: AbortSignal;
  /** Set by the command that ran. */
  exit: Exit;
}

/** 0 done, 1 failed, 2 held or needs a person, 64 wrong usage (sysexits.h: EX_USAGE). */
export type Exit = 0 | 1 | 2 | 64;

export const EXIT: Readonly<Record<Verdict, Exit>> = { done: 0, failed: 1, held: 2 };

/** Options of every command. */
export interface CommonOptions {
  readonly config: string;
  readonly tenant: string;
  readonly json?: true;
}

/** Something that a person asked for and that cannot be: shown without a stack. */
export class Refusal extends Error {
  readonly code: string;
  readonly remedy: string | undefined;
  readonly exit: Exit;

  constructor(
    code: string,
    message: string,
    { remedy, exit = 1 }: { readonly remedy?: string; readonly exit?: Exit } = {},
  ) {
    super(message);
    this.name = 'Refusal';
    this.code = code;
    this.remedy = remedy;
    this.exit = exit;
  }
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
    .option('--tenant <name>', 'whose', 'default')
    .option('--json', 'JSON on stdout and nothing else')
    .helpOption('-h, --help', 'this text')
    .allowExcessArguments(false)
    .showSuggestionAfterError(true);
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
  if (tenant !== 'default') {
    throw new Refusal('unknown-tenant', `there is no tenant "${tenant}"`, {
      remedy: 'leave --tenant out: this installation has one, default',
      exit: 64,
    });
  }
  const result = await loadConfiguration(config, session.services.world);
  if (!result.ok) throw new ConfigurationRefused(result.problems);
  for (const warning of result.warnings ?? []) {
    out.note(`${out.paint('yellow', 'warning')} ${describeProblem(warning)}`);
  }
  return result.value;
}

/** Opens the engine for the time of some work, with progress for whoever watches. */
export async function withEngine(
  session: Session,
  options: CommonOptions,
  out: Output,
  work: (opened: Opened, watch: Watch, configuration: Configuration) => Promise<Exit>,
): Promise<Exit> {
  const configuration = await configurationOf(session, options, out);
  await using opened = await session.services.open(configuration);
  using display = progressDisplay(out, session.terminal.stderr);
  const watch = { signal: session.signal, progress: display.show };
  return await work(opened, watch, configuration);
}

/** Systems named on the command line exist. */
export function knownSystems(
  configuration: Configuration,
  named: readonly string[],
): readonly string[] | undefined {
  const known = configuration.systems.map(({ name }) => name);
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
