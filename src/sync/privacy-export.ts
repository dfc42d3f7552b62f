/** Everything that is stored about one person, as one document. */

import { type Identity, type IdentityId, label, type Tenant } from '../identity/identity.ts';
import type { ObjectKind, ObjectRef } from '../identity/record.ts';
import type { Engine } from './engine.ts';
import { personNamed } from './people.ts';
import type { Holding, Impersonal } from './privacy-storage.ts';

export interface PersonExport {
  readonly format: 1;
  readonly tenant: Tenant;
  readonly exportedAt: Date;
  readonly person: {
    readonly id: IdentityId;
    readonly kind: ObjectKind;
    readonly label: string;
    /** Identities that became part of this one. */
    readonly formerly: readonly IdentityId[];
    readonly records: readonly ObjectRef[];
  };
  /** By table; tables in which nothing is about the person are left out. */
  readonly holdings: readonly Holding[];
  /** Tables of which no row is about a person. */
  readonly impersonal: readonly Impersonal[];
}

/** Told to the trail: whoever asks takes everything along. */
export async function exportPerson(engine: Engine, person: string): Promise<PersonExport> {
  const identity = await personNamed(person, engine);
  await engine.note({
    action: 'data-exported',
    person: identity.id,
    detail: { what: 'person' },
  });
  return everythingAbout(identity, engine);
}

async function everythingAbout(
  { id, kind, attributes }: Pick<Identity, 'id' | 'kind' | 'attributes'>,
  { privacy, tenant, now }: Pick<Engine, 'privacy' | 'tenant' | 'now'>,
): Promise<PersonExport> {
  const whom = await privacy.whom(id);
  return {
    format: 1,
    tenant,
    exportedAt: now(),
    person: {
      id,
      kind,
      label: label({ id, attributes }),
      formerly: whom.ids.filter((each) => each !== id),
      records: whom.refs,
    },
    holdings: await Array.fromAsync(privacy.holdings(whom)),
    impersonal: privacy.impersonal,
  };
}
