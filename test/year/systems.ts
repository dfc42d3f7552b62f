/** The systems of the company, in memory: two files that tell what changed, and an application. */

import { type Connector, ConnectorError } from '../../src/connectors/spi/index.ts';
import type { Attributes, Change, IdentityRecord } from '../../src/identity/record.ts';
import type { Files, Side } from './company.ts';

const PAGE = 1000;

interface Source {
  readonly connector: Connector;
  write(number: string, record: Attributes): void;
  strike(number: string): void;
}

export function personnelFiles(): Files & {
  readonly connectors: Readonly<Record<Side, Connector>>;
} {
  const sources = { hr: source('hr'), agency: source('agency') };
  return {
    connectors: { hr: sources.hr.connector, agency: sources.agency.connector },
    write: (side, number, record) => sources[side].write(number, record),
    strike: (side, number) => sources[side].strike(number),
  };
}

function source(system: Side): Source {
  const records = new Map<string, Attributes>();
  /** In the order in which they were touched. */
  const touched: string[] = [];
  const changeOf = (id: string): Change => {
    const ref = { system, kind: 'user', id };
    const attributes = records.get(id);
    if (attributes === undefined) return { type: 'absent', ref };
    return { type: 'present', record: { ref, attributes } };
  };
  return {
    write: (number, record) => {
      records.set(number, record);
      touched.push(number);
    },
    strike: (number) => {
      records.delete(number);
      touched.push(number);
    },
    connector: {
      check: async () => [],
      read: async function* () {
        const watermark = String(touched.length);
        const changes = [...records.keys()].map(changeOf);
        for (let from = 0; from < changes.length; from += PAGE) {
          yield { changes: changes.slice(from, from + PAGE) };
        }
        yield { changes: [], watermark, complete: true };
      },
      readChanges: async function* (_kind, since) {
        const watermark = String(touched.length);
        // Each as it was touched last.
        const ids = new Set(touched.slice(Number(since)).toReversed());
        yield { changes: [...ids].toReversed().map(changeOf), watermark };
      },
      [Symbol.asyncDispose]: async () => {},
    },
  };
}

export interface Application {
  readonly connector: Connector;
  /** By the name of the account. */
  readonly accounts: ReadonlyMap<string, Attributes>;
  /** Requests that changed something. */
  writes(): number;
  /** Names of accounts that came, went or were changed since this was asked last. */
  takeTouched(): ReadonlySet<string>;
}

export function application(): Application {
  const byId = new Map<string, Attributes>();
  const accounts = new Map<string, Attributes>();
  const ids = new Map<string, string>();
  let made = 0;
  let writes = 0;
  const recordOf = (id: string): IdentityRecord | undefined => {
    const attributes = byId.get(id);
    return attributes && { ref: { system: 'app', kind: 'user', id }, attributes };
  };
  let touched = new Set<string>();
  const forget = ({ userName }: Attributes): void => {
    accounts.delete(String(userName));
    ids.delete(String(userName));
    touched.add(String(userName));
  };
  const store = (id: string, attributes: Attributes): IdentityRecord => {
    const name = String(attributes.userName);
    const before = byId.get(id);
    if (before?.userName !== name && accounts.has(name)) {
      throw new ConnectorError('conflict', `app: ${name} is taken`, { code: 'name-taken' });
    }
    if (before !== undefined) forget(before);
    byId.set(id, attributes);
    accounts.set(name, attributes);
    ids.set(name, id);
    touched.add(name);
    writes++;
    return { ref: { system: 'app', kind: 'user', id }, attributes };
  };
  const held = (id: string): Attributes => {
    const attributes = byId.get(id);
    if (attributes !== undefined) return attributes;
    throw new ConnectorError('missing', `app: no account ${id}`, { code: 'gone' });
  };
  return {
    accounts,
    writes: () => writes,
    takeTouched: () => {
      const taken = touched;
      touched = new Set();
      return taken;
    },
    connector: {
      traits: { enabledPath: 'active', uniquePaths: ['userName'], visibilityLagSeconds: 0 },
      check: async () => [],
      read: async function* () {
        const changes = [...byId.keys()].flatMap((id): readonly Change[] => {
          const record = recordOf(id);
          return record === undefined ? [] : [{ type: 'present', record }];
        });
        yield { changes, complete: true };
      },
      get: async ({ id }) => recordOf(id),
      find: async (_kind, _path, value) => {
        const id = ids.get(String(value));
        return id === undefined ? undefined : recordOf(id);
      },
      create: async (_kind, attributes) => store(`a${made++}`, attributes),
      update: async ({ id }, changes) => {
        const attributes: Record<string, Attributes[string]> = { ...held(id) };
        for (const { path, after } of changes) {
          if (after === undefined) delete attributes[path];
          else attributes[path] = after;
        }
        return store(id, attributes);
      },
      delete: async ({ id }) => {
        forget(held(id));
        byId.delete(id);
        writes++;
      },
      [Symbol.asyncDispose]: async () => {},
    },
  };
}
