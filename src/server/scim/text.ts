/**
 * Resources as JSON, made of the JSON that a system keeps: most of what is read and listed is passed on
 * without being taken apart and put together again.
 */

import type { RecordText } from '../../connectors/spi/index.ts';
import type { Attributes } from '../../identity/record.ts';
import { resourceOf } from './render.ts';
import type { ServedSystem, ServedType } from './served.ts';

/**
 * Writes resources of one type, the same as `JSON.stringify` makes of `resourceOf` the record, in pieces: a
 * page of them is put together once.
 *
 * @param base Address of the service, without a slash at the end.
 */
export function resourceTexts(
  served: ServedSystem,
  type: ServedType,
  base: string,
): (text: RecordText, pieces: string[]) => void {
  const extensionsIn = extensionFinder(type);
  const beginnings = new Map<string, string>();
  const beginning = (extensions: string): string => {
    const schemas = [type.schema.id, ...(extensions === '' ? [] : extensions.split(' '))];
    const begins = `{"schemas":${JSON.stringify(schemas)},"id":"`;
    beginnings.set(extensions, begins);
    return begins;
  };
  const meta = `"meta":{"resourceType":${JSON.stringify(type.name)},"created":"`;
  const location = `","location":${JSON.stringify(`${base}${type.endpoint}/`).slice(0, -1)}`;
  return (text, pieces) => {
    const { id, version, created, modified, json } = text;
    const isPlain = PLAIN.test(id) && !json.includes('"$ref"');
    const extensions = isPlain ? extensionsIn(json) : undefined;
    if (extensions === undefined) {
      pieces.push(JSON.stringify(resourceOf(served, type, recordOf(served, type, text), base)));
      return;
    }
    pieces.push(beginnings.get(extensions) ?? beginning(extensions), id, '",');
    if (json !== '{}') pieces.push(json.slice(1, -1), ',');
    pieces.push(meta, created, '","lastModified":"', modified);
    pieces.push(location, id, '","version":"W/\\"', version, '\\""}}');
  };
}

/** The same in an address, in JSON, and as it is; every id of ours. */
const PLAIN = /^[\w-]+$/;

function recordOf(
  { name: system }: ServedSystem,
  { kind }: ServedType,
  { id, version, created, modified, json }: RecordText,
) {
  // The system's own: it wrote them.
  const attributes = JSON.parse(json) as Attributes;
  const meta = { created, lastModified: modified };
  return { ref: { system, kind, id }, attributes: { ...attributes, meta }, version };
}

/**
 * Tells which extensions an object has, with blanks between them; undefined where something is there that is not
 * answered, or not as it is kept. Most objects have the same names as the one before, and that is tried first.
 */
function extensionFinder(type: ServedType): (json: string) => string | undefined {
  const { core, extended } = namesOf(type);
  const before: string[] = [];
  return (json) => {
    let extensions = '';
    if (json === '{}') return extensions;
    for (let at = 1, index = 0; ; at++, index++) {
      let name = before[index];
      if (name === undefined || !json.startsWith(name, at)) {
        const end = json.indexOf('"', at + 1) + 2;
        if (json.charCodeAt(at) !== QUOTE || json.charCodeAt(end - 1) !== COLON) return undefined;
        name = json.slice(at, end);
        if (!core.has(name) && !extended.has(name)) return undefined;
        before[index] = name;
      }
      const extension = extended.get(name);
      if (extension !== undefined) extensions += extensions === '' ? extension : ` ${extension}`;
      at = endOfValue(json, at + name.length);
      if (at === json.length - 1) return extensions;
    }
  };
}

/** As they stand in JSON, with their quotes and the colon. */
interface Names {
  readonly core: ReadonlySet<string>;
  /** With what they are called. */
  readonly extended: ReadonlyMap<string, string>;
}

const known = new WeakMap<ServedType, Names>();

/** What is answered, spelled as the schema spells it. */
function namesOf(type: ServedType): Names {
  const names = known.get(type);
  if (names) return names;
  const core = [...type.core.values()].map(({ definition }) => definition.name);
  const found = {
    core: new Set(core.filter((name) => !BESIDES.has(name)).map((name) => `"${name}":`)),
    extended: new Map([...type.extended.values()].map(({ id }) => [`"${id}":`, id])),
  };
  known.set(type, found);
  return found;
}

/** Of every resource, but no attributes; and what is told by itself, in another form. */
const BESIDES: ReadonlySet<string> = new Set(['id', 'schemas', 'meta', 'groups', 'members']);

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;

/** Where the comma or the bracket behind a value stands. Without blanks, as `JSON.stringify` writes. */
function endOfValue(json: string, from: number): number {
  let depth = 0;
  for (let at = from; ; at++) {
    switch (json.charCodeAt(at)) {
      case QUOTE:
        at = endOfText(json, at);
        break;
      case 0x5b:
      case 0x7b:
        depth++;
        break;
      case 0x5d:
      case 0x7d:
        if (depth === 0) return at;
        depth--;
        break;
      case COMMA:
        if (depth === 0) return at;
        break;
      default:
        if (at >= json.length) return json.length - 1;
    }
  }
}

/** Where the quote stands that ends a text. */
function endOfText(json: string, from: number): number {
  for (let at = json.indexOf('"', from + 1); ; at = json.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (json.charCodeAt(at - 1 - backslashes) === 0x5c) backslashes++;
    if (at < 0 || backslashes % 2 === 0) return at < 0 ? json.length : at;
  }
}
