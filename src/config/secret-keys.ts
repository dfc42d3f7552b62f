/** Which options of a connector are secret, as their schema says. */

import type { JsonSchema } from './options-schema.ts';

/** Names of the keys, at any depth, whose values are secret. */
export function secretsOf(shape: unknown): ReadonlySet<string> {
  const keys = new Set<string>();
  const visit = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    const { properties, additionalProperties, items, anyOf, oneOf, allOf } = part as JsonSchema;
    for (const [key, property] of Object.entries(properties ?? {})) {
      if ((property as { readonly secret?: boolean }).secret === true) keys.add(key);
      visit(property);
    }
    for (const inner of [additionalProperties, items, anyOf, oneOf, allOf].flat()) visit(inner);
  };
  visit(shape);
  return keys;
}
