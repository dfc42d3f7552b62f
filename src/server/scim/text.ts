/**
 * Resources as JSON, made of the JSON that a system keeps: most of what is read and listed is passed on
 * without being taken apart and put together again.
 */

import type { TextForm } from '../../connectors/spi/index.ts';
import type { AttributeValue } from '../../identity/record.ts';
import { linkOf } from './render.ts';
import type { ServedSystem, ServedType } from './served.ts';

/** Whoever asks next mostly has the same address in mind. */
const last = new WeakMap<ServedType, { readonly base: string; readonly form: TextForm }>();

/**
 * What stands around the parts of a resource, the same as in the JSON of `resourceOf` its record.
 *
 * @param base Address of the service, without a slash at the end.
 */
export function formOf(type: ServedType, base: string): TextForm {
  const before = last.get(type);
  if (before?.base === base) return before.form;
  const form: TextForm = {
    extensions: `{"schemas":[${JSON.stringify(type.schema.id)}`,
    id: '],"id":"',
    created: `","meta":{"resourceType":${JSON.stringify(type.name)},"created":"`,
    modified: '","lastModified":"',
    address: `","location":${JSON.stringify(`${base}${type.endpoint}/`).slice(0, -1)}`,
    version: '","version":"W/\\"',
    attributes: '\\""}',
    ...namesOf(type),
  };
  last.set(type, { base, form });
  return form;
}

type Names = Pick<TextForm, 'names' | 'extensionNames'>;

const known = new WeakMap<ServedType, Names>();

/** What is answered, spelled as the schema spells it. */
function namesOf(type: ServedType): Names {
  const before = known.get(type);
  if (before) return before;
  const core = [...type.core.values()].map(({ definition }) => definition.name);
  const names = {
    names: new Set(core.filter((name) => !BESIDES.has(name))),
    extensionNames: new Set([...type.extended.values()].map(({ id }) => id)),
  };
  known.set(type, names);
  return names;
}

/** Of every resource, but no attributes; and what is told by itself, in another form. */
const BESIDES: ReadonlySet<string> = new Set(['id', 'schemas', 'meta', 'groups', 'members']);

/** As they are kept; inside of a text every quote has a backslash before it. */
const REFERENCE =
  /\{"\$ref":\{"system":"(?:[^"\\]|\\.)*","kind":"(?:[^"\\]|\\.)*","id":"(?:[^"\\]|\\.)*"\}\}/g;
/** Begins with what stands nowhere else: it is looked for in every answer. */
const REFERS = '$ref":{';

/**
 * The same text, in which a reference is a link to what it refers to.
 *
 * @returns Undefined where there is one that has to be looked at.
 */
export function linked(
  served: ServedSystem,
  { references }: ServedType,
  base: string,
  kept: string,
): string | undefined {
  if (!kept.includes(REFERS)) return kept;
  // With a type, which the place decides.
  if (references.some(({ typed }) => typed)) return undefined;
  const links = kept.replace(REFERENCE, (reference) =>
    JSON.stringify(linkOf(JSON.parse(reference) as AttributeValue, served, base)),
  );
  return links.includes(REFERS) ? undefined : links;
}
