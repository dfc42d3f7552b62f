import { readFile, writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { type ImportedSchema, importEntraSchema } from '../config/import/entra-schema.ts';
import { recordsCommand } from './import-records.ts';
import { body, type CommonOptions, newCommand, Refusal, type Session } from './session.ts';
import type { Output } from './terminal.ts';

interface ImportOptions extends CommonOptions {
  readonly out?: string;
  readonly source: string;
  readonly target: string;
  readonly application?: string;
}

export function importCommand(session: Session): Command {
  return new Command('import')
    .description('an Entra provisioning job as YAML; records into a system')
    .helpOption('-h, --help', 'this text')
    .helpCommand(false)
    .addCommand(entraSchema(session))
    .addCommand(recordsCommand(session));
}

function entraSchema(session: Session): Command {
  const command = newCommand('entra-schema', 'a synchronization schema exported from Graph')
    .argument('<file>', 'the JSON of …/synchronization/jobs/ID/schema')
    .option('-o, --out <file>', 'write the YAML there instead of to stdout')
    .option('--source <name>', 'what Entra ID is to be called', 'entra')
    .option('--target <name>', 'what the application is to be called', 'app')
    .option('--application <name>', 'the enterprise application people are assigned to');
  return body<ImportOptions>(session, command, async (options, out, [file = '']) => {
    const { source: system, target, application } = options;
    const { yaml, remarks } = importEntraSchema(await readJson(file), {
      system,
      target,
      offered: offered(session),
      ...(application !== undefined && { application }),
    });
    out.json({ yaml, remarks });
    if (!out.machine) for (const remark of remarks) noteRemark(remark, out);
    if (yaml === '') {
      throw new Refusal('nothing-imported', `nothing of ${file} could be carried over`, {
        remedy: 'see the remarks; a schema is exported from the job, not from its template',
      });
    }
    if (options.out === undefined) out.say(yaml.trimEnd());
    else {
      await writeNew(options.out, yaml);
      out.say(`Written to ${options.out}. Check it with: lockstep check -c ${options.out}`);
    }
    return 0;
  });
}

/** What the connector would map besides, for the import to switch off. */
function offered(session: Session): Readonly<Record<string, readonly string[]>> {
  const scim = session.services.world.connectors.find(({ type }) => type === 'scim');
  const defaults = scim?.writeDefaults?.();
  if (!defaults?.ok) return {};
  return Object.fromEntries(
    Object.entries(defaults.value).map(([kind, { map }]) => [kind, Object.keys(map)]),
  );
}

function noteRemark({ item, status, text }: ImportedSchema['remarks'][number], out: Output): void {
  if (status === 'imported') return;
  const mark =
    status === 'not-supported' ? out.paint('red', 'not carried over') : out.paint('yellow', 'note');
  out.note(`${mark}  ${item}: ${text}`);
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse((await readFile(file, 'utf8')).replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new Refusal('file-unreadable', `${file}: ${(error as Error).message}`, {
      remedy: 'a JSON file is needed here',
      exit: 64,
    });
  }
}

async function writeNew(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text, { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new Refusal('file-exists', `${file} is there already`, {
      remedy: 'name another with --out',
      exit: 64,
    });
  }
}
