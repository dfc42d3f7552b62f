import type { Command } from 'commander';
import {
  body,
  type CommonOptions,
  configurationOf,
  newCommand,
  type Session,
  wholeNumber,
} from './session.ts';

export function serveCommand(session: Session): Command {
  const command = newCommand('serve', 'schedule, SCIM and health, in one process').option(
    '-p, --port <number>',
    'instead of the one configured; 0 takes a free one',
    wholeNumber,
  );
  return body<CommonOptions & { readonly port?: number }>(
    session,
    command,
    async (options, out) => {
      const configuration = await configurationOf(session, options, out);
      const { port } = options;
      const serving = await session.services.serve(configuration, {
        signal: session.signal,
        ...(port !== undefined && { port }),
        log: (line) => out.note(`${new Date().toISOString()} ${line}`),
      });
      out.json({ url: serving.url });
      out.say(`Listening on ${out.paint('cyan', serving.url)}. Ctrl-C ends it.`);
      await serving.ended;
      return 0;
    },
  );
}
