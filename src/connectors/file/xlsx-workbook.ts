/** What has to be known of a workbook before one of its sheets can be read. */

import { suggestion } from '../../identity/problem.ts';
import { Unreadable } from './row.ts';
import type { Archive } from './xlsx-archive.ts';
import { type NumberStyle, numberStyle } from './xlsx-value.ts';
import { type Listener, xmlEvents } from './xlsx-xml.ts';

export interface Workbook {
  /** The part that holds the sheet. */
  readonly sheet: string;
  readonly from1904: boolean;
  /** By the number a cell gives. */
  readonly styles: readonly NumberStyle[];
  readonly texts: readonly string[];
}

const SMALL_PART_BYTES = 16 * 1024 * 1024;
const TEXTS_BYTES = 256 * 1024 * 1024;
/** All texts of a workbook are held while it is read. */
const MOST_CHARACTERS = 32 * 1024 * 1024;

/** @throws Unreadable where the sheet is not there, or the workbook is none. */
export async function readWorkbook(archive: Archive, sheet: string | undefined): Promise<Workbook> {
  const { sheets, from1904 } = await sheetsOf(archive);
  const wanted = sheet === undefined ? sheets[0] : sheets.find(({ name }) => name === sheet);
  if (wanted === undefined) throw noSheet(sheet, sheets);
  const target = (await relations(archive)).get(wanted.relation);
  if (target === undefined) throw new Unreadable(1, `the sheet "${wanted.name}" leads nowhere`);
  return {
    sheet: target.startsWith('/') ? target.slice(1) : `xl/${target}`,
    from1904,
    styles: await stylesOf(archive),
    texts: await textsOf(archive),
  };
}

interface NamedSheet {
  readonly name: string;
  readonly relation: string;
}

async function sheetsOf(
  archive: Archive,
): Promise<{ readonly sheets: readonly NamedSheet[]; readonly from1904: boolean }> {
  const sheets: NamedSheet[] = [];
  let from1904 = false;
  await listen(archive, 'xl/workbook.xml', true, {
    open: ({ name, attribute }) => {
      if (name === 'workbookPr') from1904 = isTrue(attribute('date1904'));
      if (name !== 'sheet') return;
      sheets.push({ name: attribute('name') ?? '', relation: attribute('id') ?? '' });
    },
    close: () => {},
  });
  return { sheets, from1904 };
}

async function relations(archive: Archive): Promise<ReadonlyMap<string, string>> {
  const targets = new Map<string, string>();
  await listen(archive, 'xl/_rels/workbook.xml.rels', true, {
    open: ({ name, attribute }) => {
      const [id, target] = [attribute('Id'), attribute('Target')];
      if (name === 'Relationship' && id && target) targets.set(id, target);
    },
    close: () => {},
  });
  return targets;
}

async function stylesOf(archive: Archive): Promise<readonly NumberStyle[]> {
  const codes = new Map<number, string>();
  const styles: NumberStyle[] = [];
  let within = false;
  await listen(archive, 'xl/styles.xml', false, {
    open: ({ name, attribute }) => {
      const id = Number(attribute('numFmtId') ?? 0);
      if (name === 'numFmt') codes.set(id, attribute('formatCode') ?? '');
      if (name === 'cellXfs') within = true;
      if (name === 'xf' && within) styles.push(numberStyle(id, codes.get(id)));
    },
    close: (name) => {
      if (name === 'cellXfs') within = false;
    },
  });
  return styles;
}

/** A text may be in several runs, each with its look; phonetic guides are not part of it. */
async function textsOf(archive: Archive): Promise<readonly string[]> {
  const texts: string[] = [];
  let text = '';
  let characters = 0;
  let heard = false;
  let phonetic = false;
  const listener: Listener = {
    open: ({ name }) => {
      if (name === 'si') text = '';
      if (name === 'rPh') phonetic = true;
      heard = name === 't' && !phonetic;
    },
    close: (name) => {
      heard = false;
      if (name === 'rPh') phonetic = false;
      if (name === 'si') texts.push(text);
    },
    text: (piece) => {
      if (!heard) return;
      text += piece;
      // As they come: a single text may have runs without an end.
      characters += piece.length;
      if (characters > MOST_CHARACTERS)
        throw new Unreadable(1, `the spreadsheet has more than ${MOST_CHARACTERS} characters`);
    },
  };
  await listen(archive, 'xl/sharedStrings.xml', false, listener, TEXTS_BYTES);
  return texts;
}

async function listen(
  archive: Archive,
  part: string,
  required: boolean,
  listener: Listener,
  mostBytes = SMALL_PART_BYTES,
): Promise<void> {
  const pieces = archive.part(part, mostBytes);
  if (pieces === undefined) {
    if (required) throw new Unreadable(1, `this is no spreadsheet: it has no ${part}`);
    return;
  }
  for await (const _ of xmlEvents(pieces, part, listener));
}

function noSheet(sheet: string | undefined, sheets: readonly NamedSheet[]): Unreadable {
  if (sheet === undefined) return new Unreadable(1, 'the spreadsheet has no sheet');
  const names = sheets.map(({ name }) => name);
  const meant = suggestion(sheet, names);
  const hint = meant === undefined ? `; there are: ${names.slice(0, 10).join(', ')}` : '';
  const suggested = meant === undefined ? hint : `; did you mean "${meant}"?`;
  return new Unreadable(1, `there is no sheet "${sheet}"${suggested}`);
}

function isTrue(value: string | undefined): boolean {
  return value === '1' || value === 'true';
}
