/** XML as events, in bounded memory. A spreadsheet needs no entities of its own, and gets none. */

import { SaxesParser } from 'saxes';
import { Unreadable } from './row.ts';

export interface Element {
  /** Without its prefix. */
  readonly name: string;
  /** By the names without prefixes. */
  attribute(name: string): string | undefined;
}

export interface Listener {
  open(element: Element): void;
  close(name: string): void;
  text?(text: string): void;
}

/** Between two events: a text, or a tag with its attributes. */
const MOST_CHARACTERS = 4 * 1024 * 1024;
const DEEPEST = 64;

/**
 * Tells a listener what the pieces hold.
 *
 * @returns After each piece, so that what was gathered can be handed on.
 * @throws Unreadable for what is not well-formed, nested too deep, or endless.
 */
export async function* xmlEvents(
  pieces: AsyncIterable<string>,
  part: string,
  listener: Listener,
): AsyncGenerator<undefined> {
  let depth = 0;
  let since = 0;
  const unreadable = (what: string): Unreadable =>
    new Unreadable(1, `${part} of the spreadsheet ${what}`);
  const parser = new SaxesParser({ xmlns: false });
  parser.on('error', () => {
    throw unreadable('is not XML, or is cut off');
  });
  parser.on('doctype', () => {
    throw unreadable('declares entities, which no spreadsheet does');
  });
  parser.on('opentag', ({ name, attributes }) => {
    since = 0;
    if (++depth > DEEPEST) throw unreadable('is nested too deep');
    listener.open({
      name: local(name),
      attribute: (wanted) => {
        const exact = attributes[wanted];
        if (exact !== undefined) return exact;
        const prefixed = Object.keys(attributes).find((key) => local(key) === wanted);
        return prefixed === undefined ? undefined : attributes[prefixed];
      },
    });
  });
  parser.on('closetag', ({ name }) => {
    since = 0;
    depth--;
    listener.close(local(name));
  });
  const { text } = listener;
  if (text !== undefined) parser.on('text', text);
  if (text !== undefined) parser.on('cdata', text);
  for await (const piece of pieces) {
    since += piece.length;
    parser.write(piece);
    if (since > MOST_CHARACTERS) throw unreadable('has a value without an end');
    yield undefined;
  }
  parser.close();
  yield undefined;
}

function local(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
