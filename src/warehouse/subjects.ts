/** Everything the planner needs about many identities and one target, in a handful of questions. */

import type { Identity, IdentityId } from '../identity/identity.ts';
import type { AppRole, Attributes, IdentityRecord, SystemName } from '../identity/record.ts';
import { isReference } from '../identity/record.ts';
import type { Context } from './context.ts';
import { parseOrigins } from './origins.ts';
import { notesOut } from './rulebook.ts';
import type { AccountRecord, Edge, Reach, StoredIdentity, StoredRecord } from './storage.ts';
import type { Account, Due, ResolvedReference, Subject } from './subject.ts';
import type { TargetRules } from './warehouse.ts';

/** Subjects in the order of the ids; who does not exist any more is left out. */
export async function loadSubjects(
  context: Context,
  target: SystemName,
  ids: readonly IdentityId[],
  due: ReadonlyMap<IdentityId, Due>,
): Promise<readonly Subject[]> {
  if (ids.length === 0) return [];
  const { store, book } = context;
  const [identities, records, edges, withReports, inFlight, outSince, refused] = await Promise.all([
    store.identities(ids),
    store.recordsOf(ids),
    store.edgesOf(ids),
    store.withReports(ids),
    store.inFlight(target, ids),
    notesOut(book, target) ? store.outSince(target, ids) : NOBODY,
    store.refusedCreates(target, ids),
  ]);
  const byIdentity = Map.groupBy(records, ({ identity }) => identity);
  const [referents, reaches] = await Promise.all([
    loadReferents(context, target, edges),
    loadReaches(context, target, identities, byIdentity),
  ]);
  const known = new Map(identities.map((identity) => [identity.id, identity]));
  const edgesOf = Map.groupBy(edges, ({ identity }) => identity);
  return ids.flatMap((id): readonly Subject[] => {
    const identity = known.get(id);
    if (!identity) return [];
    const theirs = byIdentity.get(id) ?? [];
    const account = accountOf(target, identity, theirs);
    const flight = inFlight.get(id);
    const refusedCreate = refused.get(id);
    const row = due.get(id);
    const out = outSince.get(id);
    const attributes: Attributes = JSON.parse(identity.attributes);
    let origins: Identity['origins'] | undefined;
    const recoverable = !identity.present && isRecoverable(context, theirs);
    const rules = book.target(target, identity.kind);
    return [
      {
        identity: {
          id,
          kind: identity.kind,
          attributes,
          get origins() {
            origins ??= parseOrigins(identity.origins, attributes);
            return origins;
          },
          links: theirs.filter(({ present }) => present).map(({ ref }) => ref),
          present: identity.present,
        },
        target,
        ...(row && { due: row }),
        ...(account && { account }),
        ...(flight && { inFlight: flight }),
        ...(refusedCreate && { refusedCreate }),
        ...(rules?.assigned && { assigned: assignedOf(reaches.get(id) ?? []) }),
        references: referencesOf(attributes, edgesOf.get(id) ?? [], referents),
        hasReports: withReports.has(id),
        ...(out !== undefined && { outSince: out }),
        ...(recoverable && { recoverable: true }),
        records: theirs.filter(({ present }) => present || !identity.present).map(recordOf),
      },
    ];
  });
}

const NOBODY: ReadonlyMap<IdentityId, Date> = new Map();

/** Parsed when somebody looks: of most people, nobody does. */
export function recordOf({ ref, attributes: text, version }: StoredRecord): IdentityRecord {
  let attributes: Attributes | undefined;
  return {
    ref,
    get attributes() {
      attributes ??= JSON.parse(text) as Attributes;
      return attributes;
    },
    ...(version !== undefined && { version }),
  };
}

