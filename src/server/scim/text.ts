/**
 * Resources as JSON, made of the JSON that a system keeps: most of what is read and listed is passed on
 * without being taken apart and put together again.
 */

import type { RecordText } from '../../connectors/spi/index.ts';
import type { Attributes } from '../../identity/record.ts';
import { etag } from './etag.ts';
import { resourceOf } from './render.ts';
import type { ServedSystem, ServedType } from './served.ts';

/** The same as `JSON.stringify` makes of `resourceOf` the record. */
export function resourceText(
  served: ServedSystem,
  type: ServedType,
  text: RecordText,
  base: string,
): string {
  const { id, version, created, modified, json } = text;
  const extensions = json.includes('"$ref"') ? undefined : extensionsIn(json, type);
  if (!extensions)
    return JSON.stringify(resourceOf(served, type, recordOf(served, type, text), base));
  const meta = {
    ...{ resourceType: type.name, created, lastModified: modified },
    location: `${base}${type.endpoint}/${encodeURIComponent(id)}`,
    version: etag(version),
  };
  const schemas = JSON.stringify([type.schema.id, ...extensions]);
  const attributes = json === '{}' ? '' : `${json.slice(1, -1)},`;
  return `{"schemas":${schemas},"id":${JSON.stringify(id)},${attributes}"meta":${JSON.stringify(meta)}}`;
}

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

/** @returns Undefined where something is there that is not answered, or not as it is kept. */
function extensionsIn(json: string, type: ServedType): readonly string[] | undefined {
  const { core, extended } = namesOf(type);
  const extensions: string[] = [];
  if (json === '{}') return extensions;
  for (let at = 1; ; at++) {
    const end = json.indexOf('"', at + 1);
    if (json.charCodeAt(at) !== QUOTE || json.charCodeAt(end + 1) !== COLON) return undefined;
    const name = json.slice(at + 1, end);
    if (extended.has(name)) extensions.push(name);
    else if (!core.has(name)) return undefined;
    at = endOfValue(json, end + 2);
    if (at === json.length - 1) return extensions;
  }
}

interface Names {
  readonly core: ReadonlySet<string>;
  readonly extended: ReadonlySet<string>;
}

const known = new WeakMap<ServedType, Names>();

/** What is answered, spelled as the schema spells it. */
function namesOf(type: ServedType): Names {
  const names = known.get(type);
  if (names) return names;
  const core = [...type.core.values()].map(({ definition }) => definition.name);
  const found = {
    core: new Set(core.filter((name) => !BESIDES.has(name))),
    extended: new Set([...type.extended.values()].map(({ id }) => id)),
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
