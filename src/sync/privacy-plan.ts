/** What an erasure would take away, what it would leave and why, and what stands in its way. */

import { type Identity, type IdentityId, label } from '../identity/identity.ts';
import type { ObjectKind, SystemName } from '../identity/record.ts';
import type { PlanId } from '../plan/plan.ts';
import type { Engine } from './engine.ts';
import { personNamed } from './people.ts';
import type { Holding, Standing, Whom } from './privacy-storage.ts';
import { VerbRefusal } from './refusal.ts';

export interface ErasureRequest {
  /** Identity id, or any naming value. */
  readonly person: string;
  /** Their records are not taken any more, whatever sources say. */
  readonly suppress?: boolean;
  /** Accounts in targets stay as they are, and are nobody's. */
  readonly leaveAccounts?: boolean;
}

export interface ErasurePlan {
  readonly person: {
    readonly id: IdentityId;
    readonly kind: ObjectKind;
    readonly label: string;
  };
  /** Empty when it can be done. */
  readonly blocks: readonly Block[];
  readonly erased: readonly Counted[];
  readonly kept: readonly (Counted & { readonly why: string })[];
  /** Records that would not be taken any more. */
  readonly suppressed: number;
  /** Plans that wait, such as that of an undo, and would be given up: they have something for the person. */
  readonly ends: readonly { readonly target: SystemName; readonly plan: PlanId }[];
}

/** Rows of a table. */
export interface Counted {
  readonly table: string;
  readonly what: string;
  readonly rows: number;
}

export interface Block {
  readonly type: 'in-source' | 'account' | 'served-account' | 'in-flight' | 'in-plan';
  readonly system: SystemName;
  readonly message: string;
  readonly remedy: string;
}

export async function planErasure(engine: Engine, request: ErasureRequest): Promise<ErasurePlan> {
  const identity = await personNamed(request.person, engine);
  refuseOthers(identity);
  const whom = await engine.privacy.whom(identity.id);
  const holdings = await Array.fromAsync(engine.privacy.holdings(whom));
  return erasurePlan(identity, whom, holdings, request, engine);
}

/** A group has members and a place in rules; it is deleted where it is. */
export function refuseOthers({
  id,
  kind,
  attributes,
}: Pick<Identity, 'id' | 'kind' | 'attributes'>): void {
  if (kind === 'user') return;
  throw new VerbRefusal(
    'unknown-person',
    `${label({ id, attributes })} is a ${kind}, and no person`,
    'name a person; a group is deleted in its source',
  );
}

export async function erasurePlan(
  { id, kind, attributes }: Pick<Identity, 'id' | 'kind' | 'attributes'>,
  whom: Whom,
  holdings: readonly Holding[],
  request: ErasureRequest,
  engine: Engine,
): Promise<ErasurePlan> {
  const standing = await engine.privacy.standing(whom);
  return {
    person: { id, kind, label: label({ id, attributes }) },
    blocks: blocksOf(standing, request, engine),
    erased: holdings.filter(({ kept }) => kept === undefined).map(counted),
    kept: holdings.flatMap((holding) =>
      holding.kept === undefined ? [] : [{ ...counted(holding), why: holding.kept }],
    ),
    suppressed: request.suppress ? whom.refs.length : 0,
    ends: standing.waiting.flatMap(({ target, beside }) =>
      beside === undefined ? [] : [{ target, plan: beside.plan }],
    ),
  };
}

function counted({ table, what, rows }: Holding): Counted {
  return { table, what, rows: rows.length };
}

function blocksOf(
  { records, inFlight, waiting }: Standing,
  { suppress = false, leaveAccounts = false }: ErasureRequest,
  { sources, targets }: Engine,
): readonly Block[] {
  const blocks: Block[] = [];
  for (const { ref, present, deleted, served, pushed } of records) {
    const { system, kind, id } = ref;
    const isOf = (each: { readonly system: SystemName; readonly kind: ObjectKind }): boolean =>
      each.system === system && each.kind === kind;
    const source = sources.some(isOf);
    if (served) {
      blocks.push({
        type: 'served-account',
        system,
        message: `${system} is served from here, and has the account ${id}`,
        remedy: 'delete it over SCIM, or through the system that writes it, and run lockstep run',
      });
    } else if (present && source && !suppress) {
      blocks.push({
        type: 'in-source',
        system,
        message: pushed
          ? `${system} was sent the record ${id}, and a sender cannot take it back`
          : `${system} has the record ${id}, and its next reading would bring the person back`,
        remedy: pushed
          ? '--suppress: the record is deleted here and not taken any more'
          : `delete it there and run lockstep run; or --suppress: the record is not taken any more`,
      });
    }
    if (present && !deleted && !served && targets.some(isOf) && !leaveAccounts) {
      blocks.push({
        type: 'account',
        system,
        message: `${system} has the account ${id}`,
        remedy: `delete it there and run lockstep reconcile ${system}; or --leave-accounts: it stays as it is, and is nobody's`,
      });
    }
  }
  for (const system of inFlight) {
    blocks.push({
      type: 'in-flight',
      system,
      message: `${system} was asked for an account, and has not answered`,
      remedy: `run lockstep run ${system}: it looks whether there is one`,
    });
  }
  for (const { target, state, beside } of waiting) {
    if (beside !== undefined) continue;
    blocks.push({
      type: 'in-plan',
      system: target,
      message: `a plan for ${target} that is ${state} has something for the person`,
      remedy: `lockstep release ${target} carries it out; lockstep plan ${target} makes another in its place`,
    });
  }
  return blocks;
}
