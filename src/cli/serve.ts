import type { Command } from 'commander';
import { DEFAULT_TENANT } from '../server/tenants/tenant.ts';
import {
  body,
  type CommonOptions,
  installationOf,
  newCommand,
  Refusal,
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
      const { port, tenant } = options;
      if (tenant !== DEFAULT_TENANT) {
        throw new Refusal('serves-all-tenants', 'a server serves every tenant, not one of them', {
          remedy: 'leave --tenant out; a token says whose data is asked',
          exit: 64,
        });
      }
      const configuration = await installationOf(session, options.config, out);
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
