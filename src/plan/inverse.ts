/**
 * What puts back what one run did to one account, from the before-images of its operations. Only
 * where the account still holds what was written: whatever moved since belongs to somebody else.
 */

import type { AttributeChange } from '../connectors/spi/index.ts';
import type { Attributes, AttributeValue } from '../identity/record.ts';
import type { Account } from '../warehouse/subject.ts';
import { contentOf, operationId } from './hash.ts';
import { canDisable, leaving } from './leave.ts';
import type { Omission, Operation, OperationContent, Precondition } from './plan.ts';
import { heldAt, type Target } from './target.ts';
import { sameValue } from './values.ts';

/** What one run did for one identity in one target, and how its account stands now. */
export interface Done {
  /** In the order in which they were done; all of them succeeded. */
  readonly operations: readonly Operation[];
  /** Absent when there is none any more. */
  readonly account?: Account;
  /** Deleted accounts are created again, as they were. */
  readonly recreate: boolean;
}

export interface Inverse {
  readonly operations: readonly Operation[];
  /** What of it stays as it is, and why. */
  readonly omissions: readonly Omission[];
}

export function inverseOf(done: Done, target: Target, now: Date): Inverse {
  const { operations, account } = done;
  const [first] = operations;
  if (first === undefined) return { operations: [], omissions: [] };
  const say = (content: OperationContent): Operation => operationFor(first, content);
  const members = operations.flatMap((operation) => membersBack(operation).map(say));
  const own = operations.filter((operation) => !ofMembers(operation));
  if (own.length === 0) return { operations: members, omissions: [] };
  const part = accountBack(own, account, done, target, now);
  return {
    operations: [...members, ...part.contents.map(say)],
    omissions: part.refusals.map((refusal) => omissionFor(first, refusal)),
  };
}

interface Part {
  readonly contents: readonly OperationContent[];
  readonly refusals: readonly Refusal[];
}

interface Refusal {
  readonly code: 'moved-since' | 'cannot-be-undone';
  readonly message: string;
}

function accountBack(
  operations: readonly Operation[],
  account: Account | undefined,
  { recreate }: Done,
  target: Target,
  now: Date,
): Part {
  const last = operations.at(-1);
  if (last?.action === 'delete') {
    const made = operations.some(({ action }) => action === 'create');
    if (made) return { contents: [], refusals: [] };
    if (recreate && account === undefined) return only(createdAgain(last.before, target));
    return account === undefined
      ? cannot('the account was deleted; with --recreate it is made again, as a new one')
      : moved('the account was deleted, and there is another one now');
  }
  if (account === undefined || account.missing) return moved('the account is gone');
  const mine = operations.at(-1);
  if (mine !== undefined && 'target' in mine && mine.target.id !== account.ref.id) {
    return moved(`the account is another one now, ${account.ref.id}`);
  }
  if (operations.some(({ action }) => action === 'create')) return takenBack(account, target, now);
  return restored(operations, account, target);
}

/** What the run created goes as the configuration lets accounts go. */
function takenBack(account: Account, target: Target, now: Date): Part {
  const { leave } = target;
  // Days of grace are for what leaves; what should not be is disabled at once, or deleted.
  const step = leaving(
    account,
    leave.type === 'delete-after'
      ? { ...target, leave: { type: canDisable(target) ? 'disable' : 'delete' } }
      : target,
    now,
  );
  switch (step.type) {
    case 'rest':
      return leave.type === 'keep'
        ? cannot('it was created, and leave: keep lets no account go')
        : { contents: [], refusals: [] };
    case 'not-allowed':
      return cannot(`it was created, and ${step.message}`);
    case 'delete':
      return only({
        action: 'delete',
        before: account.current,
        ...onAccount(account, enabledPaths(target), target),
      });
    case 'disable':
      return only({
        action: 'disable',
        changes: [step.change],
        ...onAccount(account, [step.change.path], target),
      });
  }
}

/** Each path back to what it held before the first of these operations. */
function restored(operations: readonly Operation[], account: Account, target: Target): Part {
  const spans = spansOf(operations);
  const changes: AttributeChange[] = [];
  const refusals: Refusal[] = [];
  for (const [path, { before, after }] of spans) {
    const held = heldAt(target, account.current, path);
    if (sameValue(held, before) && !isPending(path, account)) continue;
    if (!stillHolds(path, after, held, account)) {
      refusals.push({ code: 'moved-since', message: `${path} was changed again since` });
      continue;
    }
    changes.push({
      path,
      ...(held !== undefined && { before: held }),
      ...(before !== undefined && { after: before }),
    });
  }
  const link = linkBack(operations);
  const touched = changes.map(({ path }) => path);
  const place = onAccount(account, touched, target);
  if (changes.length === 0) {
    return { contents: link === undefined ? [] : [{ ...link, ...place }], refusals };
  }
  const unlinks = link?.action === 'unlink' && { unlinks: true as const };
  const links = link?.action === 'link' && { links: true as const, adopts: link.adopts };
  const action = actionOf(changes, target);
  return { contents: [{ action, changes, ...unlinks, ...links, ...place }], refusals };
}

