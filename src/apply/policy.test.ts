/** Waiting, pacing and stopping: the policies of apply, each on its own. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConnectorError } from '../connectors/spi/index.ts';
import { ahead } from '../plan/ahead.ts';
import { breaker } from './breaker.ts';
import { pace } from './pace.ts';
import { recorder } from './recorder.ts';
import { retryDelaySeconds } from './retry.ts';

const { signal } = new AbortController();

describe('a retry', () => {
  it('waits longer each time, up to a day', () => {
    expect([1, 2, 3, 12, 40].map((attempts) => retryDelaySeconds(attempts, 0))).toEqual([
      60, 120, 240, 86_400, 86_400,
    ]);
  });

  it('never comes before the system allows it, nor all at once', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        fc.nat(1e6),
        (attempts, draw, asked) => {
          expect(retryDelaySeconds(attempts, draw, asked)).toBeGreaterThanOrEqual(asked);
        },
      ),
    );
    expect(retryDelaySeconds(1, 0.5)).toBeGreaterThan(retryDelaySeconds(1, 0));
  });
});

describe('the pace of a target', () => {
  function paced(maxConcurrency: number, requestsPerSecond?: number) {
    let time = 0;
    const sleep = async (milliseconds: number) => {
      time += milliseconds;
    };
    const turns = pace({
      maxConcurrency,
      ...(requestsPerSecond !== undefined && { requestsPerSecond }),
      now: () => time,
      sleep,
    });
    return { turns, time: () => time };
  }

  it('halves when the target throttles, once for those under way together, and grows back', async () => {
    const { turns, time } = paced(8);
    for (let n = 0; n < 4; n++) await turns.turn(signal);
    turns.throttled(10);
    turns.throttled(10);
    expect(turns.concurrency()).toBe(4);
    for (let n = 0; n < 4; n++) turns.done();
    await turns.turn(signal);
    expect(time()).toBe(10_000);
    turns.done();
    for (let n = 0; n < 40; n++) {
      await turns.turn(signal);
      turns.done();
    }
    expect(turns.concurrency()).toBe(8);
  });

  it('keeps to the rate the target allows', async () => {
    const { turns, time } = paced(8, 10);
    for (let n = 0; n < 21; n++) {
      await turns.turn(signal);
      turns.done();
    }
    expect(time()).toBe(2000);
  });

  it('gives no turn to whoever is stopped', async () => {
    const { turns } = paced(1);
    await expect(turns.turn(AbortSignal.abort())).rejects.toThrow();
    await turns.turn(signal);
  });
});

describe('the breaker', () => {
  const limit = { share: 0.25, count: 20 };
  const error = (kind: ConstructorParameters<typeof ConnectorError>[0], general = false) =>
    new ConnectorError(kind, `it said ${kind}`, { general });

  it('stops at once when the credentials are refused', () => {
    const fuse = breaker(false, limit);
    fuse.failed(error('denied', true));
    expect(fuse.tripped()).toMatchObject({ code: 'denied' });
  });

  it('stops after three different people were not answered, but not after one', () => {
    const fuse = breaker(false, limit);
    fuse.failed(error('unreachable'));
    fuse.succeeded();
    fuse.failed(error('unreachable'));
    fuse.failed(error('unreachable'));
    expect(fuse.tripped()).toBeUndefined();
    fuse.failed(error('unreachable'));
    expect(fuse.tripped()).toMatchObject({ code: 'unreachable' });
  });

  it('stops when most of a few dozen fail, small companies included', () => {
    const fuse = breaker(false, limit);
    for (let n = 0; n < 7; n++) fuse.succeeded();
    for (let n = 0; n < 22; n++) fuse.failed(error('invalid'));
    expect(fuse.tripped()).toBeUndefined();
    fuse.failed(error('invalid'));
    expect(fuse.tripped()).toMatchObject({ code: 'failure-rate' });
  });

  it('holds the rest when far more than usual fails, though the system works', () => {
    const fuse = breaker(false, limit);
    for (let n = 0; n < 60; n++) fuse.succeeded();
    for (let n = 0; n < 20; n++) fuse.failed(error('invalid'));
    expect(fuse.tripped()).toBeUndefined();
    fuse.failed(error('invalid'));
    expect(fuse.tripped()).toMatchObject({ code: 'failure-rate', held: true });
  });

  it('does not count what is one account of its own', () => {
    const fuse = breaker(false, limit);
    for (let n = 0; n < 100; n++) fuse.failed(error('conflict'));
    expect(fuse.tripped()).toBeUndefined();
  });

  it('leaves a system that is tried again alone after the first failure', () => {
    const fuse = breaker(true, limit);
    fuse.failed(error('invalid'));
    expect(fuse.tripped()).toBeDefined();
  });
});

describe('recording', () => {
  it('is done in batches, and is durable after a flush', async () => {
    const batches: number[] = [];
    const records = recorder<number>(async (finished) => void batches.push(finished.length));
    for (let n = 0; n < 130; n++) records.add(n);
    await records.flush();
    expect(batches.reduce((sum, each) => sum + each, 0)).toBe(130);
    expect(batches.length).toBeLessThanOrEqual(3);
  });

  it('that fails fails whoever goes on', async () => {
    const records = recorder<number>(() => Promise.reject(new Error('disk full')));
    records.add(1);
    await expect(records.flush()).rejects.toThrow('disk full');
    expect(() => records.add(2)).toThrow('disk full');
  });
});

describe('looking ahead', () => {
  async function* numbers(asked: number[]): AsyncGenerator<number> {
    for (let n = 1; n <= 5; n++) {
      asked.push(n);
      yield n;
    }
  }

  it('asks for one more than is worked on', async () => {
    const asked: number[] = [];
    const seen: number[] = [];
    for await (const n of ahead(numbers(asked))) {
      seen.push(n);
      await Promise.resolve();
      expect(asked.length).toBeLessThanOrEqual(n + 1);
    }
    expect(seen).toEqual([1, 2, 3, 4, 5]);
  });
});
