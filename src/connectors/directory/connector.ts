/**
 * Accounts in our own store: what an identity provider pushes into and what others read from. The
 * rules by which it receives accounts are data, so that another application can be stood in for.
 */

import type {
  Attributes,
  IdentityRecord,
  ObjectKind,
  ObjectRef,
  SystemName,
} from '../../identity/record.ts';
import { READ_MAP } from '../../scim/read-map.ts';
import {
  type AttributeChange,
  type Connector,
  type ConnectorDefinition,
  ConnectorError,
  type UpdateOptions,
} from '../spi/index.ts';
import { conform, demandLengths, schemasByKind, uniqueValues } from './conform.ts';
import { delayed } from './delayed.ts';
import { exactPaths } from './exact.ts';
import { newId } from './id.ts';
import { mostMembers, mostOf, tooMany, tooManyMembers } from './limits.ts';
import { type DirectoryOptions, directoryOptions } from './options.ts';
import { pathOf } from './paths.ts';
import { drawSecret, postboxOf } from './postbox.ts';
import { readAll, readSince } from './read.ts';
import { askedAttributes, type Received, receive, referencesOf } from './receive.ts';
import { changed, isSame, nested, recordOf, referencesIn, uniqueName } from './record.ts';
import { directorySchema } from './schema.ts';
import { searchRecords } from './search.ts';
import type { DirectoryStorage, StoredObject, Written } from './storage.ts';
import { textsOf } from './texts.ts';

/** @param storageOf The objects of one system, in the store of its tenant. */
export function directory(
  storageOf: (system: SystemName) => DirectoryStorage,
): ConnectorDefinition<DirectoryOptions> {
  return {
    type: 'directory',
    title: 'Accounts in our own store',
    options: directoryOptions,
    defaultReadMap: READ_MAP,
    connect: async (options, { system, now }) =>
      openDirectory(system, options, storageOf(system), now),
  };
}

/** Writers that change one object at the same time take turns; one that lost this often gives up. */
const MAX_TURNS = 50;

