import { appendFile, mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { IdentityRecord } from '../../identity/record.ts';
import { type ChangePage, type Connector, ConnectorError } from '../spi/index.ts';
import { file } from './connector.ts';

const { signal } = new AbortController();
let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lockstep-file-'));
});

afterEach(() => rm(folder, { recursive: true }));

function connect(options: Record<string, unknown> = {}): Promise<Connector> {
  const parsed = file.options.parse({ path: 'people.csv', id: 'employeeId', ...options });
  return file.connect(parsed, {
    system: 'hr',
    fetch: globalThis.fetch,
    now: () => new Date(),
    baseDirectory: folder,
  });
}

async function write(text: string | Buffer, name = 'people.csv'): Promise<void> {
  await writeFile(path.join(folder, name), text);
}

async function pages(reading: AsyncIterable<ChangePage> | undefined): Promise<ChangePage[]> {
  const read: ChangePage[] = [];
  if (reading !== undefined) for await (const page of reading) read.push(page);
  return read;
}

function recordsOf(read: readonly ChangePage[]): IdentityRecord[] {
  return read.flatMap(({ changes }) =>
    changes.flatMap((change) => (change.type === 'present' ? [change.record] : [])),
  );
}

/** What the file holds, as attributes. */
async function people(
  text: string | Buffer,
  options: Record<string, unknown> = {},
): Promise<unknown[]> {
  const name = typeof options.path === 'string' ? options.path : 'people.csv';
  await write(text, name);
  const connector = await connect(options);
  const read = await pages(connector.read?.('user', { signal }));
  expect(read.at(-1)?.complete).toBe(true);
  return recordsOf(read).map(({ attributes }) => attributes);
}

/** The problems by line. */
async function problems(
  text: string | Buffer,
  options: Record<string, unknown> = {},
): Promise<string[]> {
  const error = await people(text, options).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ConnectorError)) throw error;
  expect([error.kind, error.code]).toEqual(['invalid', 'file-invalid']);
  return error.problems.map(({ place, message }) => `${place?.line}: ${message}`);
}

describe('CSV', () => {
  it('gives a record for each row, values as the text they are, empty cells absent', async () => {
    await write('employeeId,name,phone\n007,"Lovelace, Ada",+49 1\n8, =cmd|calc ,\n');
    const [page] = await pages((await connect()).read?.('user', { signal }));
    expect(page).toEqual({
      changes: [
        {
          type: 'present',
          record: {
            ref: { system: 'hr', kind: 'user', id: '007' },
            attributes: { employeeId: '007', name: 'Lovelace, Ada', phone: '+49 1' },
          },
        },
        {
          type: 'present',
          record: {
            ref: { system: 'hr', kind: 'user', id: '8' },
            attributes: { employeeId: '8', name: ' =cmd|calc ' },
          },
        },
      ],
      watermark: expect.any(String),
      complete: true,
    });
  });

  it.each([
    [',', undefined],
    [';', undefined],
    ['\t', undefined],
    ['|', '|'],
  ])('is delimited by %j', async (mark, delimiter) => {
    const text = ['employeeId,name', '7,Ada'].join('\r\n').replaceAll(',', mark);
    const options = delimiter === undefined ? {} : { delimiter };
    expect(await people(text, options)).toEqual([{ employeeId: '7', name: 'Ada' }]);
  });

  it('has quotes, line breaks and delimiters inside of quotes, and any line ending', async () => {
    const text = 'employeeId,note\r\n7,"says ""hi"",\nthen goes"\n8,b\r9,c';
    expect(await people(text)).toEqual([
      { employeeId: '7', note: 'says "hi",\nthen goes' },
      { employeeId: '8', note: 'b' },
      { employeeId: '9', note: 'c' },
    ]);
  });

  it('skips empty rows, and columns without a name as long as they are empty', async () => {
    expect(await people('employeeId,name,\n\n7,Ada,\n,,\n')).toEqual([
      { employeeId: '7', name: 'Ada' },
    ]);
  });

  it('has no records when it holds a header alone; without one it is no list', async () => {
    expect(await people('employeeId,name\n')).toEqual([]);
    const empty = [expect.stringContaining('1: the file is empty')];
    expect(await problems('')).toEqual(empty);
    expect(await problems('\uFEFF')).toEqual(empty);
    expect(await problems('\n\n')).toEqual(empty);
  });

  it('reports every line that cannot be taken, and takes none', async () => {
    expect(
      await problems('employeeId,name\n7,Ada\n,Grace\n8,a,b\n7,Edsger\n9,x"y\n\n10\n'),
    ).toEqual([
      '3: no employeeId',
      '4: 3 cells where the header has 2',
      '5: employeeId "7" stands on line 2 already',
      '6: a quote stands inside of an unquoted value; quote the whole value',
      '8: 1 cells where the header has 2',
    ]);
  });

  it('reports where a quote is left open, or goes on after it closed', async () => {
    expect(await problems('employeeId,name\n7,Ada\n8,"Grace\n9,Edsger\n')).toEqual([
      '3: a quote that begins here or further on is never closed',
    ]);
    expect(await problems('employeeId,name\n7,"Ada\nL."\n8,"Grace" H.\n9,Edsger\n')).toEqual([
      '4: a quoted value goes on after its closing quote; quotes inside are doubled',
    ]);
    expect(await problems('employeeId,name\n7,"Ada\nL."\n,Grace\n')).toEqual(['4: no employeeId']);
  });

  it('reports a header that lacks the id, with the column that was meant', async () => {
    expect(await problems('employeeID,name\n7,Ada\n')).toEqual([
      '1: there is no column "employeeId"; did you mean "employeeID"?',
    ]);
    expect(await problems('employeeId,name,name\n7,Ada,A\n')).toEqual([
      '1: two columns are named "name"',
    ]);
  });

  it('refuses 10 MB in one cell without repeating it', async () => {
    expect(await problems(`employeeId,note\n7,${'x'.repeat(10_000_000)}\n8,b\n`)).toEqual([
      '2: longer than 1048576 characters; is a quote left open?',
    ]);
    expect(await problems(`employeeId,note\n7,${'x'.repeat(300_000)}\n`)).toEqual([
      '2: "note" is longer than 262144 characters',
    ]);
  });

  it('names a column as it likes', async () => {
    const [row] = await people('employeeId,__proto__,constructor\n7,a,b\n');
    expect(Object.entries(row ?? {})).toEqual([
      ['employeeId', '7'],
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ]);
  });

  it('comes back as it was written, whatever the values are', async () => {
    const value = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(fc.array(value, { minLength: 1, maxLength: 20 }), async (values) => {
        const rows = values.map((text, index) => `${index},"${text.replaceAll('"', '""')}"`);
        expect(await people(['employeeId,note', ...rows].join('\n'))).toEqual(
          values.map((note, index) => ({ employeeId: String(index), note })),
        );
      }),
      { numRuns: 25 },
    );
  });
});

