/** Which rows of a table are about a person. */

import type { ObjectRef } from '../../identity/record.ts';
import type { Whom } from '../../sync/privacy-storage.ts';
import type { Database, SqlValue } from '../database.ts';
import { bySpace, list } from '../rows.ts';

export interface Condition {
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
}

/** Nothing where no row can be about them. */
export type Finding = (whom: Whom, database: Pick<Database, 'inList'>) => Condition | undefined;

/** Columns that hold the id of an identity. */
export function identity(...columns: readonly string[]): Finding {
  return ({ ids }, { inList }) =>
    either(columns.map((column) => ({ sql: `${column} in ${inList}`, parameters: [list(ids)] })));
}

/** Columns that name a record. Without one for the kind, ids of all kinds of the system are meant. */
export function record(system: string, kind: string | undefined, id: string): Finding {
  return ({ refs }, { inList }) =>
    either(
      bySpace(refs).map((space) => ({
        sql: `(${system} = ? and ${kind === undefined ? '' : `${kind} = ? and `}${id} in ${inList})`,
        parameters: [space.system, ...(kind === undefined ? [] : [space.kind]), list(space.ids)],
      })),
    );
}

/** A column of ids beside the number of a reading, which knows of which system and kind they are. */
export function shown(reading: string, id: string): Finding {
  return ({ refs }, { inList }) =>
    either(
      bySpace(refs).map((space) => ({
        sql: `(${reading} in (select r.id from reading r where r.system = ? and r.kind = ?)
               and ${id} in ${inList})`,
        parameters: [space.system, space.kind, list(space.ids)],
      })),
    );
}

/** Columns of JSON in which an identity's id stands. */
export function naming(...columns: readonly string[]): Finding {
  return ({ ids }) =>
    either(columns.flatMap((column) => ids.map((id) => contains(column, JSON.stringify(id)))));
}

/** Columns of JSON in which the id of a record stands; whose it is, is looked at afterwards. */
export function citing(...columns: readonly string[]): Finding {
  return ({ refs }) => {
    const ids = new Set(refs.map(({ id }) => JSON.stringify(id)));
    return either(columns.flatMap((column) => [...ids].map((id) => contains(column, id))));
  };
}

/** A column of JSON in which one of their addresses stands. */
export function addressed(column: string): Finding {
  return ({ addresses }) =>
    either(addresses.map((address) => contains(`lower(${column})`, JSON.stringify(address))));
}

/** Any of these. */
export function any(...findings: readonly Finding[]): Finding {
  return (whom, database) => either(findings.flatMap((finding) => finding(whom, database) ?? []));
}

/** As JSON has them, so that no id is found within a longer one. */
function contains(column: string, text: string): Condition {
  const escaped = text.replaceAll(/[!%_]/g, '!$&');
  return { sql: `${column} like ? escape '!'`, parameters: [`%${escaped}%`] };
}

function either(conditions: readonly Condition[]): Condition | undefined {
  if (conditions.length === 0) return undefined;
  return {
    sql: `(${conditions.map(({ sql }) => sql).join(' or ')})`,
    parameters: conditions.flatMap(({ parameters }) => parameters),
  };
}

export function isTheirs(
  { refs }: Whom,
  { system, kind, id }: Pick<ObjectRef, 'system' | 'id'> & { readonly kind?: string },
): boolean {
  return refs.some(
    (ref) => ref.system === system && ref.id === id && (kind === undefined || ref.kind === kind),
  );
}
