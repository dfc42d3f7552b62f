/** Where the demonstration keeps its files: at hand, to be looked at afterwards. */

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** `data/demo`, or a temporary folder where that cannot be written or another demonstration is in it. */
export async function demoFolder(stack: AsyncDisposableStack): Promise<string> {
  const folder = path.resolve('data/demo');
  const mark = path.join(folder, 'running');
  try {
    await mkdir(folder, { recursive: true });
    if (await isAlive(mark)) return await temporary();
    await writeFile(mark, String(process.pid));
    stack.defer(() => rm(mark, { force: true }));
    return folder;
  } catch {
    return await temporary();
  }
}

function temporary(): Promise<string> {
  return mkdtemp(path.join(tmpdir(), 'lockstep-demo-'));
}

async function isAlive(mark: string): Promise<boolean> {
  const pid = Number(await readFile(mark, 'utf8').catch(() => ''));
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
