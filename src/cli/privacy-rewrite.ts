import type { Command } from 'commander';
import type { Overwritten } from '../sync/privacy-storage.ts';
import { body, type CommonOptions, configurationOf, newCommand, type Session } from './session.ts';
import type { Output } from './terminal.ts';

export function rewriteCommand(session: Session): Command {
  const command = newCommand('rewrite', 'nothing of what was deleted is left in the file');
  return body<CommonOptions>(session, command, async (options, out) => {
    await using opened = await session.services.open(await configurationOf(session, options, out));
    const overwritten = await opened.engine.privacy.overwrite(true);
    out.json({ overwritten });
    sayOverwritten(overwritten, out);
    return 0;
  });
}

export function sayOverwritten(overwritten: Overwritten, out: Output): void {
  out.say(SENTENCES[overwritten]);
}

const SENTENCES: Readonly<Record<Overwritten, string>> = {
  done: 'The file of the store was rewritten: nothing of what was deleted is left in it.',
  later:
    'Free pages of the file still hold what was deleted: lockstep privacy rewrite, while nobody works.',
  database:
    'PostgreSQL frees deleted rows when it vacuums; its archives and backups end as you configured.',
};