/** The directory over a storage, for those that have one in hand. */
export function openDirectory(
  system: SystemName,
  options: DirectoryOptions,
  storage: DirectoryStorage,
  now: () => Date,
): Connector {
  const { receive: rules, visibleAfterSeconds, mail: server } = options;
  const schema = directorySchema(options);
  const schemas = schemasByKind(options);
  const exact = exactPaths(options);
  const { limits } = options;
  const view = visibleAfterSeconds > 0 ? delayed(storage, visibleAfterSeconds, now) : storage;
  /** What a record was read as, by the very ref it was told with: who changes it need not have it read again. */
  const read = new WeakMap<ObjectRef, StoredObject>();

  function received(
    kind: ObjectKind,
    before: StoredObject | undefined,
    wanted: Attributes,
    awaited: boolean,
  ): Received | Promise<Received> {
    if (kind === 'group') return receivedGroup(wanted);
    if (kind !== 'user') return { attributes: wanted, state: {}, values: [] };
    const about = (referents: ReadonlyMap<string, StoredObject>): Received =>
      receive(rules, before, wanted, { referents, awaited, now: now(), secret: drawSecret });
    const references = referencesOf(rules, wanted);
    return references.length === 0 ? about(NOBODY) : referentsOf(references).then(about);
  }

  async function referentsOf(
    references: readonly ObjectRef[],
  ): Promise<ReadonlyMap<string, StoredObject>> {
    const referents = new Map<string, StoredObject>();
    for (const { id } of references) {
      const referent = await storage.get('user', id);
      if (referent) referents.set(id, referent);
    }
    return referents;
  }

  /** What was received, as it is written; refused where it does not keep to the schemas. */
  function put(
    object: Omit<StoredObject, 'version'>,
    before: StoredObject | undefined,
    { values, mail }: Received,
  ): Promise<Written> {
    const { kind, attributes } = object;
    const held = schemas.get(kind) ?? [];
    conform(held, before?.attributes, attributes);
    const uniques = uniqueValues(held, attributes);
    demandLengths(kind, attributes, {
      'a unique value': uniques,
      'a value of a list': values.map(({ value }) => value),
    });
    const unique = uniqueName(rules, kind, attributes);
    return view.write({
      ...{ type: 'put' as const, object, expects: before?.version ?? 0, values },
      ...(!before && mostOf(limits, kind)),
      ...(unique !== undefined && { unique }),
      ...(held.length > 0 && { uniques }),
      ...(mail && { mail }),
    });
  }

  const mayWait = rules.references.some(({ missing }) => missing === 'wait');

  function waitingFor(wanted: Attributes): Promise<readonly StoredObject[]> {
    const names = [wanted.userName, wanted.externalId];
    return storage.waitingFor(
      'user',
      names.filter((name) => typeof name === 'string'),
    );
  }

  async function create(kind: ObjectKind, asked: Attributes): Promise<IdentityRecord> {
    const { members, ...wanted } = nested(asked);
    const waiting = kind === 'user' && mayWait ? await waitingFor(wanted) : [];
    const given = await received(kind, undefined, wanted, waiting.length > 0);
    const { attributes, state } = given;
    const time = now();
    const at = time.toISOString();
    const id = newId(time);
    const object = { id, kind, attributes, state, createdAt: at, modifiedAt: at };
    const added = referencesIn(members);
    if (added.length > (limits.members ?? added.length)) throw tooManyMembers(limits);
    const written = await put(object, undefined, given);
    if (written.type === 'full') throw tooMany(kind, limits);
    if (written.type !== 'done') throw taken(kind, attributes, written);
    for (const one of waiting) await link(one, { system, kind, id });
    if (added.length === 0) return recordOf(system, { ...object, version: written.version });
    await view.write({ type: 'members', group: id, add: added, remove: [], at });
    const made = await storage.get(kind, id);
    const record = recordOf(system, made ?? { ...object, version: written.version });
    // As they are kept: who is a group was maybe named by an id alone.
    const held = (await storage.members(id)).map((member) => ({ $ref: { ...member, system } }));
    return { ...record, attributes: { ...record.attributes, members: held } };
  }

  /** Somebody waited for: every reference that named them leads to them now. */
  async function link(waiting: StoredObject, arrived: ObjectRef): Promise<void> {
    const changes = Object.keys(waiting.state.waiting ?? {}).map((path) => ({
      path,
      after: { $ref: arrived },
    }));
    await update({ system, kind: waiting.kind, id: waiting.id }, changes, {});
  }

  async function update(
    target: ObjectRef,
    changes: readonly AttributeChange[],
    { ifVersion }: Pick<UpdateOptions, 'ifVersion'>,
  ): Promise<IdentityRecord> {
    for (let turn = 0; turn < MAX_TURNS; turn++) {
      // Whether it is still that one is asked by the write.
      const held = turn === 0 ? read.get(target) : undefined;
      const before =
        held && String(held.version) === ifVersion ? held : await existing(target, ifVersion);
      const wanted = changed(askedAttributes(system, before), changes);
      const given = await received(target.kind, before, wanted, false);
      const { attributes, state } = given;
      if (isSame(before, { attributes, state })) return recordOf(system, before);
      const modifiedAt = now().toISOString();
      const object = { ...before, attributes, state, modifiedAt };
      const written = await put(object, before, given);
      if (written.type === 'taken') throw taken(target.kind, attributes, written);
      if (written.type === 'done') return recordOf(system, { ...object, version: written.version });
    }
    throw stale(target);
  }

  async function existing(target: ObjectRef, ifVersion?: string): Promise<StoredObject> {
    const object = await storage.get(target.kind, target.id);
    if (!object) throw missing(target);
    if (ifVersion !== undefined && ifVersion !== String(object.version)) throw stale(target);
    return object;
  }

  async function remove(target: ObjectRef, { ifVersion }: UpdateOptions): Promise<void> {
    if (target.kind === 'user' && rules.remove === 'refuse')
      throw new ConnectorError('invalid', `delete ${target.kind} ${target.id}: not allowed here`, {
        code: 'deletion-refused',
        remedy: 'Set active to false instead.',
      });
    if (target.kind === 'user' && rules.remove === 'deactivate') {
      const changes = [{ path: 'active', after: false }];
      await update(target, changes, ifVersion === undefined ? {} : { ifVersion });
      return;
    }
    for (let turn = 0; turn < MAX_TURNS; turn++) {
      const { kind, id, version } = await existing(target, ifVersion);
      const at = now().toISOString();
      const written = await view.write({ type: 'remove', kind, id, expects: version, at });
      if (written.type === 'done') return;
    }
    throw stale(target);
  }

  async function changeMembers(
    group: ObjectRef,
    add: readonly ObjectRef[],
    gone: readonly ObjectRef[],
    { ifVersion }: Pick<UpdateOptions, 'ifVersion'>,
  ): Promise<void> {
    const written = await view.write({
      type: 'members',
      group: group.id,
      add,
      remove: gone.map(({ id }) => id),
      at: now().toISOString(),
      ...(ifVersion !== undefined && { expects: Number(ifVersion) }),
      ...mostMembers(limits),
    });
    if (written.type === 'done') return;
    if (written.type === 'full') throw tooManyMembers(limits);
    throw ifVersion === undefined || !(await storage.get('group', group.id))
      ? missing(group)
      : stale(group);
  }

  return {
    check: async () => [{ subject: system, status: 'ok', message: 'the store answers' }],
    traits: {
      enabledPath: 'active',
      sorts: true,
      skips: true,
      versions: true,
      versionsMembers: true,
      visibilityLagSeconds: visibleAfterSeconds,
      uniquePaths: rules.unique ? ['userName'] : [],
      pendingPaths: rules.confirm,
    },
    describe: async () => schema,
    read: (kind) => readAll(system, kind, view),
    readChanges: (kind, since, { continues }) =>
      readSince(system, kind, view, since, continues ?? false),
    find: async (kind, path, value) => {
      const filter = { type: 'compare', operator: 'eq', path: pathOf(path), value } as const;
      const { records } = await searchRecords(system, kind, view, exact, { filter, count: 2 });
      if (records.length > 1)
        throw new ConnectorError(
          'ambiguous',
          `find ${kind} in ${system}: several have this ${path}`,
        );
      return records[0];
    },
    get: async ({ kind, id }) => {
      const object = await view.get(kind, id);
      if (!object) return undefined;
      const record = recordOf(system, object);
      read.set(record.ref, object);
      return record;
    },
    search: (kind, query) => searchRecords(system, kind, view, exact, query),
    ...(view.texts && { texts: textsOf(view.texts, exact) }),
    create,
    update,
    delete: remove,
    addMembers: (group, members, how) => changeMembers(group, members, [], how),
    removeMembers: (group, members, how) => changeMembers(group, [], members, how),
    ...(server && { postbox: postboxOf({ ...options, mail: server }, storage, now) }),
    [Symbol.asyncDispose]: async () => {},
  };
}

const NOBODY: ReadonlyMap<string, StoredObject> = new Map();

/** A group is stored as it is sent; it needs a name. */
function receivedGroup(attributes: Attributes): Received {
  if (attributes.displayName === undefined)
    throw new ConnectorError('invalid', 'required and missing: displayName', {
      code: 'attribute-required',
    });
  return { attributes, state: {}, values: [] };
}

function taken(kind: ObjectKind, { userName }: Attributes, written: Written): ConnectorError {
  if (written.type === 'taken' && written.value !== undefined)
    return new ConnectorError(
      'conflict',
      `${kind}: another has this ${attributeOf(written.value)}`,
      {
        code: 'value-taken',
      },
    );
  return new ConnectorError('conflict', `${kind}: the userName ${String(userName)} is taken`, {
    code: 'name-taken',
  });
}

/** Of an attribute and its value, the attribute. */
function attributeOf(unique: string): string {
  return unique.slice(0, unique.indexOf('\n'));
}

function missing({ kind, id }: ObjectRef): ConnectorError {
  return new ConnectorError('missing', `${kind} ${id} does not exist`);
}

function stale({ kind, id }: ObjectRef): ConnectorError {
  return new ConnectorError('stale', `${kind} ${id} has changed meanwhile`);
}