interface Span {
  readonly before: AttributeValue | undefined;
  readonly after: AttributeValue | undefined;
}

function spansOf(operations: readonly Operation[]): ReadonlyMap<string, Span> {
  const spans = new Map<string, Span>();
  for (const operation of operations) {
    if (!('changes' in operation)) continue;
    for (const { path, before, after } of operation.changes) {
      const earlier = spans.get(path);
      spans.set(path, { before: earlier === undefined ? before : earlier.before, after });
    }
  }
  return spans;
}

/** As written, or as the target answered to that. */
function stillHolds(
  path: string,
  after: AttributeValue | undefined,
  held: AttributeValue | undefined,
  { asked, answered }: Account,
): boolean {
  if (sameValue(held, after)) return true;
  const newest = asked[path];
  const isNewest = sameValue(isEmpty(newest) ? undefined : newest, after);
  return isNewest && sameValue(held, answered[path]);
}

/** Somebody has still to confirm what was written: the value before it is held, and asked for again. */
function isPending(path: string, { asked, answered }: Account): boolean {
  const wanted = asked[path];
  return wanted !== undefined && !isEmpty(wanted) && !sameValue(wanted, answered[path]);
}

function isEmpty(value: AttributeValue | undefined): boolean {
  return Array.isArray(value) && value.length === 0;
}

/** Whether the account was nobody's before, or is nobody's since. */
function linkBack(
  operations: readonly Operation[],
): { readonly action: 'link' | 'unlink'; readonly adopts: Attributes } | undefined {
  for (const operation of operations) {
    const takes = operation.action === 'link' || ('links' in operation && operation.links);
    const gives = operation.action === 'unlink' || ('unlinks' in operation && operation.unlinks);
    if (!takes && !gives) continue;
    const adopts = 'adopts' in operation ? (operation.adopts ?? {}) : {};
    return { action: takes ? 'unlink' : 'link', adopts };
  }
  return undefined;
}

function actionOf(
  changes: readonly AttributeChange[],
  { traits: { enabledPath } }: Target,
): 'update' | 'enable' | 'disable' {
  const change = changes.find(({ path }) => path === enabledPath);
  if (change === undefined) return 'update';
  return change.after === false ? 'disable' : 'enable';
}

/** As its before-image has it, as far as the map reaches. */
function createdAgain(before: Attributes, target: Target): OperationContent {
  const attributes: Record<string, AttributeValue> = {};
  for (const { row } of target.mapping.rows) {
    const value = heldAt(target, before, row.path);
    if (value !== undefined) attributes[row.path] = value;
  }
  const match = Object.fromEntries(
    target.match.flatMap((path) => {
      const value = attributes[path];
      return value === undefined ? [] : [[path, value]];
    }),
  );
  return { action: 'create', attributes, match };
}

function ofMembers({ action }: Operation): boolean {
  return action === 'add-members' || action === 'remove-members';
}

function membersBack(operation: Operation): readonly OperationContent[] {
  if (operation.action !== 'add-members' && operation.action !== 'remove-members') return [];
  const { action, target, precondition, members } = operation;
  // Everybody it was about was erased.
  if (members.length === 0) return [];
  const back = action === 'add-members' ? 'remove-members' : 'add-members';
  const { version: _, ...unversioned } = precondition;
  const undue = members.map(({ attempts: __, ...member }) => ({ ...member, generation: 0 }));
  return [{ action: back, target, precondition: unversioned, members: undue }];
}

function onAccount(
  { ref, current }: Account,
  touched: readonly string[],
  target: Target,
): { readonly target: Account['ref']; readonly precondition: Precondition } {
  const held: Record<string, AttributeValue> = {};
  for (const path of touched) {
    const value = heldAt(target, current, path);
    if (value !== undefined) held[path] = value;
  }
  return { target: ref, precondition: { held, touched } };
}

function enabledPaths({ traits }: Target): readonly string[] {
  return traits.enabledPath === undefined ? [] : [traits.enabledPath];
}

function operationFor(
  { identity, label, system, kind }: Operation,
  content: OperationContent,
): Operation {
  return {
    id: operationId(system, identity, contentOf(content)),
    identity,
    label,
    system,
    kind,
    reason: 'undone',
    cause: 'requested',
    // Nobody is due by it, so that it settles nobody's due.
    generation: 0,
    after: [],
    origins: {},
    ...content,
  };
}

function omissionFor({ identity, label }: Operation, { code, message }: Refusal): Omission {
  return { identity, label, generation: 0, code, message, refused: true };
}

function only(content: OperationContent): Part {
  return { contents: [content], refusals: [] };
}

function cannot(message: string): Part {
  return { contents: [], refusals: [{ code: 'cannot-be-undone', message }] };
}

function moved(message: string): Part {
  return { contents: [], refusals: [{ code: 'moved-since', message }] };
}
