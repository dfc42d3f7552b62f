/** A run as it moves, one line for each thing it works on; where nobody watches, only why it stands still. */

import { MultiBar, type Options, Presets, type SingleBar } from 'cli-progress';
import type { Progress } from '../sync/engine.ts';
import type { Output, Sink } from './terminal.ts';
import { count, duration, rate } from './words.ts';

export interface ProgressDisplay extends Disposable {
  readonly show: (event: Progress) => void;
}

/** What a line is drawn from, besides the numbers. */
interface Payload {
  readonly label: string;
  /** How far it goes is not known. */
  readonly open: boolean;
  /** Until its last move; so a finished line keeps its pace. */
  readonly milliseconds: number;
  readonly secondsLeft?: number;
}

/** One line of the display; without a total it only counts. */
interface Move {
  readonly label: string;
  readonly done: number;
  readonly total?: number;
  /** Where it is known better than by the pace on this display. */
  readonly secondsLeft?: number;
}

/** @param stream A terminal, when the output is live. */
export function progressDisplay(out: Output, stream: Sink): ProgressDisplay {
  const { live, paint } = out;
  if (!live) return { show: pauses(out), [Symbol.dispose]: () => {} };
  const bars = new MultiBar(optionsFor(stream, paint), Presets.shades_classic);
  const byLabel = new Map<string, { readonly bar: SingleBar; readonly began: number }>();

  function move({ label, done, total, secondsLeft }: Move): void {
    const known = byLabel.get(label);
    const began = known?.began ?? Date.now();
    const end = total ?? Math.max(done, 1);
    const payload: Payload = {
      label,
      open: total === undefined,
      milliseconds: Date.now() - began,
      ...(secondsLeft !== undefined && { secondsLeft }),
    };
    const line = known?.bar ?? bars.create(end, 0, payload);
    byLabel.set(label, { bar: line, began });
    line.setTotal(end);
    line.update(done, payload);
  }

  return {
    show: (event) => {
      const text = textOf(event);
      if (text !== undefined) {
        bars.log(`${text}\n`);
        return;
      }
      const next = moveOf(event);
      if (next !== undefined) move(next);
    },
    [Symbol.dispose]: () => bars.stop(),
  };
}

/** What is said in words. */
function textOf(event: Progress): string | undefined {
  if (event.type === 'remark') return event.message;
  if (event.type !== 'waiting') return undefined;
  const { system, seconds, message } = event;
  const long = seconds > 0 ? `, ${duration(seconds * 1000)} at most` : '';
  return `Waiting for ${system}${long}: ${message}`;
}

/** Each reason once: whoever reads a log need not see every turn of a wait. */
function pauses({ note }: Output): ProgressDisplay['show'] {
  const told = new Set<string>();
  return (event) => {
    const text = textOf(event);
    if (text === undefined || !('message' in event)) return;
    const reason = 'system' in event ? `${event.system} ${event.message}` : event.message;
    if (told.has(reason)) return;
    told.add(reason);
    note(text);
  };
}

function moveOf(event: Progress): Move | undefined {
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
        ...(event.secondsLeft !== undefined && { secondsLeft: event.secondsLeft }),
      };
    case 'planned':
    case 'outcome':
    case 'waiting':
    case 'remark':
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
    format: (_options, { eta, progress, value, total }, payload) => {
      const { label, open, milliseconds, secondsLeft = eta } = payload as Payload;
      const pace = rate(value, milliseconds);
      const title = `  ${label.padEnd(26)}`;
      if (open) return `${title} ${count(value).padStart(7)}  ${paint('grey', pace)}`;
      const left =
        progress < 1 && Number.isFinite(secondsLeft) ? `${duration(secondsLeft * 1000)} left` : '';
      return `${title} ${bar(progress, stream, paint)} ${count(value)}/${count(total)}  ${paint('grey', `${pace}  ${left}`)}`;
    },
  };
}

function bar(progress: number, { columns = 80 }: Sink, paint: Output['paint']): string {
  const width = Math.max(8, Math.min(30, columns - 66));
  const filled = Math.round(Math.max(0, Math.min(1, progress)) * width);
  return paint('green', '━'.repeat(filled)) + paint('grey', '━'.repeat(width - filled));
}
