/** What the documents say of the protocol and of clients is what the tests and the code have. */

import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { directoryOptions } from '../../src/connectors/directory/options.ts';
import { CLIENTS, LENIENCIES } from '../../src/scim/clients.ts';

const root = path.resolve(import.meta.dirname, '../..');

function page(name: string): string {
  return readFileSync(path.join(root, 'docs', name), 'utf8');
}

/** The cells of every row of tables, without their blanks. */
function rows(text: string): readonly (readonly string[])[] {
  const lines = text.split('\n').filter((line) => /^\|(?! *-)/.test(line));
  return lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

it('every test that docs/scim-conformance.md names is there, and every test there is named', () => {
  const text = page('scim-conformance.md');
  const named = rows(text).flatMap((cells) => /^`([\w.-]+)`$/.exec(cells.at(-1) ?? '')?.[1] ?? []);
  expect(named.length).toBeGreaterThan(40);
  const file = (name: string) => path.join(import.meta.dirname, `${name}.test.ts`);
  expect(named.filter((name) => !existsSync(file(name)))).toEqual([]);
  const there = globSync('*.test.ts', { cwd: import.meta.dirname })
    .map((name) => name.slice(0, -'.test.ts'.length))
    .filter((name) => name !== 'documented');
  expect(there.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
});

it('every section that docs/scim-conformance.md gives to a test is named in that test', () => {
  const missing = rows(page('scim-conformance.md')).flatMap(([section = '', , test = '']) => {
    const numbers = section.match(/§[\d.]*\d/g) ?? [];
    const name = /^`(rfc7644-3\.\d[\w.-]*)`$/.exec(test)?.[1];
    if (name === undefined || numbers.length === 0) return [];
    const text = readFileSync(path.join(import.meta.dirname, `${name}.test.ts`), 'utf8');
    return numbers.filter((number) => !text.includes(number)).map((number) => `${name} ${number}`);
  });
  expect(missing).toEqual([]);
});

it('the deviations and clients of docs/served-systems.md are those of the code', () => {
  const text = page('served-systems.md');
  const [, part = ''] = /## Where clients deviate\n(.*?)\n## /s.exec(text) ?? [];
  const told = rows(part).flatMap(([name = '', , , , clients = '']) => {
    const known = /^`([a-z-]+)`$/.exec(name)?.[1];
    return known === undefined ? [] : [[known, clients.match(/[a-z][a-z0-9-]*/g) ?? []] as const];
  });
  const expected = Object.keys(LENIENCIES).map((name) => [
    name,
    Object.keys(CLIENTS).filter((client) => CLIENTS[client]?.includes(name)),
  ]);
  expect(Object.fromEntries(told)).toEqual(Object.fromEntries(expected));
  for (const client of Object.keys(CLIENTS)) expect(part).toContain(`\`${client}\``);
});

it('the options that docs/served-systems.md shows are taken as they are', () => {
  const examples = [...page('served-systems.md').matchAll(/```yaml\n(options:.*?)```/gs)];
  expect(examples.length).toBe(2);
  for (const [, text = ''] of examples) {
    const { options } = parse(text.replace(/\$\{env:\w+\}/, 'smtps://mail.contoso.com'));
    expect(directoryOptions.safeParse(options).error).toBeUndefined();
  }
});
