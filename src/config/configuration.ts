/**
 * The configuration of one tenant after loading: parsed, checked, secrets resolved, profile merged.
 * `compose.ts` turns it into rules, mappings and connectors.
 */

import type { ServeMap } from '../connectors/spi/index.ts';
import type { Tenant } from '../identity/identity.ts';
import type { ObjectKind, SystemName } from '../identity/record.ts';
import type { MappingRow } from '../mapping/mapping.ts';
import type { DateRules } from '../mapping/zone.ts';
import type { Leniency } from '../scim/clients.ts';

export interface Configuration {
  /** Whose it is; `default` when absent. */
  readonly tenant?: Tenant;
  /** A folder for SQLite, or a `postgres://` URL. */
  readonly store: string;
  readonly systems: readonly SystemConfiguration[];
  /** Where the days of people begin; in UTC when absent. */
  readonly dates?: DateRules;
  /** What is said of single attributes of identities. */
  readonly identity?: IdentityConfiguration;
  /** Made by rule, in the order of the document. */
  readonly groups?: readonly GroupConfiguration[];
  readonly schedule?: {
    readonly everySeconds: number;
    /** Systems that take part in fewer rounds. */
    readonly systems: Readonly<Record<string, number>>;
  };
  readonly alerts: readonly Alert[];
  readonly audit?: {
    /** A private Ed25519 key in PEM. */
    readonly key?: string;
    readonly keepSeconds?: number;
  };
  /** How long the store remembers. */
  readonly keep: {
    readonly logSeconds: number;
    readonly plansSeconds: number;
    readonly historySeconds: number;
    /** Values of people who have left, by attribute. */
    readonly attributeSeconds?: Readonly<Record<string, number>>;
  };
  readonly server: ServerConfiguration;
  /** Of an installation that has tenants besides `default`. */
  readonly tenants?: TenantRules;
  /** Hash of the document and its profiles, without secrets. */
  readonly version: string;
  /** Folder of the document; relative paths start here. */
  readonly directory: string;
}

export interface TenantRules {
  /** The file that configures every tenant without a configuration of its own. */
  readonly document?: string;
  /** What documents may use that the store keeps. */
  readonly connectors: readonly string[];
  /** Whose certificates open systems of which tenant; the first that fits decides. */
  readonly certificates?: readonly TenantCertificate[];
}

export interface TenantCertificate extends CertificateClient {
  readonly tenant: Tenant;
  /** All that the tenant serves when absent. */
  readonly system?: SystemName | undefined;
}

/** By kind and attribute. */
export type IdentityConfiguration = Readonly<
  Record<ObjectKind, Readonly<Record<string, AttributeConfiguration>>>
>;

export interface AttributeConfiguration {
  readonly merge: 'precedence' | 'recency' | 'union';
  /** Whose values count, in this order; everybody's where it is absent. */
  readonly from?: readonly {
    readonly system: SystemName;
    /** SCIM filter text over the identity. */
    readonly when?: string;
    readonly authoritative: boolean;
  }[];
  readonly computed?: {
    /** `default`: only where no source supplies a value. */
    readonly as: 'always' | 'default';
    readonly expression: string;
    /** Of a value that nobody else may have. */
    readonly reuseAfterSeconds: number;
  };
}

export interface GroupConfiguration {
  readonly name: string;
  readonly title: string;
  readonly description?: string;
  readonly owner?: string;
  /** SCIM filter text, with dates. */
  readonly members: string;
  readonly exceptions: readonly {
    readonly type: 'include' | 'exclude';
    /** A naming value, or an identity id. */
    readonly person: string;
    /** It holds before then. */
    readonly until?: Date;
    readonly reason: string;
  }[];
}

export interface SystemConfiguration {
  readonly name: SystemName;
  readonly connector: string;
  /** Parsed by the connector's own schema. */
  readonly options: unknown;
  readonly profile?: unknown;
  readonly read: Readonly<Record<ObjectKind, ReadConfiguration>>;
  readonly write: Readonly<Record<ObjectKind, WriteConfiguration>>;
  readonly serve?: {
    /** All that the system has when absent. */
    readonly kinds?: readonly ObjectKind[];
    /** Its names in SCIM, over what its connector says. */
    readonly map?: ServeMap;
    readonly readOnly?: boolean;
    /** Clients that show a certificate instead of a token. */
    readonly certificates?: readonly CertificateClient[];
    /** How far its clients are followed where they deviate from RFC 7644. */
    readonly leniency: Leniency;
    /** Whose JWTs open it, beside our own tokens. */
    readonly trust?: readonly TrustedIssuer[];
  };
}

export interface ServerConfiguration {
  readonly port: number;
  readonly host: string;
  /** In PEM. Absent where something in front speaks TLS. */
  readonly tls?: {
    readonly certificate: string;
    readonly key: string;
    /** Who signs the certificates that clients may show. */
    readonly clients?: string;
    /** A file with the lists of those that they have taken back; without it, none is asked for. */
    readonly revoked?: string;
  };
  /** Seals cursors; drawn at every start when absent. */
  readonly cursorKey?: string;
}

/** Everything that is named has to be that of the certificate. */
export interface CertificateClient {
  /** All attributes of its subject, in any order: `CN=payroll, O=Contoso`. */
  readonly subject?: string | undefined;
  readonly dns?: string | undefined;
  readonly uri?: string | undefined;
  readonly email?: string | undefined;
  /** In hex, with or without colons. */
  readonly sha256?: string | undefined;
  readonly rights: 'read' | 'write';
}

