/**
 * Rows that are about several people: what of them is about one, for an export, and what is left
 * when that is taken out. What others are in the same row is nobody's business.
 */

import type { ObjectRef } from '../../identity/record.ts';
import type { Hold, Operation } from '../../plan/plan.ts';
import type { RunReport } from '../../sync/engine.ts';
import type { Whom } from '../../sync/privacy-storage.ts';
import type { ReviewItem } from '../../warehouse/warehouse.ts';
import type { Queries, Row } from '../database.ts';
import { isTheirs } from './find.ts';
import type { ReadRow, Remainder } from './place.ts';

type Part = (row: ReadRow, whom: Whom) => ReadRow | undefined;
type Without = (row: Row, whom: Whom) => Remainder;

/** Who refers to them is somebody else; that they are referred to is not. */
export const ownEdge: Part = ({ identity, attribute, ...rest }, { ids }) =>
  ids.includes(String(identity)) ? { identity, attribute, ...rest } : { attribute };

export const withoutReferral: Without = ({ identity }, { ids }) =>
  ids.includes(String(identity)) ? 'row' : { referred: null };

export const ownCandidate: Part = (row, { ids }) => {
  const own = (candidates: unknown) =>
    Array.isArray(candidates) ? candidates.filter(({ id }) => ids.includes(id)) : candidates;
  const { candidates, review } = row as { readonly candidates?: unknown; readonly review?: object };
  return {
    ...row,
    ...(candidates !== undefined && { candidates: own(candidates) }),
    ...(review &&
      'candidates' in review && {
        review: { ...review, candidates: own(review.candidates) },
      }),
  };
};

export const withoutCandidate: Without = (row, whom) => {
  const { system, subject } = row;
  const theirs = { system: String(system), id: String(subject) };
  if (whom.ids.includes(theirs.id) || isTheirs(whom, theirs)) return 'row';
  const left = othersOf(JSON.parse(String(row.candidates)), whom);
  return left.length === 0 ? 'row' : { candidates: JSON.stringify(left) };
};

export const withoutDecided: Without = ({ identity, other, review }, whom) => {
  if (whom.ids.includes(String(identity)) || whom.ids.includes(String(other))) return 'row';
  const item = JSON.parse(String(review)) as ReviewItem;
  return { review: JSON.stringify({ ...item, candidates: othersOf(item.candidates, whom) }) };
};

function othersOf(candidates: ReviewItem['candidates'], { ids }: Whom): ReviewItem['candidates'] {
  return candidates.filter(({ id }) => !ids.includes(id));
}

export const ownResults: Part = ({ system, id, at, results }, whom) => {
  const own = (results as readonly { readonly id?: string }[]).filter((each) =>
    isTheirs(whom, { system: String(system), id: String(each.id) }),
  );
  return own.length === 0 ? undefined : { system, id, at, results: own };
};

/** Results stand in the order of what was sent, so that theirs leaves a gap. */
export const withoutResults: Without = ({ system, results }, whom) => {
  const all = JSON.parse(String(results)) as readonly { readonly id?: string; status: string }[];
  return {
    results: JSON.stringify(
      all.map((each) =>
        isTheirs(whom, { system: String(system), id: String(each.id) })
          ? { status: each.status }
          : each,
      ),
    ),
  };
};

export const withoutPerson: Without = ({ target, kind, account, identity }, whom) => {
  const ref = { system: String(target), kind: String(kind), id: String(account) };
  if (whom.ids.includes(String(identity)) || isTheirs(whom, ref)) return 'row';
  return { person: null, person_label: null };
};

/** Of a group's operation, its member; of one that waits for theirs, that it does. */
export const ownOperation: Part = (row, { ids }) => {
  const { plan, position, content } = row;
  const operation = content as Operation;
  if (ids.includes(operation.identity)) return row;
  const { action, system } = operation;
  const members =
    'members' in operation
      ? operation.members.filter(({ identity }) => ids.includes(identity))
      : [];
  return { plan, position, action, system, ...(members.length > 0 && { members }) };
};

export const withoutOperation: Without = ({ content }, { ids }) => {
  const operation = JSON.parse(String(content)) as Operation;
  if (ids.includes(operation.identity)) return 'row';
  const others = (people: readonly string[]) => people.filter((id) => !ids.includes(id));
  const { after, without } = operation;
  const left = {
    ...operation,
    after: others(after),
    ...(without !== undefined && { without: others(without) }),
    ...('members' in operation && {
      members: operation.members.filter(({ identity }) => !ids.includes(identity)),
    }),
  };
  return { content: unnamed(JSON.stringify(left), ids) };
};

/** References to an account that was to be made for them. */
function unnamed(json: string, ids: Whom['ids']): string {
  return ids.reduce((text, id) => text.replaceAll(JSON.stringify(id), '"erased"'), json);
}

/** What went over the wire for a group names its members. */
export async function withoutExchanges(rows: readonly Row[], queries: Queries): Promise<void> {
  await queries.batch(
    'update outcome set exchanges = null where plan = ? and position = ?',
    rows.map(({ plan, position }) => [plan ?? null, position ?? null]),
  );
}

export const withoutHold: Without = ({ holds }, { ids }) => ({
  holds: JSON.stringify(
    (JSON.parse(String(holds)) as readonly Hold[]).map((hold) =>
      hold.people === undefined
        ? hold
        : {
            ...hold,
            people: hold.people.filter((id) => !ids.includes(id)),
            // It may call people by name.
            message: `${hold.people.length} people were concerned`,
          },
    ),
  ),
});

export const ownRejections: Part = ({ id, started_at, report }, whom) => {
  const rejected = (report as RunReport).readings.flatMap(
    ({ result }) => result?.rejected.filter(({ ref }) => isTheirs(whom, ref)) ?? [],
  );
  return rejected.length === 0 ? undefined : { id, started_at, rejected };
};

export const withoutRejections: Without = ({ report }, whom) => {
  const whole = JSON.parse(String(report)) as RunReport;
  const others = ({ ref }: { readonly ref: ObjectRef }) => !isTheirs(whom, ref);
  const readings = whole.readings.map((reading) =>
    reading.result === undefined
      ? reading
      : {
          ...reading,
          result: { ...reading.result, rejected: reading.result.rejected.filter(others) },
        },
  );
  return { report: JSON.stringify({ ...whole, readings }) };
};

/** A name that was given up stays taken until its time, and nobody knows any more by whom. */
export const withoutHolder: Without = ({ until }) =>
  until === null ? 'row' : { holder: 'erased' };
