import type { Command } from 'commander';
import type { Erasure } from '../sync/privacy-erase.ts';
import { sayOverwritten } from './privacy-rewrite.ts';
import {
  body,
  Refusal,
  type Session,
  type VerbOptions,
  verbCommand,
  withVerbs,
} from './session.ts';
import { tableLines } from './table.ts';
import type { Output } from './terminal.ts';
import { count, counted } from './words.ts';

const MOST = 1000;

export function proofCommand(session: Session): Command {
  const command = verbCommand('proof', 'what was erased, the newest first').argument(
    '[erasure]',
    'only this one, by id or the beginning of it',
  );
  return body<VerbOptions>(session, command, (options, out, [id]) =>
    withVerbs(session, options, out, async ({ verbs }) => {
      const all = await verbs.erasures(MOST);
      if (id === undefined) {
        for (const each of all) out.json(each);
        sayErasures(all, out);
        return 0;
      }
      const found = all.find((each) => each.id.startsWith(id));
      if (found === undefined) {
        throw new Refusal('no-such-erasure', `no erasure is called ${id}`, {
          remedy: 'lockstep privacy proof lists them',
        });
      }
      out.json(found);
      sayErasure(found, out);
      return 0;
    }),
  );
}

function sayErasures(all: readonly Erasure[], out: Output): void {
  const rows = all.map(({ id, begunAt, finishedAt, person, reason, erased }) => [
    out.paint('grey', id.slice(0, 8)),
    begunAt.toISOString().slice(0, 16).replace('T', ' '),
    finishedAt === undefined ? out.paint('yellow', 'interrupted') : 'erased',
    person,
    counted(rowsIn(erased), 'row'),
    reason,
  ]);
  for (const line of tableLines(rows, { width: out.width, indent: 0 })) out.say(line);
  if (rows.length === 0) out.say('Nobody was erased.');
}

export function sayErasure(erasure: Erasure, out: Output): void {
  const { id, person, finishedAt, erased, kept, suppressed, left, digest, audit } = erasure;
  out.say(
    finishedAt === undefined
      ? `The erasure of ${person} was interrupted: erase ${person} again, and it goes on.`
      : `${person} was erased at ${finishedAt.toISOString()}; the proof is ${id}.`,
  );
  const gone = erased.map(({ rows, what }) => [count(rows), what]);
  for (const line of tableLines(gone, { width: out.width, indent: 2, right: [0] })) out.say(line);
  for (const { rows, what, why } of kept)
    out.say(`Kept: ${what} (${counted(rows, 'row')}): ${why}.`);
  if (suppressed > 0) out.say(`${counted(suppressed, 'record')} will not be taken any more.`);
  if (left.length > 0) out.say(`Accounts that are nobody's stay in ${left.join(', ')}.`);
  out.say(out.paint('grey', `What was stored had the SHA-256 ${digest}.`));
  if (audit !== undefined) {
    out.say(out.paint('grey', `Entry ${audit.number} of the audit trail: ${audit.hash}.`));
  }
  if (erasure.overwritten !== undefined) sayOverwritten(erasure.overwritten, out);
}

function rowsIn(tables: readonly { readonly rows: number }[]): number {
  return tables.reduce((total, { rows }) => total + rows, 0);
}
