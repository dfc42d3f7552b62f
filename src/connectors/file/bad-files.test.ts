/** Files that something went wrong with on their way: reported by line, and nothing of them taken. */

import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { desk, pagesOf, problemsOf, spreadsheet, told } from './testing.ts';

const GOOD = 'id,name\n7,Ada\n8,Grace\n9,Edsger\n';

async function problemsIn(
  content: string | Buffer,
  options: Readonly<Record<string, unknown>> = {},
): Promise<readonly string[]> {
  await using room = await desk();
  await room.write('people.csv', content);
  return await problemsOf(await room.connect({ path: 'people.csv', ...options }));
}

it.each<[string, string | Buffer, readonly unknown[], Readonly<Record<string, unknown>>?]>([
  ['truncated in a row', GOOD.slice(0, -8), ['4: 1 cells where the header has 2']],
  [
    'truncated in a quoted value',
    'id,name\n7,Ada\n8,"Grace\n',
    ['3: a quote that begins here or further on is never closed'],
  ],
  [
    'doubled',
    GOOD + GOOD,
    [
      '5: the header stands here again; is the file doubled, or joined from several?',
      '6: id "7" stands on line 2 already',
      '7: id "8" stands on line 3 already',
      '8: id "9" stands on line 4 already',
    ],
  ],
  ['in another encoding', Buffer.from('id,name\n7,Bjørn\n', 'latin1'), [/^2: this is not utf-8/]],
  ['in two bytes a character', Buffer.from(GOOD, 'utf16le'), [/^1: this is not utf-8; set/]],
  ['a spreadsheet under another name', spreadsheet({ rows: [['id']] }), [/^1: this is a packed/]],
  ['an old spreadsheet', Buffer.from('d0cf11e0a1b11ae1', 'hex'), [/^1: this is an old/]],
  ['a PDF', '%PDF-1.7\n', ['1: this is a PDF']],
  ['a page that asks to log in', '<!doctype html>\n<html>\n', [/^1: there is no column/]],
  ['with a header twice', 'id,name,id\n7,Ada,7\n', ['1: two columns are named "id"']],
  ['without a header', '7,Ada\n8,Grace\n', ['1: there is no column "id"']],
  ['with a broken header', 'id,"na"me\n7,Ada\n', [/^1: a quoted value goes on/]],
  ['empty', '', [/^1: the file is empty/]],
  [
    'a million columns wide',
    `id,${'a,'.repeat(1_000_000)}\n7\n`,
    ['1: 1000002 columns; at most 4096 are read'],
  ],
  [
    'a million named columns wide',
    `id,${Array.from({ length: 1_000_000 }, (_, index) => `column${index}`).join(',')}\n7\n`,
    ['1: longer than 1048576 characters; is a quote left open?'],
  ],
  [
    'thousands of columns wide',
    `id${',a'.repeat(5000)}\n7\n`,
    ['1: 5001 columns; at most 4096 are read'],
  ],
  [
    'objects of thousands of members',
    `[\n{"id":"7"},\n${JSON.stringify({ id: '8', ...Array(5000).fill('a') })}\n]`,
    ['3: 5001 columns; at most 4096 are read'],
    { format: 'json' },
  ],
])('%s', async (_, content, expected, options = {}) => {
  const found = await problemsIn(content, options);
  expect(found).toHaveLength(expected.length);
  for (const [index, problem] of expected.entries()) {
    if (problem instanceof RegExp) expect(found[index]).toMatch(problem);
    else expect(found[index]).toBe(problem);
  }
});

it('a folder where a file was', async () => {
  await using room = await desk();
  await mkdir(path.join(room.folder, 'people.csv'));
  const connector = await room.connect({ path: 'people.csv' });
  expect(await problemsOf(connector)).toEqual(['file-denied']);
});

it('with more wrong than anybody reads: the first hundred, and no more', async () => {
  const found = await problemsIn(`id,name\n${'7\n'.repeat(5000)}`);
  expect(found).toHaveLength(100);
  expect(found[0]).toBe('2: 1 cells where the header has 2');
});

it('is taken whole as it was written, or not at all, wherever it was cut or damaged', async () => {
  const lines = GOOD.trimEnd().split('\n');
  const change = fc.tuple(fc.nat(GOOD.length - 1), fc.integer({ min: 0, max: 255 }));
  await using room = await desk();
  const connector = await room.connect({ path: 'people.csv' });
  await fc.assert(
    fc.asyncProperty(change, async ([at, byte]) => {
      const cut = Buffer.from(GOOD).subarray(0, at);
      const damaged = Buffer.concat([cut, Buffer.from([byte]), Buffer.from(GOOD.slice(at + 1))]);
      for (const content of [cut, damaged]) {
        await room.write('people.csv', content);
        const outcome = await pagesOf(connector).then(told, (error) => error.code);
        if (outcome === 'file-invalid') continue;
        // A cut between two rows, or in the last value, and another letter leave a list as it may be.
        expect(outcome.length).toBeLessThan(lines.length + 1);
        expect(new Set(outcome.map((row: string) => row.split(' ')[0])).size).toBe(outcome.length);
      }
    }),
    { numRuns: 60 },
  );
});

describe('columns under other names', () => {
  const columns = { 'Personal-Nr.': 'id', Vorname: 'name' };

  it('are read as if the file had them', async () => {
    await using room = await desk();
    await room.write('p.csv', 'Personal-Nr.;Vorname;Abteilung\n007;Ada;IT\n');
    await room.write('p.json', '[{"Personal-Nr.":"007","Vorname":"Ada","Abteilung":"IT"}]');
    await room.write(
      'p.xlsx',
      spreadsheet({
        rows: [
          ['Personal-Nr.', 'Vorname', 'Abteilung'],
          ['007', 'Ada', 'IT'],
        ],
      }),
    );
    for (const name of ['p.csv', 'p.json', 'p.xlsx']) {
      const connector = await room.connect({ path: name, columns });
      const [page] = await pagesOf(connector);
      expect(page?.changes).toMatchObject([
        { record: { ref: { id: '007' }, attributes: { id: '007', name: 'Ada', Abteilung: 'IT' } } },
      ]);
      const schema = await connector.describe?.({ signal: new AbortController().signal });
      expect(schema?.kinds[0]?.attributes.map((each) => each.path)).toEqual([
        'id',
        'name',
        'Abteilung',
      ]);
    }
  });

  it('have to be there, and apart', async () => {
    expect(await problemsIn('Personal-Nr,Vorname\n7,Ada\n', { columns })).toEqual([
      '1: there is no column "Personal-Nr."; did you mean "Personal-Nr"?',
      '1: there is no column "id"',
    ]);
    expect(await problemsIn('Personal-Nr.,Vorname,id\n7,Ada,8\n', { columns })).toEqual([
      '1: two columns are named "id"',
    ]);
    const json = '[{"Personal-Nr.":"7","id":"8"}]';
    expect(await problemsIn(json, { columns, format: 'json' })).toEqual([
      '1: two members are named "id"',
    ]);
  });
});
