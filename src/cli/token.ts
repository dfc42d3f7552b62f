import { Command, Option } from 'commander';
import type { Configuration } from '../config/configuration.ts';
import { ROLES, type Role } from '../server/api/policy.ts';
import type { Access } from '../server/auth/access.ts';
import { type Rights, type Scope, scopeText } from '../server/auth/scope.ts';
import {
  body,
  type CommonOptions,
  configurationOf,
  type Exit,
  knownSystems,
  newCommand,
  Refusal,
  type Session,
  wholeNumber,
} from './session.ts';
import { tableLines } from './table.ts';
import type { Output } from './terminal.ts';
import { sayAccess } from './token-list.ts';

export function tokenCommand(session: Session): Command {
  return new Command('token')
    .description('create, list, rotate, revoke: for served systems and the API')
    .helpOption('-h, --help', 'this text')
    .helpCommand(false)
    .addCommand(create(session))
    .addCommand(list(session))
    .addCommand(rotate(session))
    .addCommand(revoke(session));
}

interface CreateOptions extends CommonOptions {
  readonly system?: string;
  readonly role?: Role;
  readonly rights?: Rights;
  readonly client?: string;
  readonly days: number;
}

function create(session: Session): Command {
  const command = newCommand('create', 'a new token; it is shown once and never again')
    .option('-s, --system <name>', 'the system it opens: one that is served, or pushed to')
    .addOption(new Option('--rights <rights>', 'with --system').choices(['read', 'write']))
    .addOption(new Option('-r, --role <role>', 'or: the API, as such a one').choices(ROLES))
    .option('--client <name>', 'a client of OAuth instead, which gets tokens at /oauth2/token')
    .option('--days <number>', 'until it expires', wholeNumber, 365);
  return body<CreateOptions>(session, command, (options, out) =>
    withAccess(session, options, out, async (access, configuration) => {
      const { client: name, days } = options;
      const scope = scopeOf(options, configuration, session.services.world);
      if (name === undefined) {
        const created = await access.createToken(scope, days);
        out.json(created);
        out.say(created.token);
      } else {
        const created = await access.createClient(name, scope, days);
        out.json(created);
        sayClient(created, out);
      }
      if (!out.machine) out.note('Keep it now: it is not shown again.');
      return 0;
    }),
  );
}

function scopeOf(
  { system, role, rights }: CreateOptions,
  configuration: Configuration,
  { connectors }: Session['services']['world'],
): Scope {
  if (role !== undefined && system === undefined && rights === undefined) return { role };
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
  return rights === undefined ? { system } : { system, rights };
}

function sayClient(
  { client, secret, scope }: { client: string; secret: string; scope: Scope },
  out: Output,
): void {
  const rows = [
    ['client_id', client],
    ['client_secret', secret],
    ['scope', scopeText(scope)],
  ];
  for (const line of tableLines(rows, { width: Number.POSITIVE_INFINITY, indent: 0 })) {
    out.say(line);
  }
}

function list(session: Session): Command {
  return body<CommonOptions>(session, newCommand('list', 'which there are'), (options, out) =>
    withAccess(session, options, out, async (access) => {
      sayAccess(await access.tokens(), await access.clients(), new Date(), out);
      return 0;
    }),
  );
}

interface RotateOptions extends CommonOptions {
  readonly days: number;
  readonly overlap: number;
}

function rotate(session: Session): Command {
  const command = newCommand('rotate', 'another one, or another secret, that takes over from it')
    .argument('<id>', 'of a token or client, as listed, or the beginning of it')
    .option('--overlap <days>', 'for how long the one before stays valid', wholeNumber, 7)
    .option('--days <number>', 'until the new one expires', wholeNumber, 365);
  return body<RotateOptions>(session, command, (options, out, [id = '']) =>
    withAccess(session, options, out, async (access) => {
      const lifetimes = { days: options.days, overlapDays: options.overlap };
      const found = await named(id, access);
      if (found.type === 'token') {
        const next = await access.rotateToken(found.id, lifetimes);
        out.json(next);
        out.say(next.token);
      } else {
        const next = await access.rotateClient(found.id, lifetimes);
        out.json(next);
        sayClient(next, out);
      }
      if (!out.machine) out.note('Keep it now: it is not shown again.');
      return 0;
    }),
  );
}

function revoke(session: Session): Command {
  const command = newCommand('revoke', 'it opens nothing any more, within seconds').argument(
    '<id>',
    'of a token or client, as listed, or the beginning of it',
  );
  return body<CommonOptions>(session, command, (options, out, [id = '']) =>
    withAccess(session, options, out, async (access) => {
      const found = await named(id, access);
      if (found.type === 'token') await access.revokeToken(found.id);
      else await access.revokeClient(found.id);
      out.json({ revoked: found.id });
      out.say(`Revoked ${found.id}.`);
      return 0;
    }),
  );
}

async function named(
  beginning: string,
  access: Access,
): Promise<{ readonly type: 'token' | 'client'; readonly id: string }> {
  const all = [
    ...(await access.tokens()).map(({ id }) => ({ type: 'token' as const, id })),
    ...(await access.clients()).map(({ id }) => ({ type: 'client' as const, id })),
  ];
  const fitting = all.filter(({ id }) => id.startsWith(beginning));
  const [found] = fitting;
  if (found !== undefined && fitting.length === 1) return found;
  throw new Refusal('token-unknown', `${fitting.length} tokens begin with "${beginning}"`, {
    remedy: 'see lockstep token list',
    exit: 64,
  });
}

async function withAccess(
  session: Session,
  options: CommonOptions,
  out: Output,
  work: (access: Access, configuration: Configuration) => Promise<Exit>,
): Promise<Exit> {
  const configuration = await configurationOf(session, options, out);
  await using opened = await session.services.openTokens(configuration);
  return await work(opened.access, configuration);
}