describe('an encoding', () => {
  const text = 'employeeId,name\n7,Grâce Müller\n';
  const expected = [{ employeeId: '7', name: 'Grâce Müller' }];
  const utf16be = Buffer.from(text, 'utf16le').swap16();

  it.each<[string, Buffer, string | undefined]>([
    ['utf-8', Buffer.from(text), undefined],
    ['utf-8 with a byte order mark', Buffer.from(`\uFEFF${text}`), undefined],
    ['utf-16le', Buffer.from(text, 'utf16le'), 'utf-16le'],
    ['utf-16le by its byte order mark', Buffer.from(`\uFEFF${text}`, 'utf16le'), undefined],
    ['utf-16be', utf16be, 'utf-16be'],
    [
      'utf-16be by its byte order mark',
      Buffer.concat([Buffer.from([0xfe, 0xff]), utf16be]),
      undefined,
    ],
    ['windows-1252', Buffer.from(text, 'latin1'), 'windows-1252'],
  ])('is %s', async (_, bytes, encoding) => {
    expect(await people(bytes, encoding === undefined ? {} : { encoding })).toEqual(expected);
  });

  it('that is the wrong one is reported by line', async () => {
    expect(await problems(Buffer.from(text, 'latin1'))).toEqual([
      '2: this is not utf-8; set `encoding`',
    ]);
  });
});

describe('JSON', () => {
  const ada = { employeeId: 7, name: { given: 'Ada' }, tags: ['a', 'b'], active: true };

  it('is an array of objects, or an object a line', async () => {
    const text = `${JSON.stringify(ada)}\n\n{"employeeId":"8","name":null,"tags":[]}\n`;
    const expected = [ada, { employeeId: '8' }];
    expect(await people(text, { path: 'people.ndjson' })).toEqual(expected);
    const array = `[\n${text.trim().split('\n\n').join(',\n')}\n]\n`;
    expect(await people(array, { path: 'people.json' })).toEqual(expected);
    expect(await people('[]', { path: 'people.json' })).toEqual([]);
    expect(await people('', { path: 'people.ndjson' })).toEqual([]);
  });

  it.each([
    ['', [expect.stringContaining('1: the file is empty')]],
    ['{"employeeId":"7"}', ['1: the file is not an array of objects: it does not begin with "["']],
    [
      '[{"employeeId":"7"},\n{"employeeId":\n"8',
      ['3: the array ends in the middle: the file is cut off'],
    ],
    [
      '[{"employeeId":"7"},\n{employeeId:8},\n5,\n{"employeeId":"7"}]',
      [
        '2: this is not JSON',
        '3: this is not an object',
        '4: employeeId "7" stands on line 1 already',
      ],
    ],
    [
      '[{"employeeId":"7"},,\n{"name":"Grace"}]',
      ['1: an element of the array is missing', '2: no employeeId'],
    ],
    ['[{"employeeId":"7"},]', ['1: an element of the array is missing']],
    ['[]x', ['1: there is more after the end of the array']],
  ])('reports what is wrong with %j', async (text, expected) => {
    expect(await problems(text, { path: 'people.json' })).toEqual(expected);
  });

  it('reports broken lines of NDJSON', async () => {
    const text = '{"employeeId":"7"}\n{"employeeId":\n[]\n';
    expect(await problems(text, { path: 'people.jsonl' })).toEqual([
      '2: this is not JSON',
      '3: this is not an object',
    ]);
  });

  it('is cut into the same objects however it is spaced', async () => {
    const objects = fc.array(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })), {
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(objects, fc.constantFrom(0, 1, 3), async (list, indent) => {
        const rows = list.map((object, index) => ({ ...object, employeeId: index }));
        const compact = await people(rows.map((row) => JSON.stringify(row)).join('\n'), {
          path: 'people.ndjson',
        });
        const array = await people(JSON.stringify(rows, null, indent), { path: 'people.json' });
        expect(array).toEqual(compact);
      }),
      { numRuns: 25 },
    );
  });
});

