import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { answer } from './batch.ts';
import { signature } from './check.ts';
import { APP } from './functions/index.ts';

const file = path.resolve(import.meta.dirname, '../../docs/expressions.md');
const page = readFileSync(file, 'utf8');

function blocks(language: string): readonly string[] {
  return [...page.matchAll(/^```(\w+)\n(.*?)^```/gms)].flatMap(([, found, body = '']) =>
    found === language ? [body] : [],
  );
}

const attributes: unknown = JSON.parse(blocks('json')[0] ?? '');
const examples = blocks('expression')
  .flatMap((block) => block.trim().split('\n'))
  .map((line) => {
    const [, expression = '', relation = '', expected = ''] =
      /^(.*?)\s+([→~]) (.*)$/.exec(line) ?? [];
    return { expression, relation, expected };
  });

/** As the page writes an answer. */
function shown(expression: string): string {
  const found = answer(
    { expression, attributes, defaultDomain: 'contoso.com' },
    { now: new Date('2025-07-30T10:00:00Z') },
  );
  if ('error' in found) return `(error: ${found.error})`;
  const { value } = found;
  if (value === null) return '(no value)';
  if (typeof value === 'string') return value;
  if ('$flow' in value) return value.$flow === 'ignore' ? '(ignored)' : '(object ignored)';
  return JSON.stringify(value);
}

describe('the page on expressions', () => {
  it.each(examples)('$expression $relation $expected', ({ expression, relation, expected }) => {
    if (relation === '~') expect(shown(expression)).toMatch(new RegExp(expected));
    else
      expect(shown(expression).replaceAll('","', '", "')).toBe(expected.replaceAll('","', '", "'));
  });

  it('has an example of every function', () => {
    const missing = [...APP.functions]
      .filter(([name]) => !examples.some(({ expression }) => expression.includes(`${name}(`)))
      .map(([name, definition]) => signature(name, definition));
    expect(missing).toEqual([]);
  });
});
