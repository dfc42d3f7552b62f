/**
 * What went over the wire for one operation, as the provisioning log keeps it: compact, cut to a
 * length, and without what is secret. An answer that repeats what was sent is kept as the difference.
 */

import type { CallOptions, Exchange } from '../connectors/spi/index.ts';
import type { Target } from '../plan/target.ts';
import type { Wire } from './outcome.ts';
import { hiddenIn, type Secrecy, secrecyOf } from './secrecy.ts';

/** One request and its answer, as they are shown. */
export interface KeptExchange {
  /** From 1; what is sent again after a failure is the next one. */
  readonly attempt: number;
  readonly method: string;
  readonly path: string;
  /** Absent: no answer came. */
  readonly status?: number;
  readonly milliseconds: number;
  readonly requestId?: string;
  /** JSON; or its beginning as a text, where there was too much of it. */
  readonly sent?: unknown;
  readonly answer?: unknown;
}

/** Of one operation: what it is sent with each time, and in the end how it was sent. */
export interface Sender {
  /** @param attempt From 1. */
  call(attempt: number, signal: AbortSignal): CallOptions;
  wire(): Wire;
}

/** Of each body, in characters of its JSON. */
const LONGEST = 4000;
/** Of one operation; those in the middle of more are left out. */
const MOST = 20;

export function wireOf(target: Pick<Target, 'mapping'>): Sender {
  const heard: Heard[] = [];
  let attempts = 0;
  return {
    call: (attempt, signal) => {
      attempts = Math.max(attempts, attempt);
      const exchanged = (exchange: Exchange) => {
        if (heard.length === MOST) heard.splice(MOST / 2, 1);
        heard.push({ attempt, exchange });
      };
      return { signal, exchanged };
    },
    wire: () =>
      heard.length === 0 ? { attempts } : { attempts, exchanges: textOf(heard, secrecyOf(target)) },
  };
}

interface Heard {
  readonly attempt: number;
  readonly exchange: Exchange;
}

function textOf(heard: readonly Heard[], secrecy: Secrecy): string {
  let before: string | undefined;
  const texts = heard.map((each) => {
    const { text, sent } = written(each, before, secrecy);
    before = sent;
    return text;
  });
  return `[${texts.join()}]`;
}

/** Written piece by piece: bodies are JSON already when it is known how long they are. */
function written(
  { attempt, exchange }: Heard,
  before: string | undefined,
  secrecy: Secrecy,
): { readonly text: string; readonly sent: string | undefined } {
  const { method, path, status, milliseconds, requestId } = exchange;
  const { sent, answer } = hiddenIn(exchange, secrecy);
  const sentText = sent === undefined ? undefined : cut(JSON.stringify(sent));
  const parts = [
    `"method":${JSON.stringify(method)},"path":${JSON.stringify(path)}`,
    `"milliseconds":${Math.round(milliseconds)}`,
  ];
  if (attempt > 1) parts.push(`"attempt":${attempt}`);
  if (status !== undefined) parts.push(`"status":${status}`);
  if (requestId !== undefined) parts.push(`"requestId":${JSON.stringify(requestId)}`);
  if (sentText !== undefined) {
    parts.push(sentText === before ? '"again":true' : `"sent":${sentText}`);
  }
  if (isObject(sent) && isObject(answer) && !sentText?.startsWith('"')) {
    parts.push(...differenceOf(sent, answer));
  } else if (answer !== undefined) {
    parts.push(`"answer":${cut(JSON.stringify(answer))}`);
  }
  return { text: `{${parts.join()}}`, sent: sentText };
}

/** What an answer has beyond what was sent, or otherwise, and what it has not. */
function differenceOf(
  sent: Readonly<Record<string, unknown>>,
  answer: Readonly<Record<string, unknown>>,
): readonly string[] {
  const plus: Record<string, unknown> = {};
  let repeats = false;
  for (const [name, value] of Object.entries(answer)) {
    if (Object.hasOwn(sent, name) && isSame(sent[name], value)) repeats = true;
    else plus[name] = value;
  }
  if (!repeats) return [`"answer":${cut(JSON.stringify(answer))}`];
  const lacks = Object.keys(sent).filter((name) => !Object.hasOwn(answer, name));
  const parts = [`"plus":${cut(JSON.stringify(plus))}`];
  return lacks.length === 0 ? parts : [...parts, `"lacks":${JSON.stringify(lacks)}`];
}

function cut(json: string): string {
  if (json.length <= LONGEST) return json;
  const more = json.length - LONGEST;
  return JSON.stringify(`${json.slice(0, LONGEST)}… (${more} more characters)`);
}

function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => isSame(item, b[index]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && isSame(a[name], b[name]))
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** As it is stored. */
interface Stored {
  readonly method: string;
  readonly path: string;
  readonly milliseconds: number;
  readonly attempt?: number;
  readonly status?: number;
  readonly requestId?: string;
  readonly sent?: unknown;
  /** The same was sent as before. */
  readonly again?: true;
  readonly answer?: unknown;
  /** The answer is what was sent, and this; without what it lacks. */
  readonly plus?: unknown;
  readonly lacks?: readonly string[];
}

/** @param text As a `Wire` has it. */
export function exchangesOf(text: string): readonly KeptExchange[] {
  let before: unknown;
  return (JSON.parse(text) as readonly Stored[]).map(
    ({ attempt = 1, again, plus, lacks = [], sent: own, answer: whole, ...rest }) => {
      const sent = again ? before : own;
      before = sent;
      const answer = plus === undefined ? whole : repeated(sent, plus, lacks);
      return {
        attempt,
        ...rest,
        ...(sent !== undefined && { sent }),
        ...(answer !== undefined && { answer }),
      };
    },
  );
}

function repeated(sent: unknown, plus: unknown, lacks: readonly string[]): unknown {
  if (!isObject(sent) || !isObject(plus)) return plus;
  const kept = Object.entries(sent).filter(([name]) => !lacks.includes(name));
  return { ...Object.fromEntries(kept), ...plus };
}
