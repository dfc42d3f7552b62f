import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { z } from 'zod';
import { type Answer, answer } from '../mapping/batch.ts';
import {
  body,
  type CommonOptions,
  type Exit,
  newCommand,
  Refusal,
  type Session,
} from './session.ts';
import type { Output } from './terminal.ts';

interface EvalOptions extends CommonOptions {
  readonly object?: string;
  readonly batch?: string;
}

export function evalCommand(session: Session): Command {
  const command = newCommand('eval', 'one expression over one object')
    .argument(
      '[expression]',
      'in the mapping language, such as \'Join(" ", [givenName], [surname])\'',
    )
    .option('--object <file>', 'a JSON object with the attributes')
    .option('--batch <file>', 'a JSON array of { expression, attributes, … }');
  return body<EvalOptions>(session, command, async (options, out, [expression]) => {
    if (options.batch !== undefined) return await evaluateBatch(options.batch, out);
    if (expression === undefined) {
      throw new Refusal('choice-missing', 'an expression is missing', {
        remedy: `such as: lockstep eval 'ToUpper("a")'; or --batch FILE`,
        exit: 64,
      });
    }
    const attributes =
      options.object === undefined
        ? {}
        : await readJson(options.object, z.record(z.string(), z.unknown()));
    return say(answer({ expression, attributes }, outside()), expression, out);
  });
}

async function evaluateBatch(file: string, out: Output): Promise<Exit> {
  const items = await readJson(file, z.array(z.unknown()));
  let failed = false;
  for (const item of items) {
    const result = answer(item, outside());
    failed ||= 'error' in result;
    say(result, '', out);
  }
  // To a program an error is an answer like any other.
  return failed && !out.machine ? 1 : 0;
}

function outside(): Parameters<typeof answer>[1] {
  return { now: new Date(), random: Math.random };
}

function say(result: Answer, expression: string, out: Output): Exit {
  out.json(result);
  if ('value' in result) {
    const { value } = result;
    out.say(
      typeof value === 'string'
        ? value
        : value === null
          ? out.paint('grey', 'no value')
          : JSON.stringify(value),
    );
    return 0;
  }
  const { message, position, error } = result;
  out.say(`${out.paint('red', error)} ${message}`);
  if (position !== undefined && expression !== '') {
    out.say(`  ${expression.split('\n')[position.line - 1] ?? ''}`);
    out.say(`  ${' '.repeat(position.column - 1)}${out.paint('red', '^')}`);
  }
  return 1;
}

async function readJson<Value>(file: string, schema: z.ZodType<Value>): Promise<Value> {
  try {
    return schema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    const message = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new Refusal('file-unreadable', `${file}: ${message}`, {
      remedy: 'a JSON file is needed here',
      exit: 64,
    });
  }
}
