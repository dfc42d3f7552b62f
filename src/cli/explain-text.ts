/** Values of an explanation as text. */

import type { ObjectRef, ReferenceValue } from '../identity/record.ts';
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

function referenceIn(value: unknown): ObjectRef | undefined {
  if (typeof value !== 'object' || value === null || !('$ref' in value)) return undefined;
  const { $ref } = value as ReferenceValue;
  return 'id' in $ref ? $ref : undefined;
}

function keyOf({ system, kind, id }: ObjectRef): string {
  return JSON.stringify([system, kind, id]);
}
