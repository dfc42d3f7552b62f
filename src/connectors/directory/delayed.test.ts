import { expect, it } from 'vitest';
import { delayed } from './delayed.ts';
import { memoryStorage } from './memory.ts';
import { orderOf } from './order.ts';
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

it('sorts what is shown, by the value that is shown', async () => {
  let seconds = 0;
  const now = () => new Date(seconds * 1000);
  const storage: DirectoryStorage = delayed(memoryStorage(), 300, now);
  const write = (id: string, title: string, expects: number) => {
    const at = now().toISOString();
    const object = { kind: 'user', id, attributes: { userName: id, title }, state: {} };
    const times = { createdAt: at, modifiedAt: at };
    return storage.write({ type: 'put', object: { ...object, ...times }, expects, values: [] });
  };
  await write('ada', 'b', 0);
  await write('grace', 'c', 0);
  await write('linus', 'd', 0);
  seconds = 300;
  await write('linus', 'a', 3);
  const sort = { path: { attribute: 'title' }, descending: false, caseExact: false };
  const order = orderOf(sort, 'userName', undefined);
  const seen = async (offset: number) => {
    const { objects, total } = await storage.search('user', { order, offset, count: 2 });
    return [objects.map(({ id }) => id).join(), total];
  };
  expect([await seen(0), await seen(2)]).toEqual([
    ['ada,grace', 3],
    ['linus', 3],
  ]);
  seconds = 600;
  expect(await seen(0)).toEqual(['linus,ada', 3]);
});
