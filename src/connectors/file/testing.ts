/** For tests: files in a folder of their own, read as a source, and spreadsheets made by hand. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import type { Change } from '../../identity/record.ts';
import { type ChangePage, type Connector, ConnectorError } from '../spi/index.ts';
import { file } from './connector.ts';

export interface Desk extends AsyncDisposable {
  readonly folder: string;
  write(name: string, content: string | Buffer): Promise<void>;
  connect(options: Readonly<Record<string, unknown>>): Promise<Connector>;
}

export async function desk(fetch: typeof globalThis.fetch = globalThis.fetch): Promise<Desk> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lockstep-desk-'));
  return {
    folder,
    write: (name, content) => writeFile(path.join(folder, name), content),
    connect: (options) =>
      file.connect(file.options.parse({ id: 'id', ...options }), {
        system: 'hr',
        fetch,
        now: () => new Date(),
        baseDirectory: folder,
      }),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

const { signal } = new AbortController();

/** Everything, or with a watermark what came since. */
export async function pagesOf(connector: Connector, since?: string): Promise<ChangePage[]> {
  const pages =
    since === undefined
      ? connector.read?.('user', { signal })
      : connector.readChanges?.('user', since, { signal });
  return Array.fromAsync(pages ?? []);
}

export function watermarkOf(pages: readonly ChangePage[]): string {
  return pages.findLast(({ watermark }) => watermark !== undefined)?.watermark ?? '';
}

/** `+7 Ada` for who is there, `-7` for who is gone. */
export function told(pages: readonly ChangePage[]): readonly string[] {
  const word = (change: Change): string => {
    if (change.type === 'absent') return `-${change.ref.id}`;
    if (change.type !== 'present') return change.type;
    const { name = '' } = change.record.attributes;
    return `+${change.record.ref.id} ${String(name)}`.trim();
  };
  return pages.flatMap(({ changes }) => changes.map(word));
}

/** What a reading is refused for, by line. */
export async function problemsOf(connector: Connector, since?: string): Promise<readonly string[]> {
  const reading = pagesOf(connector, since);
  const error = await reading.then(
    (pages) => new Error(`taken: ${told(pages).join(', ')}`),
    (reason: unknown) => reason,
  );
  if (!(error instanceof ConnectorError)) throw error;
  if (error.code !== 'file-invalid') return [error.code];
  return error.problems.map(({ place, message }) => `${place?.line}: ${message}`);
}

/** A cell as its markup, or a text. */
export type TestCell = string | { readonly xml: string } | undefined;

export interface TestSheet {
  readonly rows: readonly (readonly TestCell[])[];
  readonly name?: string;
}

/** A workbook with texts in the sheet itself; styles 1 to 4 are date, date and time, 00000, hours. */
export function spreadsheet(
  sheets: TestSheet | readonly TestSheet[],
  parts: Readonly<Record<string, string | undefined>> = {},
): Buffer {
  const all = [sheets].flat() as readonly TestSheet[];
  const contents = Object.fromEntries(
    all.map(({ rows }, index) => [`xl/worksheets/sheet${index + 1}.xml`, sheetXml(rows)]),
  );
  const named = all
    .map(
      ({ name }, index) =>
        `<sheet name="${name ?? `Sheet${index + 1}`}" sheetId="${index + 1}" r:id="rId${index + 1}"/>`,
    )
    .join('');
  const relations = all
    .map(
      (_, index) =>
        `<Relationship Id="rId${index + 1}" Type="worksheet" Target="worksheets/sheet${index + 1}.xml"/>`,
    )
    .join('');
  const every = {
    'xl/workbook.xml': `<workbook xmlns:r="r"><sheets>${named}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships>${relations}</Relationships>`,
    'xl/styles.xml': STYLES,
    ...contents,
    ...parts,
  };
  return zip(
    Object.entries(every).flatMap(([name, text]) => (text === undefined ? [] : [[name, text]])),
  );
}

const STYLES = `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="dd\\.mm\\.yyyy\\ hh:mm"/>
  <numFmt numFmtId="165" formatCode="00000"/><numFmt numFmtId="166" formatCode="[h]:mm"/></numFmts>
  <cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>
  <cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="166"/></cellXfs>
</styleSheet>`;

function sheetXml(rows: TestSheet['rows']): string {
  const lines = rows.map((cells, row) => {
    const xml = cells.map((cell, column) => cellXml(cell, `${letters(column)}${row + 1}`));
    return `<row r="${row + 1}">${xml.join('')}</row>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?><worksheet><sheetData>${lines.join('')}</sheetData></worksheet>`;
}

function cellXml(cell: TestCell, at: string): string {
  if (cell === undefined) return '';
  if (typeof cell === 'object') return cell.xml.replace('<c', `<c r="${at}"`);
  const text = cell.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('\r', '&#13;');
  return `<c r="${at}" t="inlineStr"><is><t xml:space="preserve">${text}</t></is></c>`;
}

function letters(column: number): string {
  const letter = String.fromCharCode(65 + (column % 26));
  return column < 26 ? letter : letters(Math.floor(column / 26) - 1) + letter;
}

/** @param claimed What the archive says a part unpacks to, where that is a lie. */
export function zip(
  parts: readonly (readonly string[])[],
  claimed: Readonly<Record<string, number>> = {},
): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [name = '', text = ''] of parts) {
    const content = Buffer.from(text);
    const packed = deflateRawSync(content);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(0x800, 2);
    fields.writeUInt16LE(8, 4);
    fields.writeUInt32LE(crc32(content), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(claimed[name] ?? content.length, 18);
    fields.writeUInt16LE(Buffer.byteLength(name), 22);
    const header = Buffer.concat([Buffer.from('PK\x03\x04'), fields, Buffer.from(name)]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    central.push(Buffer.from('PK\x01\x02\x14\x00'), fields, place, Buffer.from(name));
    local.push(header, packed);
    offset += header.length + packed.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(parts.length, 4);
  end.writeUInt16LE(parts.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...local, directory, Buffer.from('PK\x05\x06'), end]);
}
