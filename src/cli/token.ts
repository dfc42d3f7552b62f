import { Command } from 'commander';
import {
  body,
  type CommonOptions,
  configurationOf,
  knownSystems,
  newCommand,
  Refusal,
  type Session,
} from './session.ts';
import { tableLines } from './table.ts';
import { ago } from './words.ts';

export function tokenCommand(session: Session): Command {
  return new Command('token')
    .description('create, list, revoke: for served systems')
    .helpOption('-h, --help', 'this text')
    .helpCommand(false)
    .addCommand(create(session))
    .addCommand(list(session))
    .addCommand(revoke(session));
}

function create(session: Session): Command {
  const command = newCommand('create', 'a new token; it is shown once and never again')
    .requiredOption('-s, --system <name>', 'the served system it opens')
    .option('--note <text>', 'whose it is');
  return body<CommonOptions & { readonly system: string; readonly note?: string }>(
    session,
    command,
    async (options, out) => {
      const configuration = await configurationOf(session, options, out);
      knownSystems(configuration, [options.system]);
      const served = configuration.systems.filter(({ serve }) => serve !== undefined);
      if (!served.some(({ name }) => name === options.system)) {
        throw new Refusal('system-not-served', `${options.system} is not served over SCIM`, {
          remedy: 'add serve: {} to the system',
          exit: 64,
        });
      }
      await using tokens = await session.services.tokens(configuration);
      const created = await tokens.create(options.system, options.note);
      out.json(created);
      out.say(created.token);
      if (!out.machine) out.note('Keep it now: it is not shown again.');
      return 0;
    },
  );
}

function list(session: Session): Command {
  return body<CommonOptions>(
    session,
    newCommand('list', 'which there are'),
    async (options, out) => {
      const configuration = await configurationOf(session, options, out);
      await using tokens = await session.services.tokens(configuration);
      const rows = await tokens.list();
      for (const row of rows) out.json(row);
      const now = new Date();
      const cells = rows.map(({ id, system, createdAt, lastUsedAt, note }) => [
        id,
        system,
        `created ${ago(createdAt, now)}`,
        lastUsedAt === undefined ? 'never used' : `used ${ago(lastUsedAt, now)}`,
        note ?? '',
      ]);
      for (const line of tableLines(cells, { width: out.width, indent: 0 })) out.say(line);
      if (rows.length === 0)
        out.say('There is none. Make one with: lockstep token create --system S');
      return 0;
    },
  );
}

function revoke(session: Session): Command {
  const command = newCommand('revoke', 'it opens nothing any more, at once').argument(
    '<id>',
    'as listed, or the beginning of it',
  );
  return body<CommonOptions>(session, command, async (options, out, [id = '']) => {
    const configuration = await configurationOf(session, options, out);
    await using tokens = await session.services.tokens(configuration);
    if (!(await tokens.revoke(id))) {
      throw new Refusal('token-unknown', `there is no token ${id}`, {
        remedy: 'see lockstep token list',
        exit: 64,
      });
    }
    out.json({ revoked: id });
    out.say(`Revoked ${id}.`);
    return 0;
  });
}
