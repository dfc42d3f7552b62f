/** Creating, replacing, patching and deleting resources (RFC 7644 §3.3, §3.5, §3.6). */

import { type AttributeChange, ConnectorError } from '../../connectors/spi/index.ts';
import type { Attributes, IdentityRecord, ObjectRef } from '../../identity/record.ts';
import { type Acceptance, acceptResource, isObject } from '../../scim/accept.ts';
import { badRequest, ScimError } from '../../scim/error.ts';
import { applyPatch, type MembershipStep, type Patched, parsePatch } from '../../scim/patch.ts';
import { parsePath, readPath } from '../../scim/path.ts';
import type { Members } from '../../scim/resource-type.ts';
import { isAmong } from './etag.ts';
import { membersIn, recordWithMembers } from './members.ts';
import type { ServedSystem, ServedType } from './served.ts';
import { attributesTouched } from './wanted.ts';

/** Everything a request is about besides its body. */
export interface WriteContext {
  readonly served: ServedSystem;
  readonly type: ServedType;
  readonly acceptance: Acceptance;
  /** Versions the client's `If-Match` allows; absent when it asked for none. */
  readonly ifMatch?: readonly string[];
  /** Versions its `If-None-Match` rules out (RFC 9110 §13.1.2); `any`: whatever is there. */
  readonly ifNoneMatch?: readonly string[] | 'any';
  readonly signal: AbortSignal;
}

/** Two clients that change one object take turns, unless they asked for a version. */
const MAX_TURNS = 20;

export async function create(context: WriteContext, body: unknown): Promise<IdentityRecord> {
  const { served, type, acceptance, signal } = context;
  const attributes = acceptResource(type, objectOf(body), acceptance);
  demandRequired(context, attributes);
  const record = await operation(served, 'create')(type.kind, attributes, { signal });
  const { members } = attributes;
  return members === undefined || record.attributes.members !== undefined
    ? record
    : { ...record, attributes: { ...record.attributes, members } };
}

export async function replace(
  context: WriteContext,
  id: string,
  body: unknown,
): Promise<IdentityRecord> {
  const { type, acceptance } = context;
  const wanted = acceptResource(type, objectOf(body), acceptance);
  demandRequired(context, wanted);
  return inTurns(
    context,
    () => current(context, id),
    async (before) => {
      const { members, ...attributes } = wanted;
      const written = await update(context, before, changesTo(type, before.attributes, attributes));
      if (type.kind !== 'group') return written;
      await changeMembers(context, written, [{ type: 'set', members: membersIn(members) }]);
      return recordWithMembers(context, before.ref);
    },
  );
}

export async function patch(
  context: WriteContext,
  id: string,
  body: unknown,
): Promise<IdentityRecord> {
  const { type, acceptance } = context;
  const operations = parsePatch(body);
  const touched = attributesTouched(type, operations);
  const read = () => current(context, id, touched);
  return inTurns(context, read, async (before) => {
    const { meta: _, ...attributes } = before.attributes;
    const patched = applyPatch(type, attributes, operations, acceptance);
    const changes = changesAt(patched, attributes);
    const written = changes.length > 0 ? await update(context, before, changes) : before;
    if (patched.memberships.length === 0) return written;
    await changeMembers(context, written, patched.memberships);
    return afterMembers(context, written);
  });
}

export async function remove(context: WriteContext, id: string): Promise<void> {
  const { served, type, signal } = context;
  const target = { system: served.name, kind: type.kind, id };
  const asked = context.ifMatch ?? context.ifNoneMatch;
  const ifVersion = asked && (await current(context, id)).version;
  const options = { signal, ...(ifVersion !== undefined && { ifVersion }) };
  await operation(served, 'delete')(target, options);
}

async function inTurns(
  context: WriteContext,
  read: () => Promise<IdentityRecord>,
  work: (before: IdentityRecord) => Promise<IdentityRecord>,
): Promise<IdentityRecord> {
  for (let turn = 1; ; turn++) {
    try {
      return await work(await read());
    } catch (error) {
      const moved = error instanceof ConnectorError && error.kind === 'stale';
      const asked = context.ifMatch ?? context.ifNoneMatch;
      if (!moved || asked || turn === MAX_TURNS) throw error;
    }
  }
}

async function current(
  context: WriteContext,
  id: string,
  attributes?: readonly string[],
): Promise<IdentityRecord> {
  const { served, type, ifMatch, ifNoneMatch, signal } = context;
  const record = await served.connector.get(
    { system: served.name, kind: type.kind, id },
    { signal, ...(attributes && { attributes }) },
  );
  if (!record) throw new ScimError(404, `${type.name} ${id} does not exist`);
  if (ifMatch && !isAmong(ifMatch, record.version))
    throw new ScimError(
      412,
      `${type.name} ${id} has changed: its version is ${record.version ?? 'not known'}`,
    );
  if (ifNoneMatch === 'any' || (ifNoneMatch && isAmong(ifNoneMatch, record.version)))
    throw new ScimError(412, `${type.name} ${id} is there, with the version ${record.version}`);
  return record;
}

