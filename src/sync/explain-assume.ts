/** What if the identity had other values. */

import type { Identity } from '../identity/identity.ts';
import { suggestion } from '../identity/problem.ts';
import type { Attributes, AttributeValue } from '../identity/record.ts';
import type { TargetPolicy } from '../plan/target.ts';
import type { Subject } from '../warehouse/subject.ts';
import { VerbRefusal } from './refusal.ts';

/** An assumption that nothing looks at answers no question: mostly a slip of the pen. */
export function refuseUnread(
  name: string,
  { attributes }: Identity,
  policies: readonly TargetPolicy[],
  ruleInputs: readonly string[],
): void {
  const names = new Set([
    ...Object.keys(attributes),
    ...policies.flatMap(({ mapping, scope }) => [...mapping.inputs, ...(scope?.inputs ?? [])]),
    ...ruleInputs,
    'accountEnabled',
    'IsSoftDeleted',
  ]);
  if (names.has(name)) return;
  const meant = suggestion(name, names);
  throw new VerbRefusal(
    'unknown-attribute',
    `no mapping, no scope and no group looks at "${name}"${meant === undefined ? '' : `; did you mean "${meant}"?`}`,
    'names of attributes are case-sensitive; lockstep explain without --set shows them',
  );
}

/** The subject as it would be with other values; an empty text takes a value away. */
export function assuming(subject: Subject, set: Readonly<Record<string, string>>): Subject {
  const entries = Object.entries(set);
  if (entries.length === 0) return subject;
  const attributes: Record<string, AttributeValue> = { ...subject.identity.attributes };
  const origins: Record<string, string> = { ...subject.identity.origins };
  for (const [name, text] of entries) {
    delete attributes[name];
    delete origins[name];
    if (text === '') continue;
    attributes[name] = text;
    origins[name] = 'assumed';
  }
  const identity: Identity = { ...subject.identity, attributes: attributes as Attributes, origins };
  return { ...subject, identity };
}
