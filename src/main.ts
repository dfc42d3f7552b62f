#!/usr/bin/env node
/** The executable: the world outside, handed to the command line. */

import { runProgram } from './cli/program.ts';
import { services } from './services.ts';

/** The first signal asks for an orderly end; who asks again does not want to wait. */
function endingSignal(): AbortSignal {
  const ending = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (ending.signal.aborted) process.exit(name === 'SIGINT' ? 130 : 143);
      ending.abort();
    });
  }
  // A child of the demonstration ends with its parent, however that ended.
  process.once('disconnect', () => ending.abort());
  return ending.signal;
}

// A reader that has seen enough (`lockstep log | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await runProgram(process.argv.slice(2), services, process, endingSignal());
// An open channel to a parent would keep this process for ever.
if (process.connected) process.disconnect();
