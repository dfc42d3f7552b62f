import { type Command, InvalidArgumentError } from 'commander';
import { signOf, whatMoves } from '../plan/text.ts';
import type { OutcomeQuery, OutcomeRow } from '../sync/ledger.ts';
import type { StatusReport, Unsent } from '../sync/verbs.ts';
import { personNamed } from './person.ts';
import {
  body,
  knownSystems,
  type Session,
  type VerbOptions,
  verbCommand,
  wholeNumber,
  withVerbs,
} from './session.ts';
import { shortened, tableLines } from './table.ts';
import type { Output } from './terminal.ts';
import { ago, codeText, colourOf, count, counted, duration } from './words.ts';

interface LogOptions extends VerbOptions {
  readonly unsent?: true;
  readonly person?: string;
  readonly run?: string;
  readonly code?: string;
  readonly failed?: true;
  readonly since?: Date;
  readonly limit: number;
}

export function logCommand(session: Session): Command {
  const command = verbCommand('log', 'what happened, the newest first')
    .argument('[system]', 'only in this target')
    .option('--unsent', 'who was not provisioned, and why')
    .option('--person <name>', 'only this one')
    .option('--run <id>', 'only of this run')
    .option('--code <code>', 'only failures of this code')
    .option('--failed', 'only what failed')
    .option('--since <time>', 'as 2026-01-31, 2026-01-31T08:00Z, or 2h, 3d', moment)
    .option('-n, --limit <number>', 'at most so many', wholeNumber, 50);
  return body<LogOptions>(session, command, (options, out, [target]) =>
    withVerbs(session, options, out, async ({ verbs, systems, now }) => {
      if (target !== undefined) knownSystems(systems, [target]);
      if (options.unsent) {
        const people = await sayUnsent(verbs.unsent(target), now(), options.limit, out);
        if (people === 0) sayNobody(await verbs.status(), target, out);
        return 0;
      }
      const identity =
        options.person === undefined ? undefined : (await personNamed(options.person, verbs)).id;
      const query: OutcomeQuery = {
        limit: options.limit,
        ...(target !== undefined && { target }),
        ...(identity !== undefined && { identity }),
        ...(options.run !== undefined && { run: options.run }),
        ...(options.code !== undefined && { code: options.code }),
        ...(options.failed && { type: 'failed' }),
        ...(options.since !== undefined && { since: options.since }),
      };
      let shown = 0;
      for await (const row of verbs.log(query)) {
        shown++;
        out.json(row);
        out.say(outcomeLine(row, out));
      }
      if (shown === 0) out.say('Nothing happened that fits.');
      return 0;
    }),
  );
}

export function outcomeLine(
  { at, type, operation, failure, message, why }: OutcomeRow,
  { paint, width }: Output,
): string {
  const mark = paint(colourOf(operation.action), signOf(operation.action));
  const time = paint('grey', at.toISOString().slice(0, 19).replace('T', ' '));
  const what =
    type === 'done'
      ? whatMoves(operation)
      : paint('red', `${type}: ${failure?.message ?? message ?? why ?? ''}`);
  return shortened(
    `${time}  ${operation.system}  ${mark} ${operation.label.padEnd(32)}  ${what}`,
    width,
  );
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

const UNIT: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

function moment(text: string): Date {
  const [, number, unit] = /^(\d+)([mhd])$/.exec(text) ?? [];
  const at =
    number === undefined
      ? new Date(text)
      : new Date(Date.now() - Number(number) * (UNIT[unit ?? 'd'] ?? 0));
  if (Number.isNaN(at.getTime())) throw new InvalidArgumentError('a date, or such as 2h or 3d.');
  return at;
}
