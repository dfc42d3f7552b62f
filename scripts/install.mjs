/** Brings the packages and Node 24 where they are missing. Plain JavaScript: runs on Node 20. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '..');

const bundled = path.join(
  root,
  'node_modules',
  'node',
  'bin',
  process.platform === 'win32' ? 'node.exe' : 'node',
);

function installed() {
  return existsSync(bundled) && existsSync(path.join(root, 'node_modules', '.package-lock.json'));
}

/** Installs what is missing; says so, because it takes a while. */
export function install() {
  if (installed()) return;
  process.stderr.write('Installing packages (once, about half a minute) …\n');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const { status } = spawnSync(npm, ['install', '--no-audit', '--no-fund', '--loglevel', 'error'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status === 0 && installed()) return;
  process.stderr.write('npm install failed; see its messages above. Is the registry reachable?\n');
  process.exit(1);
}

/**
 * How the engine's process uses memory. V8 sizes its heap by the machine: on a large one it lets
 * garbage pile up that nobody needs kept. So the young generation has at most 3 × 16 MB, and the old
 * one is collected from 40 MB on, and again when it has grown by 40 % over what is alive. No limit:
 * whatever is alive fits. See docs/performance.md.
 */
export const FRUGAL = [
  '--max-semi-space-size=16',
  '--initial-old-space-size=40',
  '--heap-growing-percent=40',
];

/**
 * Where Node keeps the JavaScript it made of our TypeScript, so that only the first start makes it:
 * the next are twice as fast and need 22 MB less, because the compiler is not even loaded. A folder
 * that cannot be written is done without.
 */
const COMPILED = path.join(root, 'node_modules', '.cache', 'lockstep');

/**
 * glibc gives threads memory pools of their own, up to eight for each processor, and what one gave
 * back no other uses. Two are enough for a process of two busy threads, and save 28 MB of 311.
 */
const POOLS = '2';

/**
 * Runs a script on Node 24 in the caller's folder, passes signals on, and exits as it does.
 *
 * @param script Path from the root of the checkout.
 * @param settings Of Node and V8.
 */
export function runOnNode24(script, parameters, settings = []) {
  install();
  const child = spawn(
    bundled,
    ['--disable-warning=ExperimentalWarning', ...settings, path.join(root, script), ...parameters],
    {
      stdio: 'inherit',
      env: { NODE_COMPILE_CACHE: COMPILED, MALLOC_ARENA_MAX: POOLS, ...process.env },
    },
  );
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
}
