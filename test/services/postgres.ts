/** The private PostgreSQL of a suite. */

import { afterAll, beforeAll, describe } from 'vitest';
import {
  newestPrograms,
  type PostgresServer,
  type Running,
  startPostgres,
} from './postgres-server.ts';

/** What a test writes need not outlive the machine. */
const FOR_TESTS = ['fsync=off', 'max_connections=60'];

/** A suite that needs the server; skipped by name where it is not installed. */
export function describeWithPostgres(
  name: string,
  suite: (server: () => PostgresServer) => void,
): void {
  const programs = newestPrograms();
  if (programs === undefined && process.env.LOCKSTEP_REQUIRE_SERVERS === '1') {
    throw new Error('PostgreSQL is required and not installed: apt-get install postgresql');
  }
  describe.skipIf(programs === undefined)(`${name} (PostgreSQL)`, () => {
    let running: Running | undefined;
    beforeAll(async () => {
      if (programs !== undefined) running = await startPostgres(programs, FOR_TESTS);
    }, 60_000);
    afterAll(() => running?.stop());
    suite(() => {
      if (running === undefined) throw new Error('PostgreSQL did not start');
      return running;
    });
  });
}
