/**
 * A private PostgreSQL, on loopback, in a folder of its own. It ends with the process that asked for
 * it, however that ends. The server of the distribution is used; it must be installed.
 */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';

export interface PostgresServer {
  /** A database of its own, as the superuser, or as a role that is made in it. */
  database(role?: string): Promise<string>;
}

export interface Running extends PostgresServer {
  /** Above all processes of the server. */
  readonly processId: number | undefined;
  stop(): Promise<void>;
}

/** Where the programs of the newest version are, if any is installed. */
export function newestPrograms(): string | undefined {
  return globSync('/usr/lib/postgresql/*/bin/postgres')
    .map((file) => path.dirname(file))
    .toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .at(-1);
}

/** @param settings Of the server, as `name=value`. */
export async function startPostgres(
  programs: string,
  settings: readonly string[],
): Promise<Running> {
  const folder = mkdtempSync(path.join(tmpdir(), 'lockstep-postgres-'));
  // The server refuses to run as root, which tests in a container often do.
  const user = process.getuid?.() === 0 ? accountOfPostgres() : undefined;
  if (user !== undefined) execFileSync('chown', [`${user.uid}:${user.gid}`, folder]);
  chmodSync(folder, 0o700);
  const data = path.join(folder, 'data');
  const place = { cwd: folder, stdio: 'pipe', ...user } as const;
  execFileSync(
    path.join(programs, 'initdb'),
    ['-D', data, '-U', 'postgres', '--auth=trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'],
    place,
  );
  for (let tries = 1; ; tries++) {
    const port = await freePort();
    const server = spawn(
      '/bin/sh',
      // SIGINT is the fast shutdown: it waits for no client. When this process dies, `read` ends.
      [
        '-c',
        '"$@" & server=$!; read -r _; kill -INT $server; wait $server',
        'sh',
        path.join(programs, 'postgres'),
        ...['-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1'],
        ...['-c', `unix_socket_directories=${folder}`],
        ...settings.flatMap((setting) => ['-c', setting]),
      ],
      { ...place, stdio: ['pipe', 'ignore', 'ignore'] },
    );
    if (await answers(port)) return running(server, port, folder);
    await stop(server);
    // Somebody else may have taken the port meanwhile.
    if (tries === 3) throw new Error(`PostgreSQL did not come up in ${folder}`);
  }
}

function running(server: ChildProcess, port: number, folder: string): Running {
  let databases = 0;
  return {
    processId: server.pid,
    database: async (role) => {
      const name = `test_${databases++}`;
      await execute(port, 'postgres', `create database ${name}`);
      if (role !== undefined) {
        await execute(port, 'postgres', `create role ${name} login ${role}`);
        await execute(port, 'postgres', `grant all on database ${name} to ${name}`);
      }
      return `postgres://${role === undefined ? 'postgres' : name}@127.0.0.1:${port}/${name}`;
    },
    stop: async () => {
      await stop(server);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function stop(server: ChildProcess): Promise<void> {
  server.stdin?.end();
  if (server.exitCode === null) await once(server, 'exit');
}

async function answers(port: number): Promise<boolean> {
  for (let tries = 0; tries < 200; tries++) {
    try {
      await execute(port, 'postgres', 'select 1');
      return true;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  return false;
}

async function execute(port: number, user: string, sql: string): Promise<void> {
  const client = new pg.Client(`postgres://${user}@127.0.0.1:${port}/postgres`);
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}

function accountOfPostgres(): { readonly uid: number; readonly gid: number } {
  const number = (option: string): number =>
    Number(execFileSync('id', [option, 'postgres'], { encoding: 'utf8' }));
  return { uid: number('-u'), gid: number('-g') };
}
