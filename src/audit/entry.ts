/**
 * One entry of the audit trail: who did what, when, and why. Entries are a chain, each with the hash
 * of the one before; whom and what they are about lies apart, behind a salted digest, so that a
 * person can be erased and the chain still holds.
 */

import { createHash } from 'node:crypto';
import type { IdentityId, Tenant } from '../identity/identity.ts';

/** What is recorded, and how a person reads it. */
export const DEEDS = {
  'configuration-changed': 'another configuration came into force',
  'run-started': 'a run started',
  'run-ended': 'a run ended',
  'operations-applied': 'operations were carried out',
  'plan-made': 'a plan was made',
  'plan-held': 'a plan is held',
  'plan-released': 'a plan was let go',
  'plan-superseded': 'a plan gave way to another',
  'absences-accepted': 'whom a source lacked is believed to be gone',
  'account-released': 'an account may be enabled again',
  'account-linked': 'an account was linked to a person',
  'accounts-imported': 'accounts became people',
  'review-decided': 'a person said who a record is',
  'people-merged': 'two identities became one',
  'person-unmerged': 'one identity became two',
  'decision-undone': 'what a person said about who is who was taken back',
  'drift-adopted': 'values that others wrote were accepted',
  'drift-reverting': 'values that others wrote will be written over',
  'orphans-left': 'accounts of nobody were left as they are',
  'undo-planned': 'the inverse of a run was planned',
  'people-paused': 'people stay as an undo put them',
  'pauses-resumed': 'people are written again',
  'token-created': 'a token was made',
  'token-revoked': 'a token was revoked',
  'client-created': 'a client of OAuth was made',
  'client-secret-made': 'a client got another secret',
  'client-revoked': 'a client was revoked',
  'tenant-created': 'a tenant was made',
  'tenant-configured': 'a tenant got another configuration',
  'tenant-removed': 'access of a tenant was ended',
  'tenant-restored': 'a tenant that was removed is let in again',
  'tenant-erased': 'everything that was stored of a tenant was deleted',
  'login-accepted': 'a token opened the API',
  'login-refused': 'a token did not open the API, or a client got none',
  'data-exported': 'data left by a file',
  'person-erased': 'a person was erased',
  'values-forgotten': 'values of people who have left were deleted',
  'record-allowed': 'a record that was suppressed may be taken again',
  'audit-pruned': 'old entries were deleted',
  'audit-erased': 'whom entries are about was erased',
} as const;

export type Deed = keyof typeof DEEDS;

/** Numbers, names and ids; never the value of an attribute. */
export type Detail = { readonly [name: string]: DetailValue };

export type DetailValue = string | number | boolean | readonly DetailValue[] | Detail;

/** What is told to the trail. */
export interface Told {
  readonly action: Deed;
  /** A run, a plan, a system, a token, a person. */
  readonly subject?: string;
  /** Whom it is about, if it is about one. */
  readonly person?: IdentityId;
  readonly detail?: Detail;
}

/** `ada@build-7`, `token 5e2f… (operator)`, `schedule`. */
export type Actor = string;

export const SCHEDULE: Actor = 'schedule';

export function tokenActor(id: string, role: string): Actor {
  return `token ${id} (${role})`;
}

/** Whom and what an entry is about: what its digest was made of. */
export interface Payload {
  /** Random, so that nobody can guess what a digest stands for. */
  readonly salt: string;
  readonly subject?: string;
  readonly person?: IdentityId;
  readonly detail: Detail;
}

/** What the chain is made of. */
export interface Link {
  /** From 1, without gaps. */
  readonly number: number;
  readonly at: Date;
  readonly actor: Actor;
  readonly action: Deed;
  /** Of its payload. */
  readonly digest: string;
  /** The hash of the entry before; `GENESIS` of the first one. */
  readonly previous: string;
  readonly hash: string;
}

export interface AuditEntry extends Link {
  /** Absent where it was erased. */
  readonly payload?: Payload;
}

export const GENESIS = '0'.repeat(64);

/** Within its tenant: an entry of another one has another hash. */
export function hashOf(
  { number, at, actor, action, digest, previous }: Omit<Link, 'hash'>,
  tenant: Tenant,
): string {
  return sha256(
    canonical({ tenant, number, at: at.toISOString(), actor, action, digest, previous }),
  );
}

export function digestOf({ salt, subject, person, detail }: Payload): string {
  return sha256(
    canonical({
      salt,
      ...(subject !== undefined && { subject }),
      ...(person !== undefined && { person }),
      detail,
    }),
  );
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The one way to write a value: names sorted, no blanks (as RFC 8785 has it, for what we write). */
export function canonical(value: DetailValue): string {
  if (isList(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  const members = Object.keys(value)
    .toSorted()
    .map((name) => `${JSON.stringify(name)}:${canonical(value[name] as DetailValue)}`);
  return `{${members.join(',')}}`;
}

function isList(value: DetailValue): value is readonly DetailValue[] {
  return Array.isArray(value);
}
