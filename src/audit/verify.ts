/** Whether the trail is what was written: walks it from its oldest entry and names the first break. */

import type { Checkpoint } from './checkpoint.ts';
import { type AuditEntry, digestOf, GENESIS, hashOf } from './entry.ts';
import type { AuditTrail, Head } from './trail.ts';

export interface AuditVerdict {
  readonly whole: boolean;
  /** Entries that were looked at. */
  readonly entries: number;
  /** The first and the last number of them. */
  readonly first: number;
  readonly last: number;
  /** What the chain says was pruned before the first of them, and is proven to have been there. */
  readonly pruned: number;
  /** Entries of which it was erased whom they are about. */
  readonly erased: number;
  readonly break?: Break;
  /** What became of a checkpoint that was handed in: `older` when its entry was pruned since. */
  readonly checkpoint?: 'matches' | 'older';
}

export interface Break {
  /** The entry at which it shows. */
  readonly number: number;
  readonly cause: 'changed' | 'removed' | 'inserted' | 'reordered' | 'cut-off';
  readonly message: string;
}

/** Further apart nobody looks for where an entry with another number belongs. */
const FAR = 1000;

export async function verifyTrail(
  trail: AuditTrail,
  checkpoint?: Checkpoint,
): Promise<AuditVerdict> {
  const { tenant } = trail;
  // Others append meanwhile: what the head knew before the walk has to be there, and more may be.
  const head = await trail.head();
  let ended: string | undefined = head.number === 0 ? GENESIS : undefined;
  const hollow = new Set<number>();
  const erased = new Set<number>();
  let before: AuditEntry | undefined;
  let first = 0;
  let entries = 0;
  let proven = -1;
  let seen: string | undefined;
  /** What an entry says was before the first one that is kept. */
  let start: { readonly number: number; readonly hash: string } = { number: 0, hash: GENESIS };
  const verdict = (rest: Pick<AuditVerdict, 'break' | 'checkpoint'>): AuditVerdict => ({
    whole: rest.break === undefined,
    entries,
    first,
    last: before?.number ?? 0,
    pruned: start.number,
    erased: [...hollow].filter((number) => erased.has(number)).length,
    ...rest,
  });
  const broken = (number: number, cause: Break['cause'], message: string): AuditVerdict =>
    verdict({ break: { number, cause, message } });
  for await (const entry of trail.walk()) {
    const { number, payload } = entry;
    if (before === undefined) {
      first = number;
      start = { number: number - 1, hash: entry.previous };
    } else if (number !== before.number + 1) {
      // What is old enough may be pruned meanwhile; what stays is a chain as well.
      if ((await trail.head()).pruned > head.pruned) return verifyTrail(trail, checkpoint);
      return broken(
        before.number + 1,
        'removed',
        `${spanText(before.number + 1, number - 1)} removed`,
      );
    }
    const expected = before?.hash ?? start.hash;
    if (hashOf(entry, tenant) !== entry.hash) {
      const { cause, message } = await misplaced(entry, trail);
      return broken(number, cause, message);
    }
    if (entry.previous !== expected) {
      return broken(
        number,
        'inserted',
        `entry ${number} does not continue entry ${number - 1}: one of the two was put in the place of another`,
      );
    }
    if (payload === undefined) hollow.add(number);
    else if (digestOf(payload) !== entry.digest) {
      return broken(number, 'changed', `whom or what entry ${number} is about was changed`);
    }
    if (entry.action === 'audit-pruned' && payload !== undefined) {
      const { last, hash } = payload.detail;
      if (last === start.number && hash === start.hash) proven = start.number;
    }
    if (entry.action === 'audit-erased' && payload !== undefined) {
      for (const each of [payload.detail.entries].flat()) {
        if (typeof each === 'number') erased.add(each);
      }
    }
    if (checkpoint?.number === number) seen = entry.hash;
    if (head.number === number) ended = entry.hash;
    before = entry;
    entries++;
  }
  if (start.number > 0 && proven !== start.number) {
    return broken(1, 'removed', `${spanText(1, start.number)} removed, and no entry tells of it`);
  }
  const torn = [...hollow].find((number) => !erased.has(number));
  if (torn !== undefined) {
    return broken(torn, 'removed', `whom and what entry ${torn} is about was removed`);
  }
  return verdict(
    endOf({ head, later: await trail.head(), ended }, before, checkpoint, seen, start),
  );
}

