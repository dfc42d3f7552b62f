import { expect, it } from 'vitest';
import { delayed } from './delayed.ts';
import { memoryStorage } from './memory.ts';
import type { DirectoryStorage } from './storage.ts';

it('shows every change when its own time has come, not when the last one’s has', async () => {
  let seconds = 0;
  const now = () => new Date(seconds * 1000);
  const storage: DirectoryStorage = delayed(memoryStorage(), 300, now);
  const write = async (title: string, expects: number) => {
    const times = { createdAt: now().toISOString(), modifiedAt: now().toISOString() };
    const object = {
      kind: 'user',
      id: 'ada',
      version: 0,
      attributes: { userName: 'ada', title },
      state: {},
      ...times,
    };
    await storage.write({ type: 'put', object, expects, values: [] });
  };
  const title = async () => (await storage.get('user', 'ada'))?.attributes.title;
  await write('Analyst', 0);
  seconds = 200;
  await write('Owner', 1);
  const seen = [await title()];
  for (seconds of [299, 300, 499, 500]) seen.push(await title());
  expect(seen).toEqual([undefined, undefined, 'Analyst', 'Analyst', 'Owner']);
});