function accountOf(
  target: SystemName,
  { kind }: StoredIdentity,
  records: readonly AccountRecord[],
): Account | undefined {
  const record = records.find(({ ref }) => ref.system === target && ref.kind === kind);
  if (!record || record.state.deleted) return undefined;
  const { asked, answered, disabledAt } = record.state;
  return {
    ref: record.ref,
    current: JSON.parse(record.attributes),
    ...(record.version !== undefined && { version: record.version }),
    asked: JSON.parse(asked),
    answered: JSON.parse(answered),
    ...(disabledAt !== undefined && { disabledBy: 'us', disabledAt: new Date(disabledAt) }),
    ...(!record.present && { missing: true }),
  };
}

function isRecoverable({ book }: Context, records: readonly StoredRecord[]): boolean {
  return records.some(
    ({ ref, recoverable }) => recoverable && book.source(ref.system, ref.kind)?.authority,
  );
}

/** Accounts in the target of those whom references lead to. */
async function loadReferents(
  { store }: Context,
  target: SystemName,
  edges: readonly Edge[],
): Promise<ReadonlyMap<IdentityId, ResolvedReference>> {
  const ids = [...new Set(edges.flatMap(({ referred }) => referred ?? []))];
  if (ids.length === 0) return new Map();
  const referents = new Map<IdentityId, ResolvedReference>();
  for (const { identity, present, ref, attributes, state } of await store.recordsIn(target, ids)) {
    if (identity === undefined || !present || state.deleted) continue;
    referents.set(identity, { type: 'account', ref, attributes: JSON.parse(attributes) });
  }
  return referents;
}

function referencesOf(
  attributes: Attributes,
  edges: readonly Edge[],
  referents: ReadonlyMap<IdentityId, ResolvedReference>,
): Readonly<Record<string, ResolvedReference>> {
  const resolved: Record<string, ResolvedReference> = {};
  for (const [name, value] of Object.entries(attributes)) {
    const first = Array.isArray(value) ? value[0] : value;
    if (isReference(first)) resolved[name] = { type: 'unknown' };
  }
  for (const { attribute, referred } of edges) {
    if (referred === undefined || resolved[attribute]?.type === 'account') continue;
    resolved[attribute] = referents.get(referred) ?? { type: 'pending', identity: referred };
  }
  return resolved;
}

async function loadReaches(
  { store, book }: Context,
  target: SystemName,
  identities: readonly StoredIdentity[],
  records: ReadonlyMap<IdentityId | undefined, readonly StoredRecord[]>,
): Promise<ReadonlyMap<IdentityId, readonly Reach[]>> {
  const found = new Map<IdentityId, Reach[]>();
  for (const rules of book.rules.targets) {
    const { assigned } = rules;
    if (rules.system !== target || !assigned) continue;
    const principals = new Map<string, IdentityId>();
    for (const { id, kind } of identities) {
      for (const { ref, present } of records.get(id) ?? []) {
        if (present && isPrincipal(ref, rules) && kind === rules.kind) principals.set(ref.id, id);
      }
    }
    if (principals.size === 0) continue;
    for (const reach of await store.reaches(assigned, rules.kind, [...principals.keys()])) {
      const id = principals.get(reach.principal);
      if (id === undefined) continue;
      const list = found.get(id);
      if (list) list.push(reach);
      else found.set(id, [reach]);
    }
  }
  return found;
}

function isPrincipal(ref: StoredRecord['ref'], { assigned, kind }: TargetRules): boolean {
  return ref.system === assigned?.system && ref.kind === kind;
}

function assignedOf(reaches: readonly Reach[]): NonNullable<Subject['assigned']> {
  const groups = new Set<string>();
  const roles = new Map<string, AppRole>();
  for (const { group, role, roleName } of reaches) {
    if (group) groups.add(group.name ?? group.id);
    if (role !== undefined) {
      roles.set(role, { value: role, ...(roleName !== undefined && { displayName: roleName }) });
    }
  }
  return {
    direct: reaches.some(({ group }) => group === undefined),
    groups: [...groups].toSorted(),
    roles: [...roles.values()].toSorted((a, b) => (a.value < b.value ? -1 : 1)),
  };
}
