import { expect, it } from 'vitest';
import { arrivals } from './arrivals.ts';

interface Begun {
  readonly targets: boolean;
  readonly read: () => void;
  readonly end: () => void;
}

function lane() {
  const begun: Begun[] = [];
  const { arrived } = arrivals(
    ({ targets, onRead }) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      begun.push({ targets, read: onRead, end: resolve });
      return promise;
    },
    async () => true,
  );
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
  return { begun, arrived, turn };
}

it('reads at once, and goes on to the targets', async () => {
  const { begun, arrived } = lane();
  const read = arrived();
  expect(begun.map(({ targets }) => targets)).toEqual([true]);
  begun[0]?.read();
  await read;
});

it('reads once more for whoever comes while it reads, however many they are', async () => {
  const { begun, arrived, turn } = lane();
  const all = [arrived(), arrived(), arrived()];
  expect(begun).toHaveLength(1);
  begun[0]?.read();
  await all[0];
  await turn();
  expect(begun.map(({ targets }) => targets)).toEqual([true, false]);
  begun[1]?.read();
  await Promise.all(all);
});

it('reads while targets are written, and writes once more afterwards', async () => {
  const { begun, arrived, turn } = lane();
  const first = arrived();
  begun[0]?.read();
  await first;
  const second = arrived();
  begun[1]?.read();
  begun[1]?.end();
  await second;
  begun[0]?.end();
  await turn();
  expect(begun.map(({ targets }) => targets)).toEqual([true, false, true]);
  begun[2]?.read();
  begun[2]?.end();
  await turn();
  expect(begun).toHaveLength(3);
});

it('tries again until it was read, whether a run cannot start or cannot read', async () => {
  let runs = 0;
  const pauses: number[] = [];
  const { arrived } = arrivals(
    async ({ onRead }) => {
      runs++;
      if (runs === 1) throw new Error('busy');
      if (runs === 4) onRead();
    },
    async (failures) => {
      pauses.push(failures);
      return true;
    },
  );
  expect(await arrived()).toBe(true);
  expect([runs, pauses]).toEqual([4, [1, 2, 3]]);
});

it('says that it was not read when the process ends before', async () => {
  const { arrived } = arrivals(
    async () => {
      throw new Error('busy');
    },
    async (failures) => failures < 3,
  );
  expect(await Promise.all([arrived(), arrived()])).toEqual([false, false]);
});
