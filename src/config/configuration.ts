/**
 * The configuration of one tenant after loading: parsed, checked, secrets resolved, profile merged.
 * `compose.ts` turns it into rules, mappings and connectors.
 */

import type { ObjectKind, SystemName } from '../identity/record.ts';
import type { MappingRow } from '../mapping/mapping.ts';

export interface Configuration {
  /** A folder for SQLite, or a `postgres://` URL. */
  readonly store: string;
  readonly systems: readonly SystemConfiguration[];
  readonly schedule?: { readonly everySeconds: number };
  readonly alerts: readonly Alert[];
  readonly server: { readonly port: number; readonly host: string };
  /** Hash of the document and its profiles, without secrets. */
  readonly version: string;
  /** Folder of the document; relative paths start here. */
  readonly directory: string;
}

export interface SystemConfiguration {
  readonly name: SystemName;
  readonly connector: string;
  /** Parsed by the connector's own schema. */
  readonly options: unknown;
  readonly profile?: unknown;
  readonly read: Readonly<Record<ObjectKind, ReadConfiguration>>;
  readonly write: Readonly<Record<ObjectKind, WriteConfiguration>>;
  readonly serve?: { readonly kinds: readonly ObjectKind[] };
}

export interface ReadConfiguration {
  readonly creates: boolean;
  readonly authority: boolean;
  readonly join: readonly string[];
  /** Identity attribute → expression over the record, the connector's default map included. */
  readonly map: Readonly<Record<string, ReadRow>>;
  readonly precedence: Readonly<Record<string, number>>;
}

/** `ref`: the value names the person whose identity attribute `ref` has it. */
export type ReadRow =
  | { readonly expression: string }
  | { readonly expression: string; readonly ref: string };

export interface WriteConfiguration {
  readonly assigned?: { readonly system: SystemName; readonly application: string };
  /** SCIM filter text; absent: everybody. */
  readonly scope?: string;
  readonly match: readonly string[];
  readonly map: readonly MappingRow[];
  /** Paths without which the target refuses a person, after defaults. */
  readonly required: readonly string[];
  readonly do: readonly ('create' | 'update' | 'disable' | 'delete')[];
  readonly leave: Leave;
  readonly guard: Readonly<Record<GuardedAction, Limit>>;
  readonly firstRun?: 'hold' | 'go';
  /** Naming values of the only people who are written while it is set. */
  readonly pilot?: readonly string[];
}

export type Leave =
  | { readonly type: 'disable' | 'delete' | 'keep' }
  | { readonly type: 'delete-after'; readonly days: number };

export type GuardedAction = 'disable' | 'delete' | 'update';

/** Held when both are exceeded. `share` is 0 to 1 of the accounts under management. */
export interface Limit {
  readonly share: number;
  readonly count: number;
}

export type AlertEvent = 'failed' | 'held' | 'quarantined' | 'silent' | 'secret-expires';

export interface Alert {
  readonly webhook: string;
  readonly on: readonly AlertEvent[];
}
