import { readFile } from 'node:fs/promises';
import { confirm, isCancel } from '@clack/prompts';
import { Command } from 'commander';
import type { Result } from '../identity/problem.ts';
import type { ConfiguredBy, ListedTenant, Tenants } from '../server/tenants/tenants.ts';
import {
  body,
  type CommonOptions,
  ConfigurationRefused,
  type Exit,
  installationOf,
  newCommand,
  Refusal,
  type Session,
} from './session.ts';
import { tableLines } from './table.ts';
import { isInteractive, type Output } from './terminal.ts';
import { ago } from './words.ts';

export function tenantCommand(session: Session): Command {
  return new Command('tenant')
    .description('create, list, configure, remove: companies kept apart')
    .helpOption('-h, --help', 'this text')
    .helpCommand(false)
    .addCommand(create(session))
    .addCommand(list(session))
    .addCommand(configure(session))
    .addCommand(remove(session))
    .addCommand(restore(session));
}

interface DocumentOptions extends CommonOptions {
  readonly document?: string;
}

function create(session: Session): Command {
  const command = newCommand('create', 'a new tenant, with a store of its own')
    .argument('<name>', 'in lower case; tokens carry it')
    .option('--document <file>', 'its configuration, kept in the store');
  return body<DocumentOptions>(session, command, (options, out, [name = '']) =>
    withTenants(session, options, out, async (tenants) => {
      const tenant = sound(await tenants.create(name, await documentOf(options)));
      out.json(tenant);
      out.say(`Made ${name}, configured by ${BY[tenant.configuredBy ?? 'shared']}.`);
      out.say(`A token for it: lockstep token create --tenant ${name} --system SYSTEM`);
      return 0;
    }),
  );
}

function configure(session: Session): Command {
  const command = newCommand('configure', 'another configuration, kept in the store')
    .argument('<name>', 'as listed')
    .option('--document <file>', 'the configuration; without it, the one for all again');
  return body<DocumentOptions>(session, command, (options, out, [name = '']) =>
    withTenants(session, options, out, async (tenants) => {
      const tenant = sound(await tenants.configure(name, await documentOf(options)));
      out.json(tenant);
      out.say(`${name} is configured by ${BY[tenant.configuredBy ?? 'shared']}.`);
      return 0;
    }),
  );
}

function list(session: Session): Command {
  return body<CommonOptions>(
    session,
    newCommand('list', 'which there are besides default'),
    (options, out) =>
      withTenants(session, options, out, async (tenants) => {
        const all = await tenants.list();
        for (const tenant of all) out.json(tenant);
        const now = new Date();
        const rows = all.map((tenant) => [
          tenant.name,
          `created ${ago(tenant.createdAt, now)}`,
          stateOf(tenant, now, out),
        ]);
        for (const line of tableLines(rows, { width: out.width, indent: 0 })) out.say(line);
        if (rows.length === 0) out.say('There is none but default.');
        return 0;
      }),
  );
}

const BY: Readonly<Record<ConfiguredBy, string>> = {
  file: 'its own file',
  store: 'its own document in the store',
  shared: 'the document for all',
};

function stateOf({ configuredBy, removedAt, erasedAt }: ListedTenant, now: Date, out: Output) {
  if (erasedAt !== undefined) return out.paint('grey', `erased ${ago(erasedAt, now)}`);
  if (removedAt !== undefined) return out.paint('red', `removed ${ago(removedAt, now)}`);
  return configuredBy === undefined
    ? out.paint('red', 'nothing configures it')
    : `configured by ${BY[configuredBy]}`;
}

interface RemoveOptions extends CommonOptions {
  readonly erase?: true;
  readonly yes?: true;
}

function remove(session: Session): Command {
  const command = newCommand('remove', 'ends its access within seconds; its data stay')
    .argument('<name>', 'as listed')
    .option('--erase', 'deletes everything that is stored of it, for good')
    .option('-y, --yes', 'with --erase: do not ask');
  return body<RemoveOptions>(session, command, (options, out, [name = '']) =>
    withTenants(session, options, out, async (tenants) => {
      if (options.erase && !options.yes) await confirmed(name, session);
      const tenant = options.erase ? await tenants.erase(name) : await tenants.remove(name);
      out.json(tenant);
      out.say(
        options.erase
          ? `Nothing is stored of ${name} any more but its name.`
          : `The tokens of ${name} open nothing any more. Back: lockstep tenant restore ${name}`,
      );
      return 0;
    }),
  );
}

async function confirmed(name: string, { terminal }: Session): Promise<void> {
  const answer = isInteractive(terminal)
    ? await confirm({ message: `Delete everything of ${name}? It cannot be undone.` })
    : false;
  if (answer === true && !isCancel(answer)) return;
  throw new Refusal('choice-missing', `nothing of ${name} was deleted`, {
    remedy: 'say --yes to delete it',
    exit: 64,
  });
}

function restore(session: Session): Command {
  const command = newCommand('restore', 'lets one in again that was removed').argument(
    '<name>',
    'as listed',
  );
  return body<CommonOptions>(session, command, (options, out, [name = '']) =>
    withTenants(session, options, out, async (tenants) => {
      out.json(await tenants.restore(name));
      out.say(`The tokens of ${name} are valid again.`);
      return 0;
    }),
  );
}

async function withTenants(
  session: Session,
  { config }: CommonOptions,
  out: Output,
  work: (tenants: Tenants) => Promise<Exit>,
): Promise<Exit> {
  const installation = await installationOf(session, config, out);
  await using opened = await session.services.openTenants(installation);
  return await work(opened.tenants);
}

async function documentOf({ document }: DocumentOptions): Promise<string | undefined> {
  if (document === undefined) return undefined;
  try {
    return await readFile(document, 'utf8');
  } catch (error) {
    throw new Refusal(
      'file-unreadable',
      `${document} cannot be read: ${(error as Error).message}`,
      {
        exit: 64,
      },
    );
  }
}

function sound<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new ConfigurationRefused(result.problems);
  return result.value;
}
