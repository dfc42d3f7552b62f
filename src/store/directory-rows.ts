/** Rows of a directory's objects, and what they are read as. */

import type { AccountState, StoredObject } from '../connectors/directory/storage.ts';
import type { Attributes, ObjectKind, SystemName } from '../identity/record.ts';
import type { Database, Row, SqlValue } from './database.ts';

export interface ObjectRow extends Row {
  readonly id: string;
  readonly kind: string;
  readonly sequence: number;
  readonly created_at: string;
  readonly modified_at: string;
  readonly attributes: string;
  readonly state: string;
}

/** By what follows in the statement. */
export type ObjectRows = (
  kind: ObjectKind,
  rest: string,
  parameters: readonly SqlValue[],
) => Promise<readonly ObjectRow[]>;

const OBJECTS = `select id, kind, sequence, created_at, modified_at, attributes, state
  from directory_object where system = ? and kind = ?`;

export const PAGE = ' and id > ? order by id limit ? offset ?';

export function objectRows(database: Database, system: SystemName): ObjectRows {
  return (kind, rest, parameters) =>
    database.all<ObjectRow>(OBJECTS + rest, [system, kind, ...parameters]);
}

type Identified = Pick<StoredObject, 'id'>;

export function inOrderOfIds(one: Identified, other: Identified): number {
  return one.id < other.id ? -1 : 1;
}

/** What we wrote ourselves is taken as it is. */
export function objectOf(row: ObjectRow): StoredObject {
  return {
    id: row.id,
    kind: row.kind,
    attributes: JSON.parse(row.attributes) as Attributes,
    state: JSON.parse(row.state) as AccountState,
    version: row.sequence,
    createdAt: row.created_at,
    modifiedAt: row.modified_at,
  };
}
