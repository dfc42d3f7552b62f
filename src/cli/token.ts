import { Command } from 'commander';
import { createToken } from '../server/tokens.ts';
import {
  body,
  type CommonOptions,
  configurationOf,
  knownSystems,
  newCommand,
  Refusal,
  type Session,
  wholeNumber,
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
    .option('--days <number>', 'until it expires', wholeNumber, 365);
  return body<CommonOptions & { readonly system: string; readonly days: number }>(
    session,
    command,
    async (options, out) => {
      const { system, days } = options;
      const configuration = await configurationOf(session, options, out);
      knownSystems(configuration, [system]);
      if (configuration.systems.find(({ name }) => name === system)?.serve === undefined) {
        throw new Refusal('system-not-served', `${system} is not served over SCIM`, {
          remedy: 'add serve: {} to the system',
          exit: 64,
        });
      }
      await using tokens = await session.services.openTokens(configuration);
      const created = await createToken(tokens.storage, tokens.tenant, system, days, new Date());
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
      await using tokens = await session.services.openTokens(configuration);
      const all = await tokens.storage.all();
      const now = new Date();
      for (const token of all) out.json(token);
      const rows = all.map(({ id, system, createdAt, expiresAt, revokedAt, lastUsedAt }) => [
        id,
        system,
        `created ${ago(createdAt, now)}`,
        lastUsedAt === undefined ? 'never used' : `used ${ago(lastUsedAt, now)}`,
        revokedAt !== undefined
          ? out.paint('red', 'revoked')
          : expiresAt <= now
            ? out.paint('red', 'expired')
            : `expires ${expiresAt.toISOString().slice(0, 10)}`,
      ]);
      for (const line of tableLines(rows, { width: out.width, indent: 0 })) out.say(line);
      if (rows.length === 0) out.say('There is none. Make one: lockstep token create --system S');
      return 0;
    },
  );
}

function revoke(session: Session): Command {
  const command = newCommand('revoke', 'it opens nothing any more, within seconds').argument(
    '<id>',
    'as listed, or the beginning of it',
  );
  return body<CommonOptions>(session, command, async (options, out, [id = '']) => {
    const configuration = await configurationOf(session, options, out);
    await using tokens = await session.services.openTokens(configuration);
    const fitting = (await tokens.storage.all()).filter((token) => token.id.startsWith(id));
    const [token] = fitting;
    if (token === undefined || fitting.length > 1) {
      throw new Refusal('token-unknown', `${fitting.length} tokens begin with "${id}"`, {
        remedy: 'see lockstep token list',
        exit: 64,
      });
    }
    await tokens.storage.revoke(token.id, new Date());
    out.json({ revoked: token.id });
    out.say(`Revoked ${token.id}.`);
    return 0;
  });
}
