import { describe, expect, it } from 'vitest';
import type { Engine, Watch } from './engine.ts';
import { underLease } from './lease.ts';
import type { Lease, LeaseHolder } from './ledger.ts';

const us: LeaseHolder = { host: 'here', pid: 2, processStart: '20' };
const other: LeaseHolder = { host: 'here', pid: 1, processStart: '10' };
const start = Date.parse('2026-03-02T08:00:00Z');

/** An engine with nothing but leases, held by somebody already. */
function engineWith(held: Lease | undefined, alive: boolean | undefined) {
  let time = start;
  let lease = held;
  const engine = {
    now: () => new Date(time),
    sleep: async (milliseconds: number) => {
      time += milliseconds;
    },
    process: { self: us, alive: () => alive },
    ledger: {
      lease: async () => lease,
      takeLease: async (_: string, seen: number, holder: LeaseHolder, until: Date) => {
        if ((lease?.token ?? 0) !== seen) return undefined;
        lease = { token: seen + 1, holder, until };
        return seen + 1;
      },
      renewLease: async () => true,
      dropLease: async (_: string, token: number) => {
        lease = { token, until: new Date(0) };
      },
    },
  } as unknown as Engine;
  return { engine, lease: () => lease, waited: () => (time - start) / 1000 };
}

const watch: Watch = { signal: new AbortController().signal, progress: () => {} };
const held = (seconds: number): Lease => ({
  token: 7,
  holder: other,
  until: new Date(start + seconds * 1000),
});

describe('a lane', () => {
  it('is taken, and free again afterwards, also when the work fails', async () => {
    const { engine, lease } = engineWith(undefined, true);
    const failing = underLease('write/ramp', engine, watch, 0, async () => {
      expect(lease()).toMatchObject({ token: 1, holder: us });
      throw new Error('lost interest');
    });
    await expect(failing).rejects.toThrow('lost interest');
    expect(lease()?.holder).toBeUndefined();
  });

  it('of a process that died on this host is free at once', async () => {
    const { engine, waited } = engineWith(held(60), false);
    await underLease('write/ramp', engine, watch, 0, async () => {});
    expect(waited()).toBe(0);
  });

  it('of a process on another host is free when its lease ends', async () => {
    const { engine, waited, lease } = engineWith(held(30), undefined);
    await underLease('write/ramp', engine, watch, 600, async () => {
      expect(lease()?.token).toBe(8);
    });
    expect(waited()).toBe(30);
  });

  it('that this process left without the store taking it down is free', async () => {
    const { engine, waited } = engineWith(undefined, true);
    const dropped = engine.ledger.dropLease;
    const ledger = { ...engine.ledger, dropLease: () => Promise.reject(new Error('store away')) };
    const leaving = underLease('write/ramp', { ...engine, ledger }, watch, 0, async () => {});
    await expect(leaving).rejects.toThrow('store away');
    await underLease(
      'write/ramp',
      { ...engine, ledger: { ...ledger, dropLease: dropped } },
      watch,
      0,
      async () => {},
    );
    expect(waited()).toBe(0);
  });

  it('of a living process is waited for as long as there is patience', async () => {
    const { engine, waited } = engineWith(held(3600), true);
    const work = underLease('write/ramp', engine, watch, 5, async () => {});
    await expect(work).rejects.toMatchObject({ code: 'busy' });
    expect(waited()).toBe(5);
  });

  it('goes to whoever waits for it in this process as soon as it is given back', async () => {
    const { engine } = engineWith(undefined, true);
    const asleep = Promise.withResolvers<void>();
    // Nobody wakes by the clock here.
    const waiter = {
      ...engine,
      sleep: (_: number, signal: AbortSignal) =>
        new Promise<void>((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason), { once: true });
          asleep.resolve();
        }),
    };
    const order: string[] = [];
    let second: Promise<void> | undefined;
    await underLease('write/ramp', engine, watch, 0, async () => {
      second = underLease('write/ramp', waiter, watch, 60, async () => {
        order.push('second');
      });
      await asleep.promise;
      order.push('first');
    });
    await second;
    expect(order).toEqual(['first', 'second']);
  });
});
