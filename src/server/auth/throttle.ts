/** How often something may happen within a minute, by a name; forgets the oldest names. */

export interface Throttle {
  /** Seconds until it may happen again; 0 when it may. */
  wait(name: string): number;
  /** It happened. */
  count(name: string): void;
}

const WINDOW_MILLISECONDS = 60_000;
const MOST_NAMES = 10_000;

export function throttle(most: number, now: () => Date): Throttle {
  const windows = new Map<string, { readonly endsAt: number; count: number }>();
  const current = (name: string, time: number) => {
    const window = windows.get(name);
    return window !== undefined && window.endsAt > time ? window : undefined;
  };
  return {
    wait: (name) => {
      const time = now().getTime();
      const window = current(name, time);
      if (window === undefined || window.count < most) return 0;
      return Math.ceil((window.endsAt - time) / 1000);
    },
    count: (name) => {
      const time = now().getTime();
      const window = current(name, time);
      if (window !== undefined) {
        window.count++;
        return;
      }
      windows.delete(name);
      const [oldest] = windows.keys();
      if (windows.size >= MOST_NAMES && oldest !== undefined) windows.delete(oldest);
      windows.set(name, { endsAt: time + WINDOW_MILLISECONDS, count: 1 });
    },
  };
}
