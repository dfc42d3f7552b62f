import type { ZodType } from 'zod';
import type { Result } from '../../identity/problem.ts';
import type { ObjectKind, SystemName } from '../../identity/record.ts';
import type { Connector } from './connector.ts';
import type { AttributeSchema } from './schema.ts';

/** What a connector may use of the world outside; tests hand in fakes. */
export interface ConnectorContext {
  readonly system: SystemName;
  readonly fetch: typeof globalThis.fetch;
  readonly now: () => Date;
  /** Folder that relative paths in the configuration start from. */
  readonly baseDirectory: string;
  /** The profile named in the configuration, as data; the connector parses it. */
  readonly profile?: unknown;
}

/** A kind of system we can connect to. The schema of its options is also its form in the console. */
export interface ConnectorDefinition<Options> {
  /** Names the connector in configuration: `scim`, `ldap`, `entra`. */
  readonly type: string;
  readonly title: string;
  /** Others push records to it, each with a token of the system (`receive`). */
  readonly receives?: true;
  /** Secrets arrive resolved; mark them with `.meta({ secret: true })`. */
  readonly options: ZodType<Options>;
  /** The map from this system's attributes to identity attributes, by kind, as expressions. */
  readonly defaultReadMap: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /**
   * How a target is written unless the configuration says otherwise, by kind: from the profile
   * named there, or without one from what the protocol has. Fails on a malformed profile.
   */
  writeDefaults?(profile?: unknown): Result<Readonly<Record<ObjectKind, WriteDefaults>>>;
  connect(options: Options, context: ConnectorContext): Promise<Connector>;
}

/** What a profile settles in advance for one kind; single rows and settings may be overridden. */
export interface WriteDefaults {
  /** Target attribute path → row. */
  readonly map: Readonly<Record<string, DefaultRow>>;
  readonly match: readonly string[];
  /** Paths without which the target refuses a person, after defaults. */
  readonly required: readonly string[];
  readonly do: readonly ('create' | 'update' | 'disable' | 'delete')[];
  readonly leave: 'disable' | 'delete' | 'keep';
  /** SCIM filter over the identity, where the application is not for everybody. */
  readonly scope?: string;
  /** Stricter or looser limits than usual. */
  readonly guard?: Readonly<
    Partial<
      Record<'disable' | 'delete' | 'update', { readonly share?: number; readonly count?: number }>
    >
  >;
  /** Of groups: what the application makes of groups within groups. */
  readonly nested?: 'kept' | 'flattened' | 'refused';
  /** The attributes the target has, where that is known in advance; others are refused. */
  readonly attributes?: readonly AttributeSchema[];
  /** Names beside these that nobody can list in advance, such as those of directory extensions. */
  readonly further?: RegExp;
}

export interface DefaultRow {
  readonly expression: string;
  readonly default?: string;
  readonly when?: 'always' | 'create';
  readonly onNull?: 'clear' | 'leave' | 'default';
}
