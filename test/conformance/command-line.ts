/** The command line over a configuration, in this process, and the server it starts. */

import { runProgram } from '../../src/cli/program.ts';
import { services } from '../../src/services.ts';

export interface CommandLine {
  run(...parameters: readonly string[]): Promise<Ran>;
  /** `lockstep serve` at a free port, until it is disposed of. */
  serve(): Promise<Served>;
}

interface Ran {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Served extends AsyncDisposable {
  readonly url: string;
  /** What it wrote into its log. */
  log(): string;
}

export function commandLine(configuration: string): CommandLine {
  const started = (
    parameters: readonly string[],
    signal: AbortSignal,
    said: (text: string) => void = () => {},
  ) => {
    let [stdout, stderr] = ['', ''];
    const terminal = {
      stdin: {},
      stdout: {
        write: (text: string) => {
          stdout += text;
          said(text);
        },
      },
      stderr: {
        write: (text: string) => {
          stderr += text;
        },
      },
      env: {},
    };
    const all = [...parameters, '--config', configuration];
    const exit = runProgram(all, services, terminal, signal);
    return { exit, stdout: () => stdout, stderr: () => stderr };
  };
  return {
    run: async (...parameters) => {
      const { exit, stdout, stderr } = started(parameters, new AbortController().signal);
      return { exit: await exit, stdout: stdout(), stderr: stderr() };
    },
    serve: async () => {
      const ending = new AbortController();
      const listening = Promise.withResolvers<string>();
      const serving = started(['serve', '--port', '0', '--json'], ending.signal, (text) => {
        const { url } = JSON.parse(text) as { readonly url?: string };
        if (url === undefined) listening.reject(new Error(text));
        else listening.resolve(url);
      });
      serving.exit.then(
        () => listening.reject(new Error(serving.stderr())),
        (error: unknown) => listening.reject(error),
      );
      return {
        url: await listening.promise,
        log: serving.stderr,
        [Symbol.asyncDispose]: async () => {
          ending.abort();
          await serving.exit;
        },
      };
    },
  };
}
