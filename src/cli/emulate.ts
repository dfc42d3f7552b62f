import { once } from 'node:events';
import { Argument, type Command } from 'commander';
import { body, type CommonOptions, newCommand, type Session, wholeNumber } from './session.ts';

interface EmulateOptions extends CommonOptions {
  readonly port: number;
  readonly people: number;
  readonly seed?: string;
}

export function emulateCommand(session: Session): Command {
  const command = newCommand('emulate', 'a local stand-in: graph or ramp')
    .addArgument(new Argument('<system>', 'what to stand in for').choices(['graph', 'ramp']))
    .option('-p, --port <number>', 'to listen on; 0 takes a free one', wholeNumber, 0)
    .option('--people <number>', 'graph: people in the directory', wholeNumber, 1000)
    .option('--seed <text>', 'graph: the same text makes the same people');
  return body<EmulateOptions>(session, command, async (options, out, [system]) => {
    const { port, people, seed } = options;
    const start = session.services.emulators[system === 'ramp' ? 'ramp' : 'graph'];
    await using emulator = await start({ port, people, ...(seed !== undefined && { seed }) });
    out.json({ url: emulator.url, ...emulator.facts });
    out.say(`${system} listens on ${out.paint('cyan', emulator.url)}. Ctrl-C ends it.`);
    for (const [name, fact] of Object.entries(emulator.facts)) {
      out.say(`  ${name}: ${typeof fact === 'string' ? fact : JSON.stringify(fact)}`);
    }
    if (!session.signal.aborted) await once(session.signal, 'abort');
    return 0;
  });
}
