import { expect, it } from 'vitest';
import type { ReadingReport } from '../sync/engine.ts';
import { sayNotTaken, sayToDecide } from './report.ts';
import { output } from './terminal.ts';

function said(say: (out: ReturnType<typeof output>) => void): string {
  let text = '';
  const write = (piece: string): void => {
    text += piece;
  };
  say(output({ stdin: {}, stdout: { write }, stderr: { write }, env: {} }, false));
  return text;
}

const READING: ReadingReport = { system: 'hr', kind: 'user', mode: 'full', milliseconds: 3 };

it('says of a reading that failed what to do, and where to read more', () => {
  const failure = {
    code: 'file-invalid',
    message: 'line 3: 2 cells where the header has 3',
    remedy: 'Mend these lines, or have the file written anew.',
  };
  expect(said((out) => sayNotTaken([{ ...READING, failure }], out))).toBe(
    '  hr: Mend these lines, or have the file written anew.\n  file-invalid: see docs/errors.md\n',
  );
});

it('names records that were not taken, and absences that were not believed', () => {
  const result = {
    added: 0,
    changed: 0,
    removed: 0,
    seen: 3,
    rejected: [
      {
        ref: { system: 'hr', kind: 'user', id: '9' },
        code: 'date-unreadable',
        message: 'hired cannot be read',
      },
    ],
    rejectedCount: 1,
    withheld: { absent: 30, before: 33 },
  };
  expect(said((out) => sayNotTaken([{ ...READING, result }], out))).toBe(
    `  Not taken: hr user 9: hired cannot be read
  Not believed: 30 of 33 users of hr were not there; nobody was taken for gone.
  If they really are gone: lockstep release --absences hr
`,
  );
});

it('counts what waits for a person, and nothing where nothing does', () => {
  expect(said((out) => sayToDecide(2, out))).toBe('2 to be decided by a person: lockstep review\n');
  expect(said((out) => sayToDecide(0, out))).toBe('');
});
