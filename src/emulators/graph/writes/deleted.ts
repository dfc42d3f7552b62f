/** Out of the recycle bin again, or out of it for good. */

import { purge, resolve, restore } from '../acts/objects.ts';
import type { Entry } from '../directory.ts';
import { notFound } from '../failure.ts';
import type { Answer, Call } from '../reads/call.ts';
import { single } from '../reads/single.ts';
import { foundAt } from '../tenant.ts';
import { demandDeleted } from './permissions.ts';

export function restoreDeleted(call: Call): Answer {
  const { tenant } = call;
  const entry = deletedEntry(call);
  restore(tenant, entry);
  const number = tenant.directory.last;
  const found = foundAt(tenant, entry.id, number);
  if (found === undefined) throw notFound(entry.id);
  return single({ ...call, number }, found, 'directoryObjects/$entity');
}

export function purgeDeleted(call: Call): Answer {
  purge(call.tenant, deletedEntry(call));
  return { status: 204 };
}

function deletedEntry({ tenant, captured, roles, number }: Call): Entry {
  const id = captured[0] ?? '';
  if (foundAt(tenant, id, number)?.version.life !== 'deleted') throw notFound(id);
  const entry = resolve(tenant, id);
  demandDeleted(roles, entry.type, 'write');
  return entry;
}
