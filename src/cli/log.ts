import { type Command, InvalidArgumentError, Option } from 'commander';
import type { OutcomeQuery, OutcomeRow } from '../sync/ledger.ts';
import { remedyOf } from '../sync/log-steps.ts';
import type { StatusReport, Unsent, Verbs } from '../sync/verbs.ts';
import { headerOf, linesOf, TABLES, type Table } from './log-csv.ts';
import { sayEntry } from './log-page.ts';
import { type QueryOptions, queryOf, SHOWN, withQueryOptions } from './log-query.ts';
import { outcomeLine } from './outcome-line.ts';
import { Refusal } from './refusal.ts';
import {
  body,
  knownSystems,
  type Session,
  type VerbOptions,
  verbCommand,
  withVerbs,
} from './session.ts';
import { shortened, tableLines } from './table.ts';
import type { Output } from './terminal.ts';
import { ago, codeText, count, counted, duration } from './words.ts';

interface LogOptions extends VerbOptions, QueryOptions {
  readonly unsent?: true;
  readonly operation?: string;
  readonly csv?: Table | true;
  readonly bom?: true;
  readonly steps?: true;
}

export function logCommand(session: Session): Command {
  const command = withQueryOptions(
    verbCommand('log', 'what happened, the newest first')
      .argument('[system]')
      .option('--unsent', 'who was not provisioned, and why')
      .option('--operation <entry>', 'this one, step by step'),
  )
    .addOption(
      new Option('--csv [table]', 'for spreadsheets: operations, or changes')
        .argParser(tableNamed)
        .conflicts('json'),
    )
    .option('--bom', 'with --csv: marked as UTF-8')
    .option('--steps', 'with --json: each with its five steps');
  return body<LogOptions>(session, command, (options, out, [named]) =>
    withVerbs(session, options, out, async ({ verbs, systems, now }) => {
      const target = named ?? options.system;
      if (target !== undefined) knownSystems(systems, [target]);
      if (options.operation !== undefined) {
        await sayOperation(options.operation, verbs, out);
        return 0;
      }
      if (options.unsent) {
        const people = await sayUnsent(verbs.unsent(target), now(), options.limit ?? SHOWN, out);
        if (people === 0) sayNobody(await verbs.status(), target, out);
        return 0;
      }
      const { csv } = options;
      const query = await queryOf(options, target, verbs, csv !== undefined || out.machine);
      if (csv !== undefined) {
        await sayCsv(query, csv === true ? 'operations' : csv, options, verbs, out);
      } else if (out.machine && options.steps) {
        for await (const entry of verbs.entries(query)) out.json(entry);
      } else {
        await sayRows(verbs.log(query), out);
      }
      return 0;
    }),
  );
}

function tableNamed(text: string): Table {
  const table = TABLES.find((each) => each === text);
  if (table === undefined) throw new InvalidArgumentError(`one of ${TABLES.join(', ')}.`);
  return table;
}

async function sayRows(rows: AsyncIterable<OutcomeRow>, out: Output): Promise<void> {
  let shown = 0;
  for await (const row of rows) {
    shown++;
    out.json(row);
    if (out.machine) continue;
    const entry = shortEntry(row.entry).padEnd(ENTRY_WIDTH);
    const narrower = { ...out, width: out.width - ENTRY_WIDTH - 2 };
    out.say(`${out.paint('grey', entry)}  ${outcomeLine(row, narrower)}`);
    const remedy = remedyOf(row);
    if (remedy !== undefined) {
      out.say(shortened(`${' '.repeat(ENTRY_WIDTH + 2)}${out.paint('grey', remedy)}`, out.width));
    }
  }
  if (shown === 0) out.say('Nothing happened that fits.');
}

const KEY_LENGTH = 9;
const ENTRY_WIDTH = 13;

/** As much as tells it from others, nearly always: when its plan was made, and its place there. */
function shortEntry(entry: string): string {
  const [key = '', position = ''] = entry.split('.');
  return `${key.slice(0, KEY_LENGTH)}.${position}`;
}

export async function sayOperation(named: string, verbs: Verbs, out: Output): Promise<void> {
  const [entry, other] = await Array.fromAsync(verbs.entries({ entry: named, limit: 2 }));
  if (entry === undefined) {
    throw new Refusal('no-such-entry', `the log has no entry ${named}`, {
      remedy: 'lockstep log shows entries in front; what is older than keep.log is not kept',
    });
  }
  if (other !== undefined) {
    throw new Refusal('ambiguous-entry', `more than one entry begins with ${named}`, {
      remedy: `say which: ${entry.entry} (${entry.operation.system}) or ${other.entry} (${other.operation.system})`,
      exit: 2,
    });
  }
  out.json(entry);
  if (!out.machine) sayEntry(entry, out);
}

const BYTE_ORDER_MARK = '\uFEFF';

/** A line at a time: an export may be longer than memory. */
async function sayCsv(
  query: OutcomeQuery,
  table: Table,
  { bom }: LogOptions,
  verbs: Verbs,
  out: Output,
): Promise<void> {
  out.say(`${bom ? BYTE_ORDER_MARK : ''}${headerOf(table)}`);
  for await (const entry of verbs.entries(query)) {
    for (const line of linesOf(entry, table)) out.say(line);
  }
}

async function sayUnsent(
  people: AsyncIterable<Unsent>,
  now: Date,
  limit: number,
  out: Output,
): Promise<number> {
  let total = 0;
  const rows: string[][] = [];
  for await (const one of people) {
    total++;
    out.json(one);
    if (out.machine || total > limit) continue;
    const next =
      one.nextAttemptAt === undefined
        ? 'waits for a change'
        : `tried again in ${duration(Math.max(0, one.nextAttemptAt.getTime() - now.getTime()))}`;
    rows.push([
      one.target,
      one.label,
      out.paint('yellow', one.code),
      `${one.message} (since ${ago(one.since, now)}; ${next})`,
    ]);
  }
  if (total === 0) return 0;
  for (const line of tableLines(rows, { width: out.width, indent: 0 })) out.say(line);
  if (total > limit)
    out.say(out.paint('grey', `… and ${count(total - limit)} more; --limit shows them`));
  out.say();
  out.say(
    `The whole story of one: ${out.paint('cyan', `lockstep explain ${quoted(rows[0]?.[1])}`)}`,
  );
  const codes = new Set(rows.map(([, , code]) => code ?? ''));
  if (!out.machine) {
    for (const code of codes) {
      const meaning = codeText(code);
      if (meaning !== code) out.say(out.paint('grey', `  ${code}: ${meaning}`));
    }
  }
  return total;
}

/** Whoever waits for a run was not refused, but is not there either. */
function sayNobody({ targets }: StatusReport, target: string | undefined, out: Output): void {
  const waiting = targets
    .filter((each) => target === undefined || each.target === target)
    .reduce((total, { due }) => total + due, 0);
  out.say(
    waiting === 0
      ? 'Everybody who should be there is there.'
      : `Nobody was refused so far; ${counted(waiting, 'person waits', 'people wait')} for the next run.`,
  );
}

function quoted(name = ''): string {
  return /[^\w@.+-]/.test(name) ? JSON.stringify(name) : name;
}
