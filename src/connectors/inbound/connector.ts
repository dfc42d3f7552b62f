/**
 * A source that nobody asks: an HR system pushes its records here, as SCIM users in bulk requests,
 * the way it would push them to Entra ID's API-driven provisioning.
 */

import type { ObjectKind, SystemName } from '../../identity/record.ts';
import { READ_MAP } from '../../scim/read-map.ts';
import type { AttributeDefinition } from '../../scim/schemas.ts';
import { ENTERPRISE_USER } from '../../scim/urn.ts';
import {
  type AttributeSchema,
  type Connector,
  type ConnectorContext,
  type ConnectorDefinition,
  ConnectorError,
  type Upload,
  type UploadReceipt,
} from '../spi/index.ts';
import { decision } from './decide.ts';
import { type Gate, openGate } from './gate.ts';
import { type InboundOptions, inboundOptions } from './options.ts';
import { readRecords } from './read.ts';
import type { InboundStorage } from './storage.ts';
import { readOperation, USER } from './translate.ts';

/** @param storageOf What was pushed to one system, in the store of its tenant. */
export function inbound(
  storageOf: (system: SystemName) => InboundStorage,
  newId: () => string,
): ConnectorDefinition<InboundOptions> {
  return {
    type: 'inbound',
    title: 'Records that are pushed here',
    receives: true,
    options: inboundOptions,
    defaultReadMap: { user: READ_MAP.user ?? {} },
    connect: async (options, context) =>
      openInbound(options, context, storageOf(context.system), newId),
  };
}

function openInbound(
  options: InboundOptions,
  { system, now }: ConnectorContext,
  storage: InboundStorage,
  newId: () => string,
): Connector {
  const gate = openGate(options, storage, now);
  return {
    check: async () => {
      const [last] = await storage.uploads({ limit: 1 });
      const message = last
        ? `last pushed to at ${last.at.toISOString()}`
        : 'nothing was pushed here yet';
      return [{ subject: system, status: 'ok', message }];
    },
    describe: async () => ({
      kinds: [{ kind: 'user', enabledPath: 'active', attributes: SCHEMA }],
    }),
    async *read(kind, { signal }) {
      signal.throwIfAborted();
      known(kind, system);
      yield* readRecords(system, storage);
    },
    async *readChanges(kind, since, { signal, continues }) {
      signal.throwIfAborted();
      known(kind, system);
      yield* readRecords(system, storage, since, continues);
    },
    receive: (upload) => receive(upload, { options, system, storage, gate, now, newId }),
    uploads: (query) => storage.uploads(query),
    [Symbol.asyncDispose]: async () => {},
  };
}

interface Door {
  readonly options: InboundOptions;
  readonly system: SystemName;
  readonly storage: InboundStorage;
  readonly gate: Gate;
  readonly now: () => Date;
  readonly newId: () => string;
}

const DAY_MILLISECONDS = 86_400_000;

async function receive(
  { operations, failOnErrors, key, digest }: Upload,
  { options, system, storage, gate, now, newId }: Door,
): Promise<UploadReceipt> {
  if (operations.length > options.maxOperations) throw tooMany(operations.length, options);
  await gate.enter();
  const reads = operations.map((operation) => readOperation(operation, system));
  const ids = new Set(reads.flatMap((read) => (read.type === 'said' ? [read.said.id] : [])));
  const at = now();
  const upload = {
    id: newId(),
    at,
    ...(key !== undefined && { key }),
    digest,
    records: [...ids],
    forgetBefore: new Date(at.getTime() - options.logDays * DAY_MILLISECONDS),
  };
  const taken = await storage.take(upload, (before) =>
    decision(reads, before, options, failOnErrors),
  );
  if (taken.type === 'other-content') throw otherContent(taken.receipt);
  return taken.receipt;
}

function tooMany(count: number, { maxOperations }: InboundOptions): ConnectorError {
  return new ConnectorError('invalid', `${count} records; an upload may have ${maxOperations}`, {
    code: 'upload-too-large',
    remedy: 'Send them in several uploads.',
  });
}

function otherContent({ id }: UploadReceipt): ConnectorError {
  return new ConnectorError('conflict', `the key belongs to the upload ${id} of another content`, {
    code: 'upload-key-reused',
    remedy: 'Draw a new key for each upload; keep it only to send the same one again.',
  });
}

function known(kind: ObjectKind, system: SystemName): void {
  if (kind === 'user') return;
  throw new ConnectorError('invalid', `${system} holds users, no ${kind}s`, {
    code: 'unknown-kind',
    remedy: 'Read `user`.',
    general: true,
  });
}

/** A password is never kept, and who is in which group nobody pushes. */
const LEFT_OUT: ReadonlySet<string> = new Set(['password', 'groups', 'id', 'meta', 'schemas']);

function described(definition: AttributeDefinition, prefix: string): readonly AttributeSchema[] {
  const path = prefix + definition.name;
  if (LEFT_OUT.has(path)) return [];
  const reference = path === `${ENTERPRISE_USER}:manager`;
  const whole: AttributeSchema = {
    path,
    type: reference ? 'reference' : definition.type,
    ...(definition.multiValued && { multiValued: true }),
    mutability: 'readOnly',
  };
  const parts = reference ? [] : (definition.subAttributes ?? []);
  return [whole, ...parts.flatMap((part) => described(part, `${path}.`))];
}

const SCHEMA: readonly AttributeSchema[] = [
  ...USER.schema.attributes.flatMap((definition) => described(definition, '')),
  ...USER.extensions.flatMap(({ id, attributes }) =>
    attributes.flatMap((definition) => described(definition, `${id}:`)),
  ),
];
