/** Functions over instants. A date is computed with as a date and shown as `M/d/yyyy h:mm:ss tt`, UTC. */

import { dateFormat, readDate, writeDate } from '../date-format.ts';
import {
  addTo,
  difference,
  fromFileTime,
  type Interval,
  type Precise,
  parseInstant,
  parseIso,
  toFileTime,
} from '../dates.ts';
import { countOf, excerpt, integerOf, isEmpty, textOf, type Value } from '../value.ts';
import {
  argument,
  type Call,
  type Compiled,
  type Environment,
  type FunctionDefinition,
  fail,
  offsetOf,
  prepared,
} from './definition.ts';

const Now: FunctionDefinition = {
  parameters: [],
  timed: true,
  build: () => (environment) => {
    const milliseconds = environment.context.now.getTime();
    return new Date(milliseconds - (milliseconds % 1000));
  },
};

const CDate: FunctionDefinition = {
  parameters: [{ name: 'expression' }],
  build: (call) => {
    const read = instant(call, 0);
    return (environment) => read(environment)?.date;
  },
};

const INTERVALS: ReadonlySet<string> = new Set(['yyyy', 'm', 'd', 'ww', 'h', 'n', 's']);

const DateAdd: FunctionDefinition = {
  parameters: [{ name: 'interval' }, { name: 'value' }, { name: 'dateTime' }],
  build: (call) => {
    const interval = intervalOf(call);
    const value = argument(call, 1);
    const read = instant(call, 2);
    return (environment) => {
      const found = read(environment);
      const unit = interval(environment);
      if (!found || !unit) return undefined;
      const count = countOf(value(environment), 'DateAdd: the value', offsetOf(call, 1));
      return (
        addTo(found.date, unit, count) ??
        fail(call, 1, 'range', 'the result lies beyond the years 1 to 9999')
      );
    };
  },
};

const DateDiff: FunctionDefinition = {
  parameters: [{ name: 'interval' }, { name: 'date1' }, { name: 'date2' }],
  build: (call) => {
    const interval = intervalOf(call);
    const [from, to] = [instant(call, 1), instant(call, 2)];
    return (environment) => {
      const [first, second] = [from(environment), to(environment)];
      const unit = interval(environment);
      return first && second && unit ? difference(unit, first.date, second.date) : undefined;
    };
  },
};

function intervalOf(call: Call): (environment: Environment) => Interval | undefined {
  const isInterval = (text: string): text is Interval => INTERVALS.has(text);
  return prepared(call, 0, (text) =>
    isInterval(text)
      ? text
      : fail(
          call,
          0,
          'range',
          `${excerpt(text)} is not an interval`,
          'intervals are yyyy, m, d, ww, h, n (minutes) and s, in lower case',
        ),
  );
}

const DateFromNum: FunctionDefinition = {
  parameters: [{ name: 'value' }],
  build: (call) => {
    const value = argument(call, 0);
    const offset = offsetOf(call, 0);
    return (environment) => {
      const found = value(environment);
      if (isEmpty(found)) return undefined;
      return fromFileTime(integerOf(found, 'DateFromNum: the number', offset), offset);
    };
  },
};

const NumFromDate: FunctionDefinition = {
  parameters: [{ name: 'value' }],
  build: (call) => {
    const value = argument(call, 0);
    const offset = offsetOf(call, 0);
    return (environment) => {
      const found = value(environment);
      if (found instanceof Date) return toFileTime({ date: found, ticks: 0 });
      const text = textOf(found, offset);
      if (text === undefined || text === '') return undefined;
      const read = parseIso(text) ?? notADate(call, 0, text, 'write it as 2025-12-31T23:59:59Z');
      return toFileTime(read);
    };
  },
};

/** The names of .NET's DateTimeStyles; white space is allowed anyway, and UTC assumed. */
const STYLES =
  /^\s*(?:(?:None|Allow(?:Leading|Trailing|Inner)White|AllowWhiteSpaces|NoCurrentDateDefault|AdjustToUniversal|Assume(?:Local|Universal)|RoundtripKind)\s*(?:,\s*|$))*$/;

const FormatDateTime: FunctionDefinition = {
  parameters: [
    { name: 'source' },
    { name: 'dateTimeStyles', optional: true },
    { name: 'inputFormat', optional: true },
    { name: 'outputFormat', optional: true },
  ],
  atLeast: 3,
  build: (call) => {
    // Three arguments are source, inputFormat, outputFormat; published expressions have both forms.
    const [input, output] = call.arguments.length === 3 ? [1, 2] : [2, 3];
    if (!call.arguments[output]) fail(call, output, 'arity', 'needs an outputFormat');
    const styles = call.arguments.length === 3 ? undefined : call.arguments[1]?.constant;
    if (styles !== undefined && !STYLES.test(styles)) {
      fail(call, 1, 'range', `${excerpt(styles)} are not date and time styles`);
    }
    return reformatted(call, input, output);
  },
};

function reformatted(call: Call, input: number, output: number): Compiled {
  const source = argument(call, 0);
  const offset = offsetOf(call, 0);
  const inputFormat = prepared(call, input, (text) => ({
    text,
    format: dateFormat(text, offsetOf(call, input)),
  }));
  const outputFormat = prepared(call, output, (text) => dateFormat(text, offsetOf(call, output)));
  return (environment) => {
    const value = source(environment);
    if (isEmpty(value)) return undefined;
    const written = outputFormat(environment) ?? [];
    if (value instanceof Date) return writeDate(written, { date: value, ticks: 0 });
    const text = textOf(value, offset) ?? '';
    const format =
      inputFormat(environment) ??
      fail(call, input, 'range', `needs an inputFormat to read ${excerpt(text)}`);
    const read =
      readDate(format.format, text, environment.context.now) ??
      notADate(call, 0, text, `inputFormat is ${excerpt(format.text)}`);
    return writeDate(written, read);
  };
}

/** A date value as it is; a text read; no value gives none. */
function instant(call: Call, index: number): (environment: Environment) => Precise | undefined {
  const value = argument(call, index);
  const offset = offsetOf(call, index);
  return (environment) => {
    const found: Value = value(environment);
    if (found instanceof Date) return { date: found, ticks: 0 };
    const text = textOf(found, offset);
    if (text === undefined || text === '') return undefined;
    return (
      parseInstant(text) ??
      notADate(
        call,
        index,
        text,
        'write it as 2025-12-31 or 2025-12-31T23:59:59+01:00; other forms are read by FormatDateTime',
      )
    );
  };
}

function notADate(call: Call, index: number, text: string, remedy: string): never {
  return fail(call, index, 'date', `${excerpt(text)} is not a date of the expected form`, remedy);
}

export const DATES: Readonly<Record<string, FunctionDefinition>> = {
  CDate,
  DateAdd,
  DateDiff,
  DateFromNum,
  FormatDateTime,
  Now,
  NumFromDate,
};
