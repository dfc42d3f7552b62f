import { open, rename } from 'node:fs/promises';
import type { Command } from 'commander';
import type { PersonExport } from '../sync/privacy-export.ts';
import {
  body,
  Refusal,
  type Session,
  type VerbOptions,
  verbCommand,
  withVerbs,
} from './session.ts';
import type { Output } from './terminal.ts';
import { counted } from './words.ts';

interface ExportOptions extends VerbOptions {
  readonly out?: string;
}

export function exportCommand(session: Session): Command {
  const command = verbCommand('export', 'everything that is stored about one person, as JSON')
    .argument('<person>', 'identity id, user name, e-mail, employee number or display name')
    .option('-o, --out <file>', 'write it there, readable for you alone');
  return body<ExportOptions>(session, command, (options, out, [person = '']) =>
    withVerbs(session, options, out, async ({ verbs }) => {
      const whole = await verbs.exportPerson(person);
      if (options.out === undefined) {
        out.json(whole);
        out.say(JSON.stringify(whole, undefined, 2));
        return 0;
      }
      await writePrivately(options.out, `${JSON.stringify(whole, undefined, 2)}\n`);
      out.json({ person: whole.person.id, file: options.out, ...counts(whole) });
      sayExport(whole, options.out, out);
      return 0;
    }),
  );
}

function sayExport(whole: PersonExport, file: string, out: Output): void {
  const { rows, tables } = counts(whole);
  out.say(
    `${whole.person.label}: ${counted(rows, 'row')} of ${counted(tables, 'table')} written to ${file}.`,
  );
}

function counts({ holdings }: PersonExport): { readonly rows: number; readonly tables: number } {
  return {
    rows: holdings.reduce((total, { rows }) => total + rows.length, 0),
    tables: holdings.length,
  };
}

/** Whole or not at all, and for nobody else to read. */
export async function writePrivately(file: string, text: string): Promise<void> {
  const unfinished = `${file}.${process.pid}.unfinished`;
  try {
    await using handle = await open(unfinished, 'w', 0o600);
    await handle.writeFile(text);
    await handle.sync();
    await rename(unfinished, file);
  } catch (error) {
    throw new Refusal('file-unwritable', `${file} cannot be written: ${(error as Error).message}`);
  }
}
