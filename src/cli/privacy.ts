import { Command } from 'commander';
import { exportCommand } from './privacy-export.ts';
import type { Session } from './session.ts';

export function privacyCommand(session: Session): Command {
  return new Command('privacy')
    .description('export: what is stored about one person')
    .helpOption('-h, --help', 'this text')
    .helpCommand(false)
    .addCommand(exportCommand(session));
}
