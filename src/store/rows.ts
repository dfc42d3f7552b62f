/** Small words of SQL rows: lists as parameters, optional columns, flags. */

import type { ObjectKind, ObjectRef, SystemName } from '../identity/record.ts';
import type { SqlValue } from './database.ts';

/** The parameter of `inList`. */
export function list(values: Iterable<string>): string {
  return JSON.stringify([...values]);
}

/** The field where the column has a value, and nothing where it has none. */
export function optional<Name extends string, Value>(
  name: Name,
  value: Value | null | undefined,
): { readonly [_ in Name]?: Value } {
  return value === null || value === undefined
    ? {}
    : ({ [name]: value } as { readonly [_ in Name]: Value });
}

export function flag(value: boolean | undefined): number {
  return value ? 1 : 0;
}

/** Refs by system and kind, so that each lot is one question over ids. */
export function bySpace(
  refs: readonly ObjectRef[],
): readonly { readonly system: SystemName; readonly kind: ObjectKind; readonly ids: string[] }[] {
  const lots = new Map<string, { system: SystemName; kind: ObjectKind; ids: string[] }>();
  for (const { system, kind, id } of refs) {
    const name = `${system}/${kind}`;
    const lot = lots.get(name);
    if (lot) lot.ids.push(id);
    else lots.set(name, { system, kind, ids: [id] });
  }
  return [...lots.values()];
}

export function refColumns({ system, kind, id }: ObjectRef): readonly SqlValue[] {
  return [system, kind, id];
}
