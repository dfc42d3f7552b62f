/** The command line: which commands there are, and how they end. */

import { Command, CommanderError } from 'commander';
import { describeProblem } from '../config/text.ts';
import { suggestion } from '../identity/problem.ts';
import { applyCommand } from './apply.ts';
import { auditCommand } from './audit.ts';
import { checkCommand } from './check.ts';
import { completionCommand } from './completion.ts';
import { demoCommand } from './demo/demo.ts';
import { emulateCommand } from './emulate.ts';
import { evalCommand } from './eval.ts';
import { explainCommand } from './explain.ts';
import { groupsCommand } from './groups.ts';
import { identityCommand } from './identity.ts';
import { importCommand } from './import.ts';
import { initCommand } from './init.ts';
import { logCommand } from './log.ts';
import { planCommand } from './plan.ts';
import { privacyCommand } from './privacy.ts';
import { provisionCommand } from './provision.ts';
import { reconcileCommand } from './reconcile.ts';
import { releaseCommand } from './release.ts';
import { reviewCommand } from './review.ts';
import { runCommand } from './run.ts';
import { serveCommand } from './serve.ts';
import type { Services } from './services.ts';
import { ConfigurationRefused, type Exit, Refusal, type Session } from './session.ts';
import { statusCommand } from './status.ts';
import { tenantCommand } from './tenant.ts';
import { output, type Terminal } from './terminal.ts';
import { tokenCommand } from './token.ts';
import { undoCommand } from './undo.ts';

const COMMANDS: readonly ((session: Session) => Command)[] = [
  initCommand,
  checkCommand,
  planCommand,
  applyCommand,
  runCommand,
  explainCommand,
  provisionCommand,
  releaseCommand,
  reconcileCommand,
  undoCommand,
  statusCommand,
  logCommand,
  auditCommand,
  reviewCommand,
  identityCommand,
  groupsCommand,
  privacyCommand,
  serveCommand,
  tokenCommand,
  tenantCommand,
  evalCommand,
  importCommand,
  emulateCommand,
  demoCommand,
];

/** @param parameters What was typed after the name of the program. */
export async function runProgram(
  parameters: readonly string[],
  services: Services,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<Exit> {
  const session: Session = { services, terminal, signal, exit: 0 };
  const program = newProgram(session);
  try {
    await program.parseAsync(parameters, { from: 'user' });
    return session.exit;
  } catch (error) {
    return report(error, parameters.includes('--json'), session);
  }
}

function newProgram(session: Session): Command {
  const { stdout, stderr } = session.terminal;
  const program = new Command('lockstep');
  const commands = COMMANDS.map((make) => make(session));
  commands.push(completionCommand(session, commands));
  for (const command of commands) program.addCommand(command);
  for (const command of [program, ...commands.flatMap((one) => [one, ...one.commands])]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
    });
  }
  return (
    program
      .version(session.services.version, '-V, --version', 'of the product')
      .helpCommand(false)
      // Options belong to the command they follow, also below one that has the same.
      .enablePositionalOptions()
      .showSuggestionAfterError(true)
      .configureHelp({ formatHelp: () => overview(commands) })
      .argument('[command]')
      .allowUnknownOption()
      .allowExcessArguments()
      .action((name: string | undefined) => {
        if (name !== undefined) throw unknownCommand(name, commands);
        stdout.write(overview(commands));
        session.exit = 64;
      })
  );
}

function unknownCommand(name: string, commands: readonly Command[]): Refusal {
  const known = commands.map((command) => command.name());
  const meant = suggestion(name, known);
  const hint = meant === undefined ? '' : `; did you mean "${meant}"?`;
  return new Refusal('wrong-usage', `there is no command "${name}"${hint}`, {
    remedy: 'lockstep --help shows them all',
    exit: 64,
  });
}

const NAMED_BELOW: readonly string[] = ['import', 'completion', 'demo', 'emulate'];

/** One screen of 24 lines. */
function overview(commands: readonly Command[]): string {
  // What is needed once is named below, so that the list fits.
  const lines = commands
    .filter((command) => !NAMED_BELOW.includes(command.name()))
    .map((command) => {
      const operands = command.registeredArguments.map((argument) => {
        const name = argument.name().toUpperCase() + (argument.variadic ? '…' : '');
        return argument.required ? name : `[${name}]`;
      });
      return `  ${[command.name(), ...operands].join(' ').padEnd(22)}${command.description()}`;
    });
  return [
    'Keeps the accounts in every system in step with the people they stand for.',
    ...lines,
    `Every command: --config FILE, --tenant NAME, --json, --help. Also: ${NAMED_BELOW.join(', ')}.`,
    'Exit codes: 0 done, 1 failed, 2 held or needs a person, 64 wrong usage.',
    '',
  ].join('\n');
}

function report(error: unknown, machine: boolean, session: Session): Exit {
  const out = output(session.terminal, machine);
  const red = out.paint('red', 'error');
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return session.exit;
    // What is wrong stands on stderr already; a program reads it where it reads everything else.
    const message = error.message.replace(/^error: /, '');
    out.json({ error: { code: 'wrong-usage', message } });
    return 64;
  }
  if (error instanceof ConfigurationRefused) {
    out.json({ problems: error.problems });
    for (const problem of error.problems) {
      const mark = problem.severity === 'error' ? red : out.paint('yellow', 'warning');
      if (!machine) out.note(`${mark} ${describeProblem(problem)}`);
    }
    return 1;
  }
  const refusal = asRefusal(error);
  if (refusal === undefined) throw error;
  const { code, message, remedy, exit } = refusal;
  out.json({ error: { code, message, ...(remedy !== undefined && { remedy }) } });
  if (!machine) {
    out.note(`${red} ${message}`);
    if (remedy !== undefined) out.note(`      ${remedy}`);
    out.note(out.paint('grey', `      ${code}: see docs/errors.md`));
  }
  return exit;
}

/** What rooms refuse has a code and a message; everything else is a bug and keeps its stack. */
function asRefusal(
  error: unknown,
): Pick<Refusal, 'code' | 'message' | 'remedy' | 'exit'> | undefined {
  if (error instanceof Refusal) return error;
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') {
    return undefined;
  }
  const remedy = 'remedy' in error && typeof error.remedy === 'string' ? error.remedy : undefined;
  return { code: error.code, message: error.message, remedy, exit: 1 };
}
