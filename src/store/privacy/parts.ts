/**
 * Rows that are about several people: what of them is about one, for an export, and what is left
 * when that is taken out. What others are in the same row is nobody's business.
 */

import type { ObjectRef } from '../../identity/record.ts';
import type { Hold, Operation } from '../../plan/plan.ts';
import type { RunReport } from '../../sync/engine.ts';
import type { Whom } from '../../sync/privacy-storage.ts';
import type { Queries, Row } from '../database.ts';
import { isTheirs } from './find.ts';
import type { ReadRow, Remainder } from './place.ts';

export type Part = (row: ReadRow, whom: Whom) => ReadRow | undefined;
export type Without = (row: Row, whom: Whom) => Remainder;

/** Who refers to them is somebody else; that they are referred to is not. */
export const ownEdge: Part = ({ identity, attribute, ...rest }, { ids }) =>
  ids.includes(String(identity)) ? { identity, attribute, ...rest } : { attribute };

export const withoutReferral: Without = ({ identity }, { ids }) =>
  ids.includes(String(identity)) ? 'row' : { referred: null };

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

/** What went over the wire for a group names its members, and why it failed may. */
export async function withoutExchanges(
  rows: readonly Row[],
  whom: Whom,
  queries: Queries,
): Promise<void> {
  for (const { plan = null, position = null } of rows) {
    const [outcome] = await queries.all<{ readonly detail: string | null }>(
      'select detail from outcome where plan = ? and position = ?',
      [plan, position],
    );
    if (outcome === undefined) continue;
    await queries.run(
      'update outcome set exchanges = null, detail = ? where plan = ? and position = ?',
      [outcome.detail && uncited(outcome.detail, whom), plan, position],
    );
  }
}

/** By whatever they are known: whole words, so that a number is not found within a longer one. */
function uncited(text: string, { ids, refs, addresses }: Whom): string {
  const names = [...ids, ...refs.map(({ id }) => id), ...addresses].map(RegExp.escape);
  return text.replaceAll(new RegExp(`(?<![\\w-])(?:${names.join('|')})(?![\\w-])`, 'gi'), 'erased');
}

export const withoutHold: Without = ({ holds }, whom) => ({
  holds: JSON.stringify(unheld(JSON.parse(String(holds)), whom)),
});

function unheld(holds: readonly Hold[], { ids }: Whom): readonly Hold[] {
  return holds.map((hold) =>
    hold.people?.some((id) => ids.includes(id))
      ? {
          ...hold,
          people: hold.people.filter((id) => !ids.includes(id)),
          // It may call people by name.
          message: `${hold.people.length} people were concerned`,
        }
      : hold,
  );
}

/** Records that were not taken, and guards that waited because of them. */
export const ownReports: Part = ({ id, started_at, report }, whom) => {
  const { readings, targets } = report as RunReport;
  const rejected = readings.flatMap(
    ({ result }) => result?.rejected.filter(({ ref }) => isTheirs(whom, ref)) ?? [],
  );
  const held = (targets ?? []).flatMap(({ target, plan }) =>
    (plan?.holds ?? []).flatMap(({ guard, people = [] }) =>
      people.some((person) => whom.ids.includes(person)) ? [{ target, guard }] : [],
    ),
  );
  if (rejected.length + held.length === 0) return undefined;
  return {
    ...{ id, started_at },
    ...(rejected.length > 0 && { rejected }),
    ...(held.length > 0 && { held }),
  };
};

export const withoutReports: Without = ({ report }, whom) => {
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
  const targets = whole.targets?.map((each) =>
    each.plan === undefined
      ? each
      : { ...each, plan: { ...each.plan, holds: unheld(each.plan.holds, whom) } },
  );
  return { report: JSON.stringify({ ...whole, readings, ...(targets && { targets }) }) };
};

/** A name that was given up stays taken until its time, and nobody knows any more by whom. */
export const withoutHolder: Without = ({ until }) =>
  until === null ? 'row' : { holder: 'erased' };
