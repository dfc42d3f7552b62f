/** A run as it moves, one line for each thing it works on; silent where nobody watches. */

import { MultiBar, type Options, Presets, type SingleBar } from 'cli-progress';
import type { Progress } from '../sync/engine.ts';
import type { Output, Sink } from './terminal.ts';
import { count, duration } from './words.ts';

export interface ProgressDisplay extends Disposable {
  readonly show: (event: Progress) => void;
}

/** One line of the display; without a total it only counts. */
interface Move {
  readonly label: string;
  readonly done: number;
  readonly total?: number;
}

/** @param stream A terminal, when the output is live. */
export function progressDisplay({ live, paint }: Output, stream: Sink): ProgressDisplay {
  if (!live) return { show: () => {}, [Symbol.dispose]: () => {} };
  const bars = new MultiBar(optionsFor(stream, paint), Presets.shades_classic);
  const byLabel = new Map<string, SingleBar>();

  function move({ label, done, total }: Move): void {
    const open = total === undefined;
    const end = total ?? Math.max(done, 1);
    const bar = byLabel.get(label) ?? bars.create(end, 0, { label, open });
    byLabel.set(label, bar);
    bar.setTotal(end);
    bar.update(done, { open });
  }

  return {
    show: (event) => {
      if (event.type === 'waiting') {
        bars.log(
          `Waiting ${duration(event.seconds * 1000)} for ${event.system}: ${event.message}\n`,
        );
        return;
      }
      const next = moveOf(event);
      if (next !== undefined) move(next);
    },
    [Symbol.dispose]: () => bars.stop(),
  };
}

function moveOf(event: Exclude<Progress, { readonly type: 'waiting' }>): Move | undefined {
  switch (event.type) {
    case 'reading': {
      const { system, kind, read, total } = event;
      return { label: `Reading ${system} ${kind}s`, done: read, ...(total && { total }) };
    }
    case 'read': {
      const { system, kind, result } = event.reading;
      if (result === undefined) return undefined;
      return { label: `Reading ${system} ${kind}s`, done: result.seen, total: result.seen };
    }
    case 'planning':
      return { label: `Planning ${event.target}`, done: event.considered, total: event.due };
    case 'applying':
      return {
        label: `Writing ${event.target}`,
        done: event.done + event.failed + event.skipped,
        total: event.total,
      };
    case 'planned':
    case 'outcome':
      return undefined;
  }
}

function optionsFor(stream: Sink, paint: Output['paint']): Options {
  return {
    stream: stream as NodeJS.WritableStream,
    hideCursor: true,
    fps: 12,
    etaBuffer: 50,
    linewrap: false,
    gracefulExit: false,
    format: (_options, { eta, progress, startTime, stopTime, value, total }, payload) => {
      const { label, open } = payload as { readonly label: string; readonly open: boolean };
      const seconds = Math.max(0.001, ((stopTime ?? Date.now()) - startTime) / 1000);
      const pace = value === 0 ? '' : `${count(Math.round(value / seconds))}/s`;
      const title = `  ${label.padEnd(26)}`;
      if (open) return `${title} ${count(value).padStart(7)}  ${paint('grey', pace)}`;
      const left = progress < 1 && Number.isFinite(eta) ? `${duration(eta * 1000)} left` : '';
      return `${title} ${bar(progress, stream, paint)} ${count(value)}/${count(total)}  ${paint('grey', `${pace}  ${left}`)}`;
    },
  };
}

function bar(progress: number, { columns = 80 }: Sink, paint: Output['paint']): string {
  const width = Math.max(8, Math.min(30, columns - 66));
  const filled = Math.round(Math.max(0, Math.min(1, progress)) * width);
  return paint('green', '━'.repeat(filled)) + paint('grey', '━'.repeat(width - filled));
}
