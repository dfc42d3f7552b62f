import {
  type AttributeValue,
  type Change,
  type IdentityRecord,
  isReference,
  type ObjectRef,
} from '../../identity/record.ts';
import { isList } from './translate.ts';

/** Members in one change; a large group comes in several. */
const PORTION = 1000;

/** A group without its members, and then them: they are rows of their own. */
export function groupChanges(record: IdentityRecord): readonly Change[] {
  const { members, ...attributes } = record.attributes;
  const changes: Change[] = [{ type: 'present', record: { ...record, attributes } }];
  const refs = refsOf(members);
  for (let at = 0; at < refs.length; at += PORTION)
    changes.push({
      type: 'members',
      group: record.ref,
      added: refs.slice(at, at + PORTION),
      removed: [],
    });
  return changes;
}

/** Those of the list that lead to an account of the system. */
export function refsOf(members: AttributeValue | undefined): readonly ObjectRef[] {
  if (members === undefined) return [];
  if (isList(members)) return members.flatMap(refsOf);
  return isReference(members) && 'id' in members.$ref ? [members.$ref] : [];
}
