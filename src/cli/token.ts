import { Command, Option } from 'commander';
import type { Configuration } from '../config/configuration.ts';
import { ROLES, type Role } from '../server/api/policy.ts';
import { createToken, type Scope } from '../server/tokens.ts';
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
    .description('create, list, revoke: for served systems and the API')
    .helpOption('-h, --help', 'this text')
    .helpCommand(false)
    .addCommand(create(session))
    .addCommand(list(session))
    .addCommand(revoke(session));
}

interface CreateOptions extends CommonOptions {
  readonly system?: string;
  readonly role?: Role;
  readonly days: number;
}

function create(session: Session): Command {
  const command = newCommand('create', 'a new token; it is shown once and never again')
    .option('-s, --system <name>', 'the system it opens: one that is served, or pushed to')
    .addOption(new Option('-r, --role <role>', 'or: the API, as such a one').choices(ROLES))
    .option('--days <number>', 'until it expires', wholeNumber, 365);
  return body<CreateOptions>(session, command, async (options, out) => {
    const configuration = await configurationOf(session, options, out);
    const scope = scopeOf(options, configuration, session.services.world);
    await using tokens = await session.services.openTokens(configuration);
    const { storage, tenant } = tokens;
    const created = await createToken(storage, tenant, scope, options.days, new Date());
    out.json(created);
    out.say(created.token);
    if (!out.machine) out.note('Keep it now: it is not shown again.');
    return 0;
  });
}

function scopeOf(
  { system, role }: CreateOptions,
  configuration: Configuration,
  { connectors }: Session['services']['world'],
): Scope {
  if (role !== undefined && system === undefined) return { role };
  if (system === undefined || role !== undefined) {
    throw new Refusal('token-scope', 'a token opens either one system or the API', {
      remedy: 'name one: --system NAME, or --role viewer, operator or administrator',
      exit: 64,
    });
  }
  knownSystems(
    configuration.systems.map(({ name }) => name),
    [system],
  );
  const named = configuration.systems.find(({ name }) => name === system);
  const type = connectors.find((each) => each.type === named?.connector);
  if (named?.serve === undefined && type?.receives !== true) {
    throw new Refusal('system-not-served', `${system} is neither served nor pushed to`, {
      remedy: 'add serve: {} to the system, or use the connector inbound',
      exit: 64,
    });
  }
  return { system };
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
      const rows = all.map((token) => {
        const { id, createdAt, expiresAt, revokedAt, lastUsedAt } = token;
        return [
          id,
          'role' in token ? `API, ${token.role}` : token.system,
          `created ${ago(createdAt, now)}`,
          lastUsedAt === undefined ? 'never used' : `used ${ago(lastUsedAt, now)}`,
          revokedAt !== undefined
            ? out.paint('red', 'revoked')
            : expiresAt <= now
              ? out.paint('red', 'expired')
              : `expires ${expiresAt.toISOString().slice(0, 10)}`,
        ];
      });
      for (const line of tableLines(rows, { width: out.width, indent: 0 })) out.say(line);
      if (rows.length === 0) out.say('There is none. Make one: lockstep token create --help');
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
