import { access, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cancel, confirm, intro, isCancel, outro, select, text } from '@clack/prompts';
import { type Command, Option } from 'commander';
import { body, type CommonOptions, newCommand, Refusal, type Session } from './session.ts';
import {
  type Answers,
  answersOf,
  SOURCES,
  type SourceChoice,
  starter,
  TARGETS,
  type TargetChoice,
} from './starter.ts';
import { isInteractive } from './terminal.ts';

interface InitOptions extends CommonOptions {
  readonly from?: SourceChoice;
  readonly to?: TargetChoice;
  readonly entraTenant?: string;
  readonly clientId?: string;
  readonly application?: string;
  readonly file?: string;
  readonly url?: string;
  readonly force?: true;
}

export function initCommand(session: Session): Command {
  const command = newCommand('init', 'a starter lockstep.yaml, asked for step by step')
    .addOption(new Option('--from <source>', 'where people come from').choices(['entra', 'csv']))
    .addOption(new Option('--to <target>', 'where accounts go').choices(['ramp', 'scim']))
    .option('--entra-tenant <domain>', 'such as contoso.onmicrosoft.com')
    .option('--client-id <id>', "the app registration's application (client) ID")
    .option('--application <name>', 'the enterprise application people are assigned to')
    .option('--file <path>', 'the CSV file')
    .option('--url <url>', 'the SCIM base URL')
    .option('--force', 'overwrite what is there');
  return body<InitOptions>(session, command, async (options, out) => {
    const file = options.config;
    const asking = isInteractive(session.terminal) && !out.machine;
    if (asking) intro('A starter configuration');
    const exists = await access(file).then(
      () => true,
      () => false,
    );
    if (exists && !options.force) await mayOverwrite(file, asking);
    const answers = asking ? await ask(options) : withoutQuestions(options);
    const schema = path.relative(path.dirname(path.resolve(file)), session.services.schemaFile);
    await mkdir(path.dirname(path.resolve(file)), { recursive: true });
    await writeFile(file, starter(answers, schema));

    const next = [
      ...answers.secrets.map(({ name, help }) => `export ${name}=…   # ${help}`),
      'lockstep check',
      'lockstep plan',
      'lockstep run',
    ];
    out.json({ written: file, next });
    if (asking) outro(`Written to ${file}`);
    else out.say(`Written to ${file}. Next:`);
    for (const line of next) out.say(`  ${out.paint('cyan', line)}`);
    return 0;
  });
}

async function mayOverwrite(file: string, asking: boolean): Promise<void> {
  const refusal = new Refusal('file-exists', `${file} is there already`, {
    remedy: 'name another with --config, or overwrite it with --force',
    exit: 64,
  });
  if (!asking) throw refusal;
  const yes = answered(
    await confirm({ message: `${file} is there already. Overwrite it?`, initialValue: false }),
  );
  if (!yes) throw refusal;
}

function withoutQuestions(options: InitOptions): Answers {
  const { from, to } = options;
  if (from === undefined || to === undefined) {
    throw new Refusal('choice-missing', 'without a terminal, --from and --to must be given', {
      remedy: 'such as: lockstep init --from entra --to ramp',
      exit: 64,
    });
  }
  return answersOf(from, to, given(options));
}

async function ask(options: InitOptions): Promise<Answers> {
  const from =
    options.from ??
    answered(
      await select<SourceChoice>({
        message: 'Where do people come from?',
        options: [
          { value: 'entra', label: 'Microsoft Entra ID' },
          { value: 'csv', label: 'A CSV file', hint: 'from HR, say' },
        ],
      }),
    );
  const to =
    options.to ??
    answered(
      await select<TargetChoice>({
        message: 'Where do their accounts go?',
        options: [
          { value: 'ramp', label: 'Ramp' },
          { value: 'scim', label: 'Another application that speaks SCIM 2.0' },
        ],
      }),
    );
  const fixed = { ...SOURCES[from].fixed, ...TARGETS[to].fixed };
  const values: Record<string, string> = {};
  for (const { key, message } of [...SOURCES[from].questions, ...TARGETS[to].questions]) {
    // Only people of a directory with applications can be assigned to one.
    if (key === 'application' && from !== 'entra') continue;
    values[key] =
      given(options)[key] ??
      answered(await text({ message, initialValue: fixed[key] ?? '', validate: notEmpty }));
  }
  return answersOf(from, to, values);
}

function given({
  entraTenant,
  clientId,
  application,
  file,
  url,
}: InitOptions): Record<string, string> {
  const all = { entraTenant, clientId, application, file, url };
  return Object.fromEntries(
    Object.entries(all).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}

function notEmpty(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === '' ? 'Something is needed here.' : undefined;
}

function answered<Value>(answer: Value): Exclude<Value, symbol> {
  if (!isCancel(answer)) return answer as Exclude<Value, symbol>;
  cancel('Nothing was written.');
  throw new Refusal('cancelled', 'cancelled', { exit: 64 });
}
