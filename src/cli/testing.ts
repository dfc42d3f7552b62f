/** A command line for tests: carried out here, or by a server elsewhere that has the same verbs. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { z } from 'zod';
import type { ConnectorDefinition } from '../connectors/spi/index.ts';
import { testApi } from '../server/api/testing.ts';
import { testVerbs } from '../server/api/testing-verbs.ts';
import type { Verbs } from '../sync/verbs.ts';
import { runProgram } from './program.ts';
import type { Services } from './services.ts';

export interface Seen {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How the terminal is, and who looks at it. */
export interface Watched {
  /** Five minutes after what verbs of tests tell, unless it is said. */
  readonly now?: Date;
  readonly columns?: number;
  /** Told each time something is written to stdout. */
  readonly wrote?: () => void;
}

export interface CommandLine {
  /** In the folder of a test, which has a `lockstep.yaml`. */
  file(name: string): string;
  /** What it shows, carried out here. */
  here(parameters: readonly string[], verbs?: Partial<Verbs>, options?: Watched): Promise<Seen>;
  /** The same by a server. */
  there(
    parameters: readonly string[],
    verbs?: Partial<Verbs>,
    options?: { readonly token?: string; readonly server?: string },
  ): Promise<Seen>;
}

const CONFIGURATION = `systems:
  hr: { connector: nothing, read: { user: {} } }
  ramp: { connector: nothing, read: { user: {} } }
`;

const NOTHING: ConnectorDefinition<unknown> = {
  type: 'nothing',
  title: 'Nothing',
  options: z.strictObject({}),
  defaultReadMap: {},
  connect: () => Promise.reject(new Error('never connected here')),
};

const NOW = new Date('2026-03-01T10:05:00Z');

/** A folder of its own for each test of the file. */
export function commandLine(): CommandLine {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'lockstep-cli-'));
    await writeFile(path.join(folder, 'lockstep.yaml'), CONFIGURATION);
  });
  afterEach(() => rm(folder, { recursive: true }));
  const world = () => ({ env: {}, connectors: [NOTHING], profiles: folder });
  return {
    file: (name) => path.join(folder, name),
    here: (parameters, verbs, { now = NOW, ...watched } = {}) => {
      const open = async () => ({
        engine: { now: () => now },
        verbs: testVerbs(verbs),
        [Symbol.asyncDispose]: async () => {},
      });
      const typed = [...parameters, '-c', path.join(folder, 'lockstep.yaml')];
      return seen(typed, { world: world(), open } as never, watched);
    },
    there: (
      parameters,
      verbs,
      { token = 'contoso.administrator', server = 'https://lockstep.contoso.com' } = {},
    ) => {
      const { fetch } = testApi(verbs);
      return seen([...parameters, '--server', server], {
        world: { ...world(), env: { LOCKSTEP_TOKEN: token } },
        fetch: async (url: string, init: RequestInit) => fetch(new Request(url, init)),
      } as never);
    },
  };
}

/** With whatever services. */
export async function seen(
  parameters: readonly string[],
  services: Partial<Services>,
  { columns, wrote }: Watched = {},
): Promise<Seen> {
  let [stdout, stderr] = ['', ''];
  const exit = await runProgram(
    parameters,
    { version: '1', ...services } as Services,
    {
      stdin: {},
      stdout: {
        write: (text) => {
          stdout += text;
          wrote?.();
        },
        ...(columns !== undefined && { columns }),
      },
      stderr: { write: (text) => (stderr += text) },
      env: {},
    },
    new AbortController().signal,
  );
  return { exit, stdout, stderr };
}
