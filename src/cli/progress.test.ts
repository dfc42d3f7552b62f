import { expect, it } from 'vitest';
import { progressDisplay } from './progress.ts';
import { output } from './terminal.ts';

it('says without a terminal what is waited for and what went wrong beside the work, once, and nothing else', () => {
  const lines: string[] = [];
  const stderr = { write: (text: string) => lines.push(text) };
  const terminal = { stdin: {}, stdout: { write: () => {} }, stderr, env: {} };
  using display = progressDisplay(output(terminal, false), stderr);
  const waiting = {
    type: 'waiting',
    system: 'write/ramp',
    seconds: 600,
    message: 'process 4711 on build-7 is at work there',
  } as const;
  display.show(waiting);
  display.show({ type: 'planning', target: 'ramp', considered: 1, due: 2 });
  display.show(waiting);
  display.show({ type: 'remark', message: 'what is old was not deleted' });
  expect(lines).toEqual([
    'Waiting for write/ramp, 10 min 0 s at most: process 4711 on build-7 is at work there\n',
    'what is old was not deleted\n',
  ]);
});
