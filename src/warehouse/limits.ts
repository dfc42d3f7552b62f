/** What cannot be taken into the warehouse; everything else of the page goes on. */

import type { Attributes, ObjectRef } from '../identity/record.ts';
import type { Rejection } from './reading-storage.ts';
import type { Json } from './storage.ts';
import type { WarehouseRules } from './warehouse.ts';

const DEFAULT_LIMITS = { attribute: 256 * 1024, record: 1024 * 1024 };

const LONGEST_ID = 1024;

export type Checked =
  | { readonly ok: true; readonly text: Json }
  | { readonly ok: false; readonly rejection: Rejection };

/** A record's attributes as they are stored, or why they are not. */
export function checked(ref: ObjectRef, attributes: Attributes, rules: WarehouseRules): Checked {
  if (ref.id === '' || ref.id.length > LONGEST_ID || ref.id.includes('\0')) {
    const shown = { ...ref, id: ref.id.slice(0, 64).replaceAll('\0', '') };
    return rejected(
      shown,
      'record-id-unusable',
      `a ${ref.kind} of ${ref.system} has an empty identifier, or one that cannot be stored`,
    );
  }
  const what = `${ref.kind} ${ref.id} of ${ref.system}`;
  const text = JSON.stringify(attributes);
  // A name every object has a meaning for; no schema has it, so somebody is trying something.
  if (text.includes('"__proto__"')) {
    return rejected(ref, 'attribute-name-forbidden', `${what} has an attribute named __proto__`);
  }
  const limits = rules.limits ?? DEFAULT_LIMITS;
  if (text.length <= Math.min(limits.attribute, limits.record)) return { ok: true, text };
  const large = Object.entries(attributes).find(
    ([, value]) => JSON.stringify(value).length > limits.attribute,
  );
  if (large) {
    return rejected(
      ref,
      'attribute-too-large',
      `${large[0].slice(0, 64)} of ${what} is larger than ${limits.attribute} characters`,
    );
  }
  if (text.length <= limits.record) return { ok: true, text };
  return rejected(ref, 'record-too-large', `${what} is larger than ${limits.record} characters`);
}

function rejected(ref: ObjectRef, code: string, message: string): Checked {
  return { ok: false, rejection: { ref, code, message } };
}
