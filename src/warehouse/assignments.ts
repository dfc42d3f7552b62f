/**
 * Assignments to an application come as one listing, which is compared with the last one. It may
 * have 100,000 rows, so that it is taken in steps; repeating a step changes nothing.
 */

import { createHash } from 'node:crypto';
import type { Assignment, Change, ObjectRef } from '../identity/record.ts';
import type { Context } from './context.ts';
import type { Marker } from './due-storage.ts';
import { objectKey } from './keys.ts';
import { recordsDue } from './members.ts';
import { markBelow } from './nested.ts';
import { isPlausible } from './plausible.ts';
import type { Tally, Withheld } from './reading-storage.ts';
import type { Application, AssignmentRow } from './storage.ts';
import type { TargetRules } from './warehouse.ts';

export type AssignmentsChange = Extract<Change, { readonly type: 'assignments' }>;

export interface AbsorbedAssignments {
  readonly tally: Tally;
  readonly withheld?: Withheld;
}

const STEP = 500;

export async function absorbAssignments(
  context: Context,
  change: AssignmentsChange,
  reading: number,
): Promise<AbsorbedAssignments> {
  const { store } = context;
  const listed = change.assignments;
  const tally = { seen: listed.length, added: 0, changed: 0, removed: 0 };
  const digest = digestOf(listed);
  if ((await store.assignmentDigest(change)) === digest) return { tally };

  for (let from = 0; from < listed.length; from += STEP) {
    const step = listed.slice(from, from + STEP).map(rowOf);
    await store.transaction(async () => {
      const known = new Map(
        (
          await store.assignments(
            change,
            step.map(({ id }) => id),
          )
        ).map((row) => [row.id, row]),
      );
      const fresh = step.filter((row) => !isSameRow(known.get(row.id), row));
      await store.saveAssignments(change, fresh);
      const replaced = fresh.flatMap(({ id }) => known.get(id) ?? []);
      await principalsDue(context, change, [...fresh, ...replaced]);
      tally.added += fresh.length - replaced.length;
      tally.changed += replaced.length;
    });
  }

  const shown = new Set(listed.map(({ id }) => id));
  const gone: AssignmentRow[] = [];
  let all = 0;
  for (let after = ''; ; ) {
    const page = await store.assignmentsAfter(change, after, STEP);
    all += page.length;
    gone.push(...page.filter(({ id }) => !shown.has(id)));
    if (page.length < STEP) break;
    after = page.at(-1)?.id ?? after;
  }
  const before = all - tally.added;
  if (!isPlausible({ seen: listed.length, absent: gone.length, before }, context.book.rules)) {
    const ids = listed.map(({ id }) => sightingOf(change, id));
    for (let from = 0; from < ids.length; from += STEP) {
      await store.addSightings(reading, ids.slice(from, from + STEP));
    }
    return { tally, withheld: { reading, absent: gone.length, before } };
  }
  await removeAssignments(context, change, gone);
  await store.setAssignmentDigest(change, digest);
  return { tally: { ...tally, removed: gone.length } };
}

/** Removes what a listing that had not been believed did not show. Returns how many. */
export async function acceptMissingAssignments(
  context: Context,
  application: Application,
  reading: number,
): Promise<number> {
  const { store } = context;
  let removed = 0;
  for (let after = ''; ; ) {
    const page = await store.assignmentsAfter(application, after, STEP);
    const shown = await store.sighted(
      reading,
      page.map(({ id }) => sightingOf(application, id)),
    );
    const gone = page.filter(({ id }) => !shown.has(sightingOf(application, id)));
    await removeAssignments(context, application, gone);
    removed += gone.length;
    if (page.length < STEP) return removed;
    after = page.at(-1)?.id ?? after;
  }
}

async function removeAssignments(
  context: Context,
  application: Application,
  gone: readonly AssignmentRow[],
): Promise<void> {
  const { store } = context;
  for (let from = 0; from < gone.length; from += STEP) {
    const step = gone.slice(from, from + STEP);
    await store.transaction(async () => {
      await store.removeAssignments(
        application,
        step.map(({ id }) => id),
      );
      await principalsDue(context, application, step);
    });
  }
}

/** People at once; of groups their members, in batches, by a marker. */
async function principalsDue(
  context: Context,
  { system, application }: Application,
  rows: readonly AssignmentRow[],
): Promise<void> {
  if (rows.length === 0) return;
  const targets = context.book.rules.targets.filter(
    ({ assigned }) => assigned?.system === system && assigned.application === application,
  );
  const people: { readonly member: ObjectRef; readonly target: TargetRules }[] = [];
  const groups = new Map<string, Marker>();
  for (const { principalKind: kind, principal: id } of rows) {
    const member = { system, kind, id };
    for (const target of targets) {
      if (target.kind === kind) people.push({ member, target });
      else if (kind !== 'user') {
        const name = objectKey(member);
        const marker = { target: target.system, name, cause: 'changed', cursor: '' } as const;
        groups.set(`${target.system} ${name}`, marker);
      }
    }
  }
  await recordsDue(context, people);
  await Promise.all([...groups.values()].map((marker) => context.store.saveMarker(marker)));
  for (const target of targets.filter(({ assigned }) => assigned?.nested)) {
    for (const { principalKind: kind, principal: id } of rows) {
      if (kind === 'group') await markBelow(context, target, { system, kind, id });
    }
  }
}

function sightingOf({ application }: Application, id: string): string {
  return JSON.stringify([application, id]);
}

function rowOf({ id, principal, role }: Assignment): AssignmentRow {
  return {
    id,
    principalKind: principal.kind,
    principal: principal.id,
    ...(role && { role: role.value }),
    ...(role?.displayName !== undefined && { roleName: role.displayName }),
  };
}

function isSameRow(a: AssignmentRow | undefined, b: AssignmentRow): boolean {
  return (
    a?.principalKind === b.principalKind &&
    a.principal === b.principal &&
    a.role === b.role &&
    a.roleName === b.roleName
  );
}

function digestOf(assignments: readonly Assignment[]): string {
  const digest = createHash('sha256');
  for (const { id, principal, role } of assignments) {
    digest.update(
      JSON.stringify([id, principal.kind, principal.id, role?.value, role?.displayName]),
    );
  }
  return digest.digest('hex');
}
