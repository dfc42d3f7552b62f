/**
 * `npm start`: the main job at work. A tenant with a thousand people, an HR file and Ramp, all on
 * loopback; a first run, ten changes as they happen in a week, and a second run.
 */

import type { Command } from 'commander';
import type { Configuration } from '../../config/configuration.ts';
import type { RunReport } from '../../sync/engine.ts';
import type { OutcomeRow } from '../../sync/ledger.ts';
import { progressDisplay } from '../progress.ts';
import type { Opened } from '../services.ts';
import {
  body,
  type CommonOptions,
  configurationOf,
  type Exit,
  newCommand,
  Refusal,
  type Session,
  wholeNumber,
} from '../session.ts';
import type { Output } from '../terminal.ts';
import { demoFolder } from './folder.ts';
import {
  sayChanges,
  sayFirstRun,
  sayNext,
  sayOpening,
  saySince,
  sayStep,
  sayVerdict,
} from './show.ts';
import { type Deviation, deviations } from './verdict.ts';
import { buildWorld, type World } from './world.ts';

interface DemoOptions extends CommonOptions {
  readonly once?: true;
  readonly people: number;
  readonly folder?: string;
}

export function demoCommand(session: Session): Command {
  const command = newCommand('demo', 'Entra ID to Ramp at work on this machine')
    .option('--once', 'end after the second run')
    .option('--people <number>', 'in the directory', wholeNumber, 1000)
    .option('--folder <path>', 'for files and database; data/demo by default');
  return body<DemoOptions>(session, command, async (options, out) => {
    await using stack = new AsyncDisposableStack();
    const folder = options.folder ?? (await demoFolder(stack));
    const world = stack.use(
      await buildWorld(session.services.mainFile, folder, options.people, session.signal),
    );
    sayOpening(world, out);
    const exit = await play(world, session, out);
    if (!options.once && exit === 0) return await keepServing(world, session, out);
    sayNext(world, out);
    return exit;
  });
}

async function play(world: World, session: Session, out: Output): Promise<Exit> {
  const configuration = await configured(world, session, out);
  await using opened = await session.services.open(configuration);

  sayStep(1, 'The first run reads everybody and writes whoever belongs in Ramp', out);
  const first = await run(opened, session, out);
  const unsent = await Array.fromAsync(opened.verbs.unsent('ramp'));
  sayFirstRun(first, unsent, out);
  const firstDeviations = await compare(world, opened);
  sayVerdict(firstDeviations, world.graph.people, out);

  sayStep(2, 'A week later: ten changes in Entra ID', out);
  const changes = await world.change();
  const second = await run(opened, session, out);
  const outcomes = await outcomesOf(second, opened);
  sayChanges(
    changes,
    second,
    outcomes,
    new Map((await world.users()).map(({ id, userName }) => [id, userName])),
    out,
  );
  const secondDeviations = await compare(world, opened);
  sayVerdict(secondDeviations, world.graph.people, out);

  out.json({
    configuration: world.files.configuration,
    runs: [first, second],
    deviations: [...firstDeviations, ...secondDeviations],
  });
  const wrong = firstDeviations.length + secondDeviations.length;
  return wrong > 0 || second.verdict === 'failed' ? 1 : 0;
}

function configured({ files }: World, session: Session, out: Output): Promise<Configuration> {
  return configurationOf(session, { config: files.configuration, tenant: 'default' }, out);
}

async function run({ verbs }: Opened, session: Session, out: Output): Promise<RunReport> {
  using display = progressDisplay(out, session.terminal.stderr);
  const report = await verbs.run(
    { trigger: 'command' },
    { signal: session.signal, progress: display.show },
  );
  if (session.signal.aborted) throw new Refusal('interrupted', 'interrupted');
  return report;
}

async function compare(world: World, { verbs }: Opened): Promise<readonly Deviation[]> {
  const unsent = await Array.fromAsync(verbs.unsent('ramp'));
  const users = await world.users();
  const accounts = new Map(users.map(({ userName, active }) => [userName.toLowerCase(), active]));
  return deviations(await world.expectations(), accounts, unsent);
}

async function outcomesOf(
  { run: id }: RunReport,
  { verbs }: Opened,
): Promise<readonly OutcomeRow[]> {
  return await Array.fromAsync(verbs.log({ run: id, limit: 1000 }));
}

async function keepServing(world: World, session: Session, out: Output): Promise<Exit> {
  const serving = await session.services.serve(await configured(world, session, out), {
    port: 0,
    signal: session.signal,
    log: () => {},
  });
  sayNext(world, out);
  saySince(serving.url, out);
  await serving.ended;
  return 0;
}