interface Ends {
  /** Where the chain said it ended, before it was walked and after. */
  readonly head: Head;
  readonly later: Head;
  /** The hash that was found there; absent where the entry was pruned meanwhile. */
  readonly ended: string | undefined;
}

/** Against what the head says, and what was kept elsewhere. */
function endOf(
  { head, later, ended }: Ends,
  last: AuditEntry | undefined,
  checkpoint: Checkpoint | undefined,
  seen: string | undefined,
  { number: pruned }: { readonly number: number },
): Pick<AuditVerdict, 'break' | 'checkpoint'> {
  const number = last?.number ?? 0;
  const cut = (message: string, at = number + 1): Pick<AuditVerdict, 'break'> => ({
    break: { number: at, cause: 'cut-off', message },
  });
  if (head.number > number) return cut(`${spanText(number + 1, head.number)} cut off`);
  if (later.number < number) {
    const end = later.number;
    return cut(`the chain goes on after entry ${end}, where it is said to end`, end + 1);
  }
  const other = otherEnd({ head, later, ended }, number, last?.hash ?? GENESIS);
  if (other !== undefined) {
    return {
      break: {
        number: other,
        cause: 'changed',
        message: `entry ${other} is another than where the chain is said to end: its end was written anew`,
      },
    };
  }
  if (checkpoint === undefined) return {};
  if (checkpoint.number > number) {
    return cut(`${spanText(number + 1, checkpoint.number)} cut off: the checkpoint knew them`);
  }
  if (seen === checkpoint.hash) return { checkpoint: 'matches' };
  if (seen === undefined && checkpoint.number <= pruned) return { checkpoint: 'older' };
  return {
    break: {
      number: checkpoint.number,
      cause: 'changed',
      message: `entry ${checkpoint.number} is another than when the checkpoint was taken: the chain was written anew`,
    },
  };
}

/** Where an entry stands whose hash is not the one the head has of it. */
function otherEnd({ head, later, ended }: Ends, number: number, hash: string): number | undefined {
  if (ended !== undefined && ended !== head.hash) return head.number;
  return later.number === number && later.hash !== hash ? number : undefined;
}

/** An entry whose hash is not its own: it was changed, or it stands where it does not belong. */
async function misplaced(
  entry: AuditEntry,
  trail: AuditTrail,
): Promise<Pick<Break, 'cause' | 'message'>> {
  const { number, previous } = entry;
  const belongs = (place: number) =>
    hashOf({ ...entry, number: place }, trail.tenant) === entry.hash;
  const place = placeOf(number, belongs);
  if (place === undefined) return { cause: 'changed', message: `entry ${number} was changed` };
  const precedes = previous === GENESIS || (await trail.byHash(previous)) !== undefined;
  if (!precedes && place > number) {
    return {
      cause: 'removed',
      message: `${spanText(number, place - 1)} removed, and the rest numbered anew`,
    };
  }
  if (place < number) {
    return {
      cause: 'inserted',
      message: `${spanText(place, number - 1)} put in: what stands at ${number} was entry ${place}`,
    };
  }
  return { cause: 'reordered', message: `what stands at ${number} was entry ${place}` };
}

function placeOf(number: number, belongs: (place: number) => boolean): number | undefined {
  for (let apart = 1; apart <= FAR; apart++) {
    if (belongs(number + apart)) return number + apart;
    if (number > apart && belongs(number - apart)) return number - apart;
  }
  return undefined;
}

function spanText(from: number, to: number): string {
  return from === to ? `entry ${from} was` : `entries ${from} to ${to} were`;
}
