import type { ZodType } from 'zod';
import type { SystemName } from '../../identity/record.ts';
import type { Connector } from './connector.ts';

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
  /** Secrets arrive resolved; mark them with `.meta({ secret: true })`. */
  readonly options: ZodType<Options>;
  /** The map from this system's attributes to identity attributes, by kind, as expressions. */
  readonly defaultReadMap: Readonly<Record<string, Readonly<Record<string, string>>>>;
  connect(options: Options, context: ConnectorContext): Promise<Connector>;
}
