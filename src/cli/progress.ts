/** A run as it moves, one line for each thing it works on; silent where nobody watches. */

import { Presets, SingleBar } from 'cli-progress';
import type { Progress } from '../sync/engine.ts';
import type { Output, Sink } from './terminal.ts';
import { count, duration } from './words.ts';

export interface ProgressDisplay extends Disposable {
  readonly show: (event: Progress) => void;
}

export function progressDisplay({ live, note }: Output, stream: Sink): ProgressDisplay {
  if (!live) return { show: () => {}, [Symbol.dispose]: () => {} };
  let shown: { readonly key: string; readonly bar: SingleBar; readonly began: number } | undefined;

  function finish(): void {
    shown?.bar.stop();
    shown = undefined;
  }

  function move(key: string, label: string, done: number, total: number | undefined): void {
    if (shown?.key !== key) {
      finish();
      const bar = newBar(stream);
      bar.start(total ?? Math.max(done, 1), done, { label });
      shown = { key, bar, began: Date.now() };
    }
    shown.bar.setTotal(total ?? Math.max(done, 1));
    shown.bar.update(done, { label });
  }

  return {
    [Symbol.dispose]: finish,
    show: (event) => {
      switch (event.type) {
        case 'reading':
          return move(
            `read ${event.system} ${event.kind}`,
            `Reading ${event.system} ${event.kind}s`,
            event.read,
            event.total,
          );
        case 'planning':
          return move(
            `plan ${event.target}`,
            `Planning ${event.target}`,
            event.considered,
            event.due,
          );
        case 'applying':
          return move(
            `apply ${event.target}`,
            `Writing ${event.target}${event.failed > 0 ? ` (${count(event.failed)} failed)` : ''}`,
            event.done + event.failed + event.skipped,
            event.total,
          );
        case 'waiting':
          finish();
          note(`Waiting ${duration(event.seconds * 1000)} for ${event.system}: ${event.message}`);
          return;
        case 'read':
        case 'planned':
        case 'outcome':
          return;
      }
    },
  };
}

function newBar(stream: Sink): SingleBar {
  return new SingleBar(
    {
      stream: stream as NodeJS.WritableStream,
      format: (_options, { eta, progress, startTime, value, total }, { label }) => {
        const width = Math.max(10, Math.min(30, (stream.columns ?? 80) - 62));
        const filled = Math.round(Math.min(1, progress) * width);
        const bar = '█'.repeat(filled) + '░'.repeat(width - filled);
        const seconds = Math.max(0.001, (Date.now() - startTime) / 1000);
        const left = progress < 1 && Number.isFinite(eta) ? `  ${duration(eta * 1000)} left` : '';
        const rate = `${count(Math.round(value / seconds))}/s`;
        return `${String(label).padEnd(24)} ${bar} ${count(value)}/${count(total)}  ${rate}${left}`;
      },
      hideCursor: true,
      fps: 12,
      etaBuffer: 50,
      clearOnComplete: false,
      emptyOnZero: true,
      linewrap: false,
      gracefulExit: false,
    },
    Presets.shades_classic,
  );
}