describe('a file', () => {
  it('comes in pages of 500, complete with the last', async () => {
    const rows = Array.from({ length: 1200 }, (_, index) => `${index},Ada`);
    await write(['employeeId,name', ...rows].join('\n'));
    const read = await pages((await connect()).read?.('user', { signal }));
    expect(read.map(({ changes, complete }) => [changes.length, complete])).toEqual([
      [500, undefined],
      [500, undefined],
      [200, true],
    ]);
  });

  it('that has not changed has no changes, and is not opened again once its time is settled', async () => {
    await write('employeeId,name\n7,Ada\n');
    const then = new Date(Date.now() - 60_000);
    await utimes(path.join(folder, 'people.csv'), then, then);
    const connector = await connect();
    const [first] = await pages(connector.read?.('user', { signal }));
    const watermark = first?.watermark ?? '';
    const unchanged = await pages(connector.readChanges?.('user', watermark, { signal }));
    expect(unchanged).toEqual([{ changes: [], watermark }]);

    // Touched, with the same content: the hash says so.
    await utimes(path.join(folder, 'people.csv'), new Date(), new Date());
    const touched = await pages(connector.readChanges?.('user', watermark, { signal }));
    expect(touched).toEqual([{ changes: [], watermark: expect.any(String) }]);
  });

  it('that has changed is listed whole, and so are other options', async () => {
    await write('employeeId,name\n7,Ada\n8,Grace\n');
    const connector = await connect();
    const [first] = await pages(connector.read?.('user', { signal }));
    const watermark = first?.watermark ?? '';
    const other = await connect({ id: 'name' });
    expect(await pages(other.readChanges?.('user', watermark, { signal }))).toMatchObject([
      { changes: [{}, {}], complete: true },
    ]);
    await write('employeeId,name\n7,Ada L.\n');
    const changed = await pages(connector.readChanges?.('user', watermark, { signal }));
    expect(changed).toMatchObject([
      { changes: [{ record: { attributes: { name: 'Ada L.' } } }], complete: true },
    ]);
    expect(await pages(connector.readChanges?.('user', 'garbage', { signal }))).toMatchObject([
      { complete: true },
    ]);
  });

  it.each([
    ['grows', () => appendFile(path.join(folder, 'people.csv'), '9999,Late\n')],
    [
      'is replaced by half a file',
      async () => {
        await write('employeeId,name\n7,"A', 'new.csv');
        await rename(path.join(folder, 'new.csv'), path.join(folder, 'people.csv'));
      },
    ],
  ])('that %s while it is read never ends complete', async (_, change) => {
    // More than one piece of it, so that the change falls into the middle.
    const rows = Array.from({ length: 10_000 }, (_unused, index) => `${index},Ada Lovelace`);
    await write(['employeeId,name', ...rows, ''].join('\n'));
    const read: ChangePage[] = [];
    const reading = (async () => {
      for await (const page of (await connect()).read?.('user', { signal }) ?? []) {
        if (read.length === 0) await change();
        read.push(page);
      }
    })();
    const outcome = await reading.then(
      () => 'read',
      (error: unknown) => (error instanceof ConnectorError ? error.code : error),
    );
    // A file that is replaced goes on under its old name for who has it open.
    if (outcome === 'read') expect(recordsOf(read)).toHaveLength(10_000);
    else expect([outcome, read.some((page) => page.complete)]).toEqual(['file-changed', false]);
  });

  it.each([
    ['is not there', { path: 'nobody.csv' }, 'unreachable file-not-found'],
    ['is a folder', { path: '.' }, 'denied file-denied'],
  ])('that %s is named', async (_, options, named) => {
    const connector = await connect(options);
    const error = await pages(connector.read?.('user', { signal })).catch((reason) => reason);
    expect(`${error.kind} ${error.code}`).toBe(named);
    expect(await connector.check({ signal })).toMatchObject([{ status: 'failed' }]);
  });

  it('says what it holds', async () => {
    await write('employeeId,name\n7,Ada\n');
    const connector = await connect();
    expect(await connector.check({ signal })).toEqual([
      { subject: 'people.csv', status: 'ok', message: '1 records, 2 columns' },
    ]);
    expect((await connector.describe?.({ signal }))?.kinds[0]?.attributes).toEqual([
      { path: 'employeeId', type: 'string', mutability: 'readOnly' },
      { path: 'name', type: 'string', mutability: 'readOnly' },
    ]);
  });
});