/** Somebody else who signs tokens for one of our systems. */
export interface TrustedIssuer {
  readonly issuer: string;
  /** Any of them. */
  readonly audiences: readonly string[];
  /** Where its keys are read. */
  readonly jwks: string;
  /** All of them; a list has to hold the value. */
  readonly claims: Readonly<Record<string, string | number | boolean>>;
  readonly rights: 'read' | 'write';
  readonly algorithms: readonly string[];
  /** How far its clock may differ from ours. */
  readonly leewaySeconds: number;
}

export interface ReadConfiguration {
  readonly creates: boolean;
  readonly authority: boolean;
  /** SCIM filter text over the record as identity attributes, with dates: it counts only while that holds. */
  readonly while?: string;
  /** In order; the first with a hit decides. */
  readonly join: readonly JoinConfiguration[];
  /** Identity attribute → expression over the record, the connector's default map included. */
  readonly map: Readonly<Record<string, ReadRow>>;
  readonly precedence: Readonly<Record<string, number>>;
  /** Identity attributes of which it has the say, also that they have no value. */
  readonly authoritative: readonly string[];
  /** An expression over the record: when its system changed it. */
  readonly modified?: string;
}

/** An identity attribute that is the same; several that all are; or several that are alike. */
export type JoinConfiguration =
  | string
  | {
      readonly same: Readonly<Record<string, ComparisonConfiguration | { readonly as: 'exact' }>>;
    }
  | {
      readonly similar: Readonly<Record<string, ComparisonConfiguration>>;
      /** Confidence from which the only one who is similar is joined, 0 to 1. */
      readonly joins: number;
      /** Confidence from which a person is asked. */
      readonly reviews: number;
      /** Attributes of which different values leave it to a person. */
      readonly never: readonly string[];
    };

/** As what two values are compared. */
export type ComparisonConfiguration =
  | { readonly as: 'given-name' | 'surname' | 'full-name' | 'birth-date' | 'code' | 'text' }
  | { readonly as: 'email'; readonly tags: boolean; readonly dots: boolean }
  | { readonly as: 'phone'; readonly country?: string };

/** `ref`: the value names the person whose identity attribute `ref` has it. */
export type ReadRow =
  | { readonly expression: string }
  | { readonly expression: string; readonly ref: string };

export interface WriteConfiguration {
  readonly assigned?: {
    readonly system: SystemName;
    readonly application: string;
    /** By groups within assigned groups as well. */
    readonly nested?: true;
  };
  /** SCIM filter text; absent: everybody. */
  readonly scope?: string;
  readonly match: readonly string[];
  readonly map: readonly MappingRow[];
  /** Paths without which the target refuses a person, after defaults. */
  readonly required: readonly string[];
  readonly do: readonly ('create' | 'update' | 'disable' | 'delete')[];
  readonly leave: Leave;
  /** Only of groups. */
  readonly members?: MembersPolicy;
  readonly guard: Guard;
  readonly holds: Holds;
  /** SCIM filter text over the identity and `why`: whoever it names goes ahead of everybody. */
  readonly urgent?: string;
  readonly firstRun?: 'hold' | 'go';
  /** Naming values of the only people who are written while it is set. */
  readonly pilot?: readonly string[];
  readonly drift: DriftConfiguration;
  readonly reconcileEverySeconds?: number;
}

/** What becomes of groups within groups, where members are written at all. */
export type MembersPolicy = 'kept' | 'flattened' | 'refused' | 'none';

export type DriftAction = 'report' | 'revert' | 'adopt';

/** What becomes of changes that others make in the target. */
export interface DriftConfiguration {
  readonly default: DriftAction;
  /** By path. */
  readonly attributes: Readonly<Record<string, DriftAction>>;
  /** Of accounts that are nobody's. */
  readonly orphans: 'report' | 'link' | 'import' | 'disable' | 'leave';
  /** So many differences that wait for a person raise an alert. */
  readonly alertFrom: number;
}

export type Leave =
  | { readonly type: 'disable' | 'delete' | 'keep' }
  | { readonly type: 'delete-after'; readonly days: number };

export type GuardedAction = 'disable' | 'delete' | 'update' | 'churn' | 'members' | 'failures';

export interface Guard extends Readonly<Record<GuardedAction, Limit>> {
  /** Whether a plan in which an identifier goes from one account to another is held. */
  readonly swap: boolean;
  /** What was done so long ago counts with what a plan would do. */
  readonly windowSeconds: number;
}

/** What becomes of a plan that a guard holds. */
export interface Holds {
  /** `go`: only what the guard is about waits. */
  readonly rest: 'go' | 'wait';
  /** An older one is not let go any more. */
  readonly expiresSeconds: number;
}

/** Held when both are exceeded. `share` is 0 to 1 of the accounts under management. */
export interface Limit {
  readonly share: number;
  readonly count: number;
}

export type AlertEvent = 'failed' | 'held' | 'quarantined' | 'silent' | 'drift' | 'secret-expires';

export interface Alert {
  readonly webhook: string;
  readonly secret?: string | readonly string[];
  readonly on: readonly AlertEvent[];
}
