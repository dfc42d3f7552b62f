import { rm, utimes } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ChangePage } from '../spi/index.ts';
import { desk, pagesOf, problemsOf, told, watermarkOf } from './testing.ts';

const DELTA = { path: '.', mode: 'delta', operation: 'op' };

/** Who is there once the pages are absorbed, in their order. */
function absorbed(pages: readonly ChangePage[]): ReadonlyMap<string, unknown> {
  const people = new Map<string, unknown>();
  for (const change of pages.flatMap(({ changes }) => changes)) {
    if (change.type === 'absent') people.delete(change.ref.id);
    else if (change.type === 'present')
      people.set(change.record.ref.id, change.record.attributes.name);
  }
  return people;
}

it('is taken file by file in the order of the names, each once', async () => {
  await using room = await desk();
  await room.write('2026-01-02.csv', 'op,id,name\nU,7,Ada King\nD,8,\n');
  await room.write('2026-01-01.csv', 'op,id,name\nA,7,Ada\n,8,Grace\n');
  await room.write('.2026-01-03.csv', 'half');
  await room.write('2026-01-03.csv.part', 'half');
  const hr = await room.connect(DELTA);
  const first = await pagesOf(hr);
  expect(told(first)).toEqual(['+7 Ada', '+8 Grace', '+7 Ada King', '-8']);
  // Nobody is absent because no file says anything about them.
  expect(first.some(({ complete }) => complete)).toBe(false);

  expect(told(await pagesOf(hr, watermarkOf(first)))).toEqual([]);
  await room.write('2026-01-03.ndjson', '{"op":"delete","id":"7"}\n');
  const second = await pagesOf(hr, watermarkOf(first));
  expect(told(second)).toEqual(['-7']);
  expect(told(await pagesOf(hr, watermarkOf(second)))).toEqual([]);
});

it('gives the operation to no attribute, and every row without one is there', async () => {
  await using room = await desk();
  await room.write('1.csv', 'op,id\nU,7\n');
  const [page] = await pagesOf(await room.connect(DELTA));
  const record = { ref: { system: 'hr', kind: 'user', id: '7' }, attributes: { id: '7' } };
  expect(page?.changes).toEqual([{ type: 'present', record }]);
  const plain = await room.connect({ path: '.', mode: 'delta' });
  const pages = await pagesOf(plain);
  expect(pages[0]?.changes).toEqual([
    { type: 'present', record: { ...record, attributes: { op: 'U', id: '7' } } },
  ]);
});

it('has words of its own for what a row means, and guesses none', async () => {
  await using room = await desk();
  await room.write('1.csv', 'op,id\nEintritt,7\nAustritt,8\n');
  const operations = { Eintritt: 'upsert', Austritt: 'delete' };
  expect(told(await pagesOf(await room.connect({ ...DELTA, operations })))).toEqual(['+7', '-8']);
  expect(await problemsOf(await room.connect(DELTA))).toEqual([
    '2: "Eintritt" in op means nothing; say it in `operations`',
    '3: "Austritt" in op means nothing; say it in `operations`',
  ]);
  await room.write('1.csv', 'op,id\n__proto__,7\nconstructor,8\n');
  expect(await problemsOf(await room.connect(DELTA))).toHaveLength(2);
});

it('stops at a file that cannot be taken, and goes on with it once it is mended', async () => {
  await using room = await desk();
  await room.write('1.csv', 'op,id,name\n,7,Ada\n');
  await room.write('2.csv', 'op,id,name\n,8,"Grace\n');
  await room.write('3.csv', 'op,id,name\n,9,Edsger\n');
  const hr = await room.connect(DELTA);
  const read: ChangePage[] = [];
  const { signal } = new AbortController();
  const reading = (async () => {
    for await (const page of hr.read?.('user', { signal }) ?? []) read.push(page);
  })();
  await expect(reading).rejects.toThrow(/2\.csv has a problem.*line 2: a quote/);
  expect(told(read)).toEqual(['+7 Ada']);
  expect(await problemsOf(hr, watermarkOf(read))).toHaveLength(1);
  await room.write('2.csv', 'op,id,name\n,8,Grace\n');
  expect(told(await pagesOf(hr, watermarkOf(read)))).toEqual(['+8 Grace', '+9 Edsger']);
});

