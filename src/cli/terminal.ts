/** Where a command speaks: text for people, or JSON for machines and nothing else. */

export interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** The streams and settings a command runs with; tests hand in their own. */
export interface Terminal {
  readonly stdin: { readonly isTTY?: boolean };
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly env: NodeJS.ProcessEnv;
}

export type Colour = 'green' | 'red' | 'yellow' | 'cyan' | 'grey' | 'bold';

const CODES: Readonly<Record<Colour, readonly [number, number]>> = {
  green: [32, 39],
  red: [31, 39],
  yellow: [33, 39],
  cyan: [36, 39],
  grey: [90, 39],
  bold: [1, 22],
};

export type Paint = (colour: Colour, text: string) => string;

export interface Output {
  /** A line for people on stdout; nothing with `--json`. */
  say(line?: string): void;
  /** A line for machines on stdout; nothing without `--json`. */
  json(value: unknown): void;
  /** A line on stderr, for whoever watches. */
  note(line: string): void;
  readonly paint: Paint;
  /** Columns there are. */
  readonly width: number;
  /** Whether somebody sees a display that moves. */
  readonly live: boolean;
  readonly machine: boolean;
}

/** Whoever reads a file or a pipe wants whole lines. */
const WIDTH_WITHOUT_TERMINAL = Number.POSITIVE_INFINITY;

export function output(terminal: Terminal, machine: boolean): Output {
  const { stdout, stderr, env } = terminal;
  const coloured = stdout.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
  return {
    machine,
    live: stderr.isTTY === true && !machine && env.TERM !== 'dumb',
    width: stdout.columns ?? WIDTH_WITHOUT_TERMINAL,
    paint: (colour, text) => {
      if (!coloured || text === '') return text;
      const [on, off] = CODES[colour];
      return `\u001B[${on}m${text}\u001B[${off}m`;
    },
    say: (line = '') => {
      if (!machine) stdout.write(`${line}\n`);
    },
    json: (value) => {
      if (machine) stdout.write(`${JSON.stringify(value)}\n`);
    },
    note: (line) => {
      stderr.write(`${line}\n`);
    },
  };
}

/** Whether questions can be asked. */
export function isInteractive({ stdin, stdout, env }: Terminal): boolean {
  return stdin.isTTY === true && stdout.isTTY === true && !env.CI;
}
