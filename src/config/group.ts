/** What groups of a target are told beside their attributes: who their members are. */

import type { WriteDefaults } from '../connectors/spi/index.ts';
import type { MappingRow } from '../mapping/mapping.ts';
import type { MembersPolicy } from './configuration.ts';
import type { WriteDocument } from './write-document.ts';

/** Without a profile: a group cannot be switched off, so that it goes when its time is over. */
export const NO_GROUP_DEFAULTS: WriteDefaults = {
  map: {},
  match: [],
  required: [],
  do: ['create', 'update', 'delete'],
  leave: 'delete',
};

/** `flattened` may be said of either; `nested` alone decides what becomes of groups in groups. */
export function membersPolicy(
  { members = 'direct', nested }: WriteDocument,
  offered: WriteDefaults,
): MembersPolicy {
  return members === 'direct' ? (nested ?? offered.nested ?? 'kept') : members;
}

/** Members are rows of their own, never the value of an attribute. */
export function withoutMembers(rows: readonly MappingRow[]): readonly MappingRow[] {
  return rows.filter(({ path }) => path.toLowerCase() !== 'members');
}
