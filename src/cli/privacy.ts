import { Command } from 'commander';
import { allowCommand } from './privacy-allow.ts';
import { eraseCommand } from './privacy-erase.ts';
import { exportCommand } from './privacy-export.ts';
import { proofCommand } from './privacy-proof.ts';
import { reportCommand } from './privacy-report.ts';
import { rewriteCommand } from './privacy-rewrite.ts';
import type { Session } from './session.ts';

export function privacyCommand(session: Session): Command {
  return new Command('privacy')
    .description('export, erase, proof: what is stored about one person, and its end')
    .helpOption('-h, --help', 'this text')
    .helpCommand(false)
    .addCommand(exportCommand(session))
    .addCommand(eraseCommand(session))
    .addCommand(proofCommand(session))
    .addCommand(reportCommand(session))
    .addCommand(allowCommand(session))
    .addCommand(rewriteCommand(session));
}