it('names a file that comes, or changes, behind its turn, and does not take it', async () => {
  await using room = await desk();
  await room.write('1.csv', 'op,id,name\n,7,Ada\n');
  await room.write('3.csv', 'op,id,name\n,8,Grace\n');
  const hr = await room.connect(DELTA);
  const first = await pagesOf(hr);
  await room.write('2.csv', 'op,id,name\n,7,Old\n');
  await room.write('1.csv', 'op,id,name\n,7,Older\n');
  const second = await pagesOf(hr, watermarkOf(first));
  expect(told(second)).toEqual([]);
  expect(second.flatMap(({ problems = [] }) => problems.map(({ message }) => message))).toEqual([
    'read hr: 1.csv came, or changed, after 3.csv was taken, so it was not taken',
    'read hr: 2.csv came, or changed, after 3.csv was taken, so it was not taken',
  ]);
  await rm(path.join(room.folder, '1.csv'));
  await rm(path.join(room.folder, '2.csv'));
  const third = await pagesOf(hr, watermarkOf(second));
  expect(third).toEqual([{ changes: [], watermark: expect.any(String) }]);
});

it('takes its last file again when that was still being written', async () => {
  await using room = await desk();
  await room.write('1.csv', 'op,id,name\n,7,Ada\n');
  const hr = await room.connect(DELTA);
  const first = await pagesOf(hr);
  await room.write('1.csv', 'op,id,name\n,7,Ada\n,8,Grace\n');
  const second = await pagesOf(hr, watermarkOf(first));
  expect(told(second)).toEqual(['+7 Ada', '+8 Grace']);
  const now = new Date(Date.now() + 5000);
  await utimes(path.join(room.folder, '1.csv'), now, now);
  expect(told(await pagesOf(hr, watermarkOf(second)))).toEqual(['+7 Ada', '+8 Grace']);
});

it('says how far it is with every hundredth file, and goes on from there', async () => {
  await using room = await desk();
  for (let number = 1000; number < 1250; number++) {
    await room.write(`${number}.csv`, `op,id,name\n,7,${number}\n`);
  }
  const hr = await room.connect(DELTA);
  const pages = await pagesOf(hr);
  expect(told(pages)).toHaveLength(250);
  expect(absorbed(pages)).toEqual(new Map([['7', '1249']]));
  const marked = pages.filter(({ watermark }) => watermark !== undefined);
  expect(marked).toHaveLength(3);
  const rest = await pagesOf(hr, marked[1]?.watermark);
  expect([told(rest).length, told(rest)[0]]).toEqual([50, '+7 1200']);
});

it('may hold nothing: no file, a file of nothing, a header alone', async () => {
  await using room = await desk();
  const hr = await room.connect(DELTA);
  expect(told(await pagesOf(hr))).toEqual([]);
  await room.write('1.csv', '');
  expect(await hr.check({ signal: new AbortController().signal })).toEqual([
    { subject: '.', status: 'ok', message: '1 file; the last has 0 records, 0 columns' },
  ]);
  await room.write('2.csv', 'op,id\n');
  expect(told(await pagesOf(hr))).toEqual([]);
  expect(await hr.check({ signal: new AbortController().signal })).toEqual([
    { subject: '.', status: 'ok', message: '2 files; the last has 0 records, 2 columns' },
  ]);
});

it('is one file as well: its rows are changes, taken again when it is another', async () => {
  await using room = await desk();
  await room.write('changes.csv', 'op,id,name\n,7,Ada\nD,8,\n');
  const hr = await room.connect({ ...DELTA, path: 'changes.csv' });
  const first = await pagesOf(hr);
  expect([told(first), first.at(-1)?.complete]).toEqual([['+7 Ada', '-8'], undefined]);
  expect(told(await pagesOf(hr, watermarkOf(first)))).toEqual([]);
  await room.write('changes.csv', 'op,id,name\nD,7,\n');
  expect(told(await pagesOf(hr, watermarkOf(first)))).toEqual(['-7']);
});

it('ends with the same people however the files come in', async () => {
  const row = fc.record({ id: fc.nat(4), gone: fc.boolean(), name: fc.constantFrom('a', 'b') });
  const rows = fc.uniqueArray(row, { selector: ({ id }) => id, maxLength: 4 });
  const files = fc.array(fc.tuple(rows, fc.boolean()), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(files, async (all) => {
      await using room = await desk();
      const hr = await room.connect(DELTA);
      const read: ChangePage[] = [];
      for (const [index, [changes, reads]] of all.entries()) {
        const lines = changes.map(({ id, gone, name }) => `${gone ? 'D' : 'U'},${id},${name}`);
        await room.write(`${index}.csv`, ['op,id,name', ...lines, ''].join('\n'));
        if (reads) read.push(...(await pagesOf(hr, watermarkOf(read) || undefined)));
      }
      read.push(...(await pagesOf(hr, watermarkOf(read) || undefined)));
      expect(absorbed(read)).toEqual(absorbed(await pagesOf(hr)));
      expect(told(await pagesOf(hr, watermarkOf(read)))).toEqual([]);
    }),
    { numRuns: 20 },
  );
});
