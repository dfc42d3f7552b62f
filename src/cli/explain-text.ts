/** Values of an explanation as text. */

import type { Reference, ReferenceValue } from '../identity/record.ts';
import { valueText } from '../plan/text.ts';
import type { Explained } from '../sync/verbs.ts';

export type TextOf = (value: unknown) => string;

/** References by what those are called to whom they lead. */
export function textWith({ names }: Pick<Explained, 'names'>): TextOf {
  const known = new Map(names.map(({ ref, label }) => [keyOf(ref), label]));
  return (value) => {
    const ref = referenceIn(value);
    return (ref && known.get(keyOf(ref))) ?? valueText(value);
  };
}

function referenceIn(value: unknown): Reference | undefined {
  if (typeof value !== 'object' || value === null || !('$ref' in value)) return undefined;
  return (value as ReferenceValue).$ref;
}

function keyOf(ref: Reference): string {
  return JSON.stringify(
    'id' in ref ? [ref.system, ref.kind, ref.id] : [ref.kind, { by: ref.by, value: ref.value }],
  );
}
