import { readFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { readCheckpoint } from '../audit/checkpoint.ts';
import {
  type AuditEntry,
  DEEDS,
  type Deed,
  type Detail,
  type DetailValue,
} from '../audit/entry.ts';
import { erasePerson, pruneTrail } from '../audit/keeping.ts';
import type { AuditVerdict } from '../audit/verify.ts';
import { csvLine } from './csv.ts';
import { moment, momentPast } from './moment.ts';
import { personNamed } from './person.ts';
import {
  body,
  type CommonOptions,
  configurationOf,
  newCommand,
  Refusal,
  type Session,
  type VerbOptions,
  verbCommand,
  wholeNumber,
  withVerbs,
} from './session.ts';
import { tableLines } from './table.ts';
import type { Output } from './terminal.ts';
import { count, counted } from './words.ts';

interface ListOptions extends VerbOptions {
  readonly from?: Date;
  readonly to?: Date;
  readonly actor?: string;
  readonly action?: Deed;
  readonly person?: string;
  readonly limit?: number;
  readonly csv?: true | 'raw';
}

const ON_A_SCREEN = 50;

export function auditCommand(session: Session): Command {
  const command = verbCommand('audit', 'who did what, and whether the record of it holds')
    .option('--from <time>', 'as 2026-01-31, 2026-01-31T08:00Z, or 2h, 3d', moment)
    .option('--to <time>', 'before then', moment)
    .option('--actor <name>', 'a part of who did it')
    .addOption(new Option('--action <name>', 'only this; see docs/audit.md').argParser(deed))
    .option('--person <name>', 'only about this one')
    .option('-n, --limit <number>', `at most so many; ${ON_A_SCREEN} on a screen`, wholeNumber)
    .addOption(new Option('--csv [raw]', 'for a spreadsheet; raw: for programs').argParser(rawOnly))
    .enablePositionalOptions()
    .configureHelp({ subcommandTerm: (each) => each.name() })
    .addCommand(verifyCommand(session))
    .addCommand(checkpointCommand(session))
    .addCommand(pruneCommand(session))
    .addCommand(eraseCommand(session))
    .helpCommand(false);
  return body<ListOptions>(session, command, (options, out) =>
    withVerbs(session, options, out, async ({ verbs }) => {
      const { from, to, actor, action, csv } = options;
      const whole = csv || out.machine;
      const person =
        options.person === undefined ? undefined : (await personNamed(options.person, verbs)).id;
      const limit = options.limit ?? (whole ? Number.MAX_SAFE_INTEGER : ON_A_SCREEN);
      const entries = verbs.audit({
        limit,
        ...(from && { from }),
        ...(to && { to }),
        ...(actor && { actor }),
        ...(action && { action }),
        ...(person && { person }),
        ...(whole && { format: csv ? 'csv' : 'json' }),
      });
      if (csv) await sayCsv(entries, csv === 'raw', out);
      else await sayEntries(entries, out);
      return 0;
    }),
  );
}

function rawOnly(text: string): 'raw' {
  if (text === 'raw') return text;
  throw new InvalidArgumentError('raw, or nothing.');
}

function deed(text: string): Deed {
  if (Object.hasOwn(DEEDS, text)) return text as Deed;
  throw new InvalidArgumentError(`one of ${Object.keys(DEEDS).join(', ')}.`);
}

async function sayEntries(entries: AsyncIterable<AuditEntry>, out: Output): Promise<void> {
  const rows: string[][] = [];
  for await (const entry of entries) {
    out.json(entry);
    if (out.machine) continue;
    const { number, at, actor, action, payload } = entry;
    rows.push([
      out.paint('grey', String(number)),
      at.toISOString().slice(0, 19).replace('T', ' '),
      actor,
      DEEDS[action] ?? action,
      payload?.subject ?? '',
      out.paint('grey', payload === undefined ? 'erased' : detailText(payload.detail)),
    ]);
  }
  for (const line of tableLines(rows, { width: out.width, indent: 0, right: [0] })) out.say(line);
  if (rows.length === 0) out.say('Nothing is recorded that fits.');
}

const COLUMNS = ['number', 'at', 'actor', 'action', 'subject', 'person', 'detail', 'hash'];

async function sayCsv(
  entries: AsyncIterable<AuditEntry>,
  raw: boolean,
  out: Output,
): Promise<void> {
  out.say(csvLine(COLUMNS));
  for await (const { number, at, actor, action, payload, hash } of entries) {
    const { subject = '', person = '', detail = {} } = payload ?? {};
    const about = [subject, person, payload === undefined ? '' : JSON.stringify(detail)];
    out.say(csvLine([String(number), at.toISOString(), actor, action, ...about, hash], raw));
  }
}

function detailText(detail: Detail): string {
  return Object.entries(detail)
    .map(([name, value]) => `${name} ${valueText(value)}`)
    .join(', ');
}

function valueText(value: DetailValue): string {
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return value.map(valueText).join('; ');
  return `(${detailText(value as Detail)})`;
}

interface VerifyOptions extends VerbOptions {
  readonly checkpoint?: string;
}

function verifyCommand(session: Session): Command {
  const command = verbCommand('verify', 'whether the chain of entries holds').option(
    '--checkpoint <file>',
    'also against what was kept elsewhere',
  );
  return body<VerifyOptions>(session, command, (options, out) =>
    withVerbs(session, options, out, async ({ verbs }) => {
      const { checkpoint: file } = options;
      const checkpoint = file === undefined ? undefined : readCheckpoint(await textOf(file));
      const verdict = await verbs.verifyAudit(checkpoint);
      out.json(verdict);
      sayVerdict(verdict, out);
      return verdict.whole ? 0 : 1;
    }),
  );
}

function sayVerdict(verdict: AuditVerdict, out: Output): void {
  const { entries, first, last, pruned, erased, checkpoint } = verdict;
  const { paint } = out;
  if (verdict.break !== undefined) {
    const { number, cause, message } = verdict.break;
    out.say(`${paint('red', 'Broken')} at entry ${number} (${cause}): ${message}`);
    out.say(paint('grey', 'audit-broken: see docs/errors.md'));
    return;
  }
  const range = entries === 0 ? '' : `, ${first} to ${last}`;
  out.say(`${paint('green', 'Whole')}: ${counted(entries, 'entry', 'entries')}${range}.`);
  if (pruned > 0) out.say(`The first ${count(pruned)} were pruned, as the chain itself tells.`);
  if (erased > 0) out.say(`Whom ${counted(erased, 'entry is', 'entries are')} about was erased.`);
  if (checkpoint !== undefined) out.say(COMPARED[checkpoint]);
  else if (entries > 0) out.say(paint('grey', WITHOUT_CHECKPOINT));
}

const COMPARED: Readonly<Record<NonNullable<AuditVerdict['checkpoint']>, string>> = {
  matches: 'The checkpoint is a part of it.',
  older: 'The checkpoint is older than what is kept, so it tells nothing.',
};

const WITHOUT_CHECKPOINT =
  'Whoever can write to the store can write a whole chain: compare with --checkpoint FILE.';

function checkpointCommand(session: Session): Command {
  const command = verbCommand('checkpoint', 'where the chain ends now, to be kept elsewhere');
  return body<VerbOptions>(session, command, (options, out) =>
    withVerbs(session, options, out, async ({ verbs }) => {
      const checkpoint = await verbs.auditCheckpoint();
      out.json(checkpoint);
      // The same for people and machines: it is to be kept as it is.
      out.say(JSON.stringify(checkpoint));
      if (checkpoint.signature === undefined && !out.machine) {
        out.note('It is not signed: set audit.key, or keep it where nobody else writes.');
      }
      return 0;
    }),
  );
}

interface PruneOptions extends CommonOptions {
  readonly before: Date;
}

function pruneCommand(session: Session): Command {
  const command = newCommand('prune', 'deletes old entries, provably').requiredOption(
    '--before <time>',
    'as 2026-01-31, or 400d; not to come',
    momentPast,
  );
  return body<PruneOptions>(session, command, async (options, out) => {
    await using opened = await session.services.open(await configurationOf(session, options, out));
    const { audit, actor, now } = opened.engine;
    const pruned = await pruneTrail(audit, options.before, { actor, at: now() });
    out.json({ pruned });
    out.say(`${counted(pruned, 'entry', 'entries')} deleted; the chain tells of them.`);
    return 0;
  });
}

function eraseCommand(session: Session): Command {
  const command = newCommand('erase', 'forgets that entries are about a person').argument(
    '<person>',
    'identity id, or any of their names',
  );
  return body<CommonOptions>(session, command, async (options, out, [person = '']) => {
    await using opened = await session.services.open(await configurationOf(session, options, out));
    const { engine, verbs } = opened;
    const [known] = await verbs.people(person);
    // Whoever is gone from everywhere else is known by the id alone.
    const id = known === undefined ? person : (await personNamed(person, verbs)).id;
    const erased = await erasePerson(engine.audit, id, { actor: engine.actor, at: engine.now() });
    out.json({ erased });
    out.say(`${counted(erased, 'entry', 'entries')} no longer say whom they are about.`);
    return 0;
  });
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new Refusal('file-unreadable', `${file} cannot be read: ${(error as Error).message}`, {
      exit: 64,
    });
  }
}
