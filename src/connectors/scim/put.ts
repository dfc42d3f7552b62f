/** A whole resource with some attributes changed, for providers that only take PUT. Pure. */

import type { AttributeChange } from '../spi/index.ts';
import { extensionOf, type KnownPath, type Paths } from './paths.ts';
import { isObject, place, type Resource, wireValue } from './translate.ts';

/** @param resource As it was just read; it is not changed. */
export function mergedResource(
  resource: Resource,
  changes: readonly AttributeChange[],
  paths: Paths,
): Resource {
  const { meta: _, groups: __, ...copy } = structuredClone(resource);
  const schemas = new Set(Array.isArray(copy.schemas) ? copy.schemas : []);
  for (const { path, after } of changes) {
    const known = paths(path);
    if (after === undefined) remove(copy, known);
    else place(copy, known, wireValue(after, known));
    const extension = extensionOf(known.path);
    if (extension !== undefined && Object.hasOwn(copy, extension)) schemas.add(extension);
  }
  return { ...copy, schemas: [...schemas] };
}

function remove(resource: Record<string, unknown>, known: KnownPath): void {
  const { attribute, subAttribute } = known.path;
  const extension = extensionOf(known.path);
  const holder = extension === undefined ? resource : resource[extension];
  if (!isObject(holder)) return;
  const held = holder[attribute];
  if (known.where !== undefined && Array.isArray(held)) {
    const wanted = Object.entries(known.implied);
    holder[attribute] = held.flatMap((element: unknown) => {
      if (!isObject(element) || !wanted.every(([name, value]) => element[name] === value))
        return [element];
      if (subAttribute === undefined || subAttribute === 'value') return [];
      const { [subAttribute]: _, ...rest } = element;
      return [rest];
    });
  } else if (subAttribute === undefined) delete holder[attribute];
  else if (isObject(held)) delete held[subAttribute];
}
