import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { ChangePage } from '../connectors/spi/index.ts';
import { gathered } from './gathered.ts';

function page(id: string, more: Omit<ChangePage, 'changes'> = {}): ChangePage {
  const ref = { system: 'entra', kind: 'user', id };
  return { changes: [{ type: 'absent', ref }], ...more };
}

function idsOf({ changes }: ChangePage): readonly string[] {
  return changes.flatMap((change) => (change.type === 'absent' ? change.ref.id : []));
}

describe('pages', () => {
  it('that follow each other quickly are one, with the watermark of the last', async () => {
    async function* pages() {
      yield page('1', {
        watermark: 'a',
        problems: [{ code: 'x', message: '1', severity: 'error' }],
      });
      yield page('2', { watermark: 'b', total: 3 });
      yield page('3', { watermark: 'c', complete: true });
    }
    const lots = await Array.fromAsync(gathered(pages()));
    expect(lots.map(idsOf)).toEqual([['1', '2', '3']]);
    expect(lots[0]).toMatchObject({ watermark: 'c', complete: true, total: 3 });
    expect(lots[0]?.problems).toHaveLength(1);
  });

  it('that have to be waited for come one by one', async () => {
    async function* pages() {
      yield page('1');
      await sleep(120);
      yield page('2');
    }
    expect((await Array.fromAsync(gathered(pages()))).map(idsOf)).toEqual([['1'], ['2']]);
  });

  it('before one that fails are there before the failure', async () => {
    async function* pages() {
      yield page('1');
      yield page('2');
      throw new Error('the connection broke');
    }
    const seen: string[] = [];
    const reading = async () => {
      for await (const lot of gathered(pages())) seen.push(...idsOf(lot));
    };
    await expect(reading()).rejects.toThrow('the connection broke');
    expect(seen).toEqual(['1', '2']);
  });
});