function update(
  { served, signal }: WriteContext,
  { ref, version }: IdentityRecord,
  changes: readonly AttributeChange[],
): Promise<IdentityRecord> {
  const options = { signal, ...(version !== undefined && { ifVersion: version }) };
  return operation(served, 'update')(ref, changes, options);
}

async function changeMembers(
  context: WriteContext,
  { ref: group, version }: Pick<IdentityRecord, 'ref' | 'version'>,
  steps: readonly MembershipStep[],
): Promise<void> {
  const { served, signal } = context;
  const asked = context.ifMatch ?? context.ifNoneMatch;
  // The first change makes another version; what follows is part of the same request.
  let ifVersion = asked && served.connector.traits?.versionsMembers ? version : undefined;
  const change = async (name: 'addMembers' | 'removeMembers', members: readonly ObjectRef[]) => {
    if (members.length === 0) return;
    const options = { signal, ...(ifVersion !== undefined && { ifVersion }) };
    ifVersion = undefined;
    await operation(served, name)(group, members, options);
  };
  for (const step of steps) {
    if (step.type === 'add') await change('addMembers', step.members);
    else if (step.type === 'remove') await change('removeMembers', step.members);
    else {
      const wanted = step.type === 'set' ? step.members : [];
      const { attributes } = await recordWithMembers(context, group);
      const held = membersIn(attributes.members);
      await change('addMembers', without(wanted, held));
      await change('removeMembers', without(held, wanted));
    }
  }
}

/** The version that the group has now, where its members are part of that. */
async function afterMembers(
  context: WriteContext,
  written: IdentityRecord,
): Promise<IdentityRecord> {
  const { connector } = context.served;
  if (!connector.traits?.versionsMembers) return written;
  return (await connector.get(written.ref, { signal: context.signal })) ?? written;
}

function without(all: readonly ObjectRef[], some: readonly ObjectRef[]): readonly ObjectRef[] {
  const ids = new Set(some.map(({ id }) => id));
  return all.filter(({ id }) => !ids.has(id));
}

function operation<Name extends 'create' | 'update' | 'delete' | 'addMembers' | 'removeMembers'>(
  { connector, name: system }: ServedSystem,
  name: Name,
): NonNullable<ServedSystem['connector'][Name]> {
  const found = connector[name];
  if (!found) throw new ScimError(501, `${system} does not allow this`);
  return found;
}

/** What a PATCH asked for, changed by that or not: asking again for a pending value matters. */
function changesAt({ attributes, touched }: Patched, before: Attributes): AttributeChange[] {
  return [...touched].map((path) => change(path, before, attributes));
}

function change(path: string, held: Attributes, wanted: Attributes): AttributeChange {
  const parsed = parsePath(path);
  if (!parsed.ok) throw badRequest('invalidPath', `${path} is no path`);
  const before = readPath(held, parsed.value);
  const after = readPath(wanted, parsed.value);
  return {
    path,
    ...(before !== undefined && { before }),
    ...(after !== undefined && { after }),
  };
}

/** A PUT asks for every attribute a client may write; those it leaves out are cleared. */
function changesTo(type: ServedType, before: Attributes, wanted: Attributes): AttributeChange[] {
  const paths = [
    ...writable(type.core, ''),
    ...[...type.extended.values()].flatMap(({ id, members }) => writable(members, `${id}:`)),
  ];
  return paths
    .map((path) => change(path, before, wanted))
    .filter((one) => one.before !== undefined || one.after !== undefined);
}

function writable(members: Members, prefix: string): readonly string[] {
  return [...members.values()].flatMap(({ definition: { name, mutability } }) =>
    mutability === 'readOnly' || name === 'members' ? [] : [prefix + name],
  );
}

function demandRequired({ type, acceptance }: WriteContext, attributes: Attributes): void {
  const missing = [...type.core.values()].flatMap(({ definition: { name, required } }) =>
    required && attributes[name] === undefined ? [name] : [],
  );
  if (missing.length > 0)
    throw badRequest(
      acceptance.leniency.missingIsSyntax ? 'invalidSyntax' : 'invalidValue',
      `required and missing: ${missing.join(', ')}`,
    );
}

function objectOf(body: unknown): Readonly<Record<string, unknown>> {
  if (isObject(body)) return body;
  throw badRequest('invalidSyntax', 'the body must be a JSON object');
}
