/** What cannot be taken into the warehouse; everything else of the page goes on. */

import type { Attributes, ObjectRef } from '../identity/record.ts';
import type { RecordChange } from './absorb.ts';
import type { Rulebook } from './rulebook.ts';
import type { Rejection } from './storage.ts';

const DEFAULT_LIMITS = { attribute: 256 * 1024, record: 1024 * 1024 };

const LONGEST_ID = 1024;

export function rejectionOf(change: RecordChange, { rules }: Rulebook): Rejection | undefined {
  const { ref, attributes } = contentOf(change);
  if (ref.id === '' || ref.id.length > LONGEST_ID || ref.id.includes('\0')) {
    return {
      ref: { ...ref, id: ref.id.slice(0, 64).replaceAll('\0', '') },
      code: 'record-id-unusable',
      message: `a ${ref.kind} of ${ref.system} has an empty identifier, or one that cannot be stored`,
    };
  }
  const text = JSON.stringify(attributes);
  const name = text.includes('"__proto__"') ? '__proto__' : undefined;
  if (name !== undefined) {
    return {
      ref,
      code: 'attribute-name-forbidden',
      message: `${ref.kind} ${ref.id} of ${ref.system} has an attribute named ${name}`,
    };
  }
  const limits = rules.limits ?? DEFAULT_LIMITS;
  if (text.length <= limits.attribute) return undefined;
  const large = Object.entries(attributes).find(
    ([, value]) => JSON.stringify(value).length > limits.attribute,
  );
  if (large) {
    return {
      ref,
      code: 'attribute-too-large',
      message: `${large[0].slice(0, 64)} of ${ref.kind} ${ref.id} of ${ref.system} is larger than ${limits.attribute} characters`,
    };
  }
  if (text.length <= limits.record) return undefined;
  return {
    ref,
    code: 'record-too-large',
    message: `${ref.kind} ${ref.id} of ${ref.system} is larger than ${limits.record} characters`,
  };
}

function contentOf(change: RecordChange): {
  readonly ref: ObjectRef;
  readonly attributes: Attributes;
} {
  switch (change.type) {
    case 'present':
      return change.record;
    case 'patch':
      return { ref: change.ref, attributes: change.set };
    case 'absent':
      return { ref: change.ref, attributes: {} };
  }
}
