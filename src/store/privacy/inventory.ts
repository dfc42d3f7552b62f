/**
 * Every table of the store, and what it holds of a person. A table that is not named here fails a
 * test: whoever adds one says whether it is about people, how they are found in it, and what becomes
 * of them when they are erased.
 */

import type { Impersonal } from '../../sync/privacy-storage.ts';
import { ownDecision, ownDoubt, withoutDecision, withoutDoubt } from './doubts.ts';
import { addressed, any, citing, identity, naming, record, shown } from './find.ts';
import {
  ownEdge,
  ownOperation,
  ownReports,
  ownResults,
  withoutExchanges,
  withoutHold,
  withoutHolder,
  withoutOperation,
  withoutPerson,
  withoutReferral,
  withoutReports,
  withoutResults,
} from './parts.ts';
import { ownPast, withoutMoves } from './past.ts';
import type { Place } from './place.ts';

const ROWS = { how: 'rows' } as const;

export const PLACES: readonly Place[] = [
  // The identity and what it is made of.
  {
    table: 'identity',
    what: 'the merged identity: values, and which system each came from',
    finds: identity('id'),
    erased: ROWS,
  },
  {
    table: 'identity_change',
    what: "what the identity was before each change, and that a record was somebody else's once",
    finds: any(identity('identity'), citing('records', 'before')),
    scanned: true,
    part: ownPast,
    erased: { how: 'part', without: withoutMoves },
  },
  {
    table: 'leaver',
    what: 'since when the person is known to have left',
    finds: identity('identity'),
    erased: ROWS,
  },
  {
    table: 'unique_name',
    what: 'names that nobody else may have',
    finds: identity('holder'),
    erased: { how: 'part', without: withoutHolder },
  },
  {
    table: 'rule_member',
    what: 'groups made by rule that the person is in',
    finds: identity('identity'),
    erased: ROWS,
  },
  {
    table: 'leaving',
    what: 'since when the person has been out of a target that deletes after some days',
    finds: identity('identity'),
    erased: ROWS,
  },
  {
    table: 'regroup',
    what: 'when a date concerns the person next',
    finds: identity('identity'),
    erased: ROWS,
  },
  {
    table: 'record',
    what: 'the last record of each system, and of accounts what was asked and answered',
    finds: any(identity('identity'), record('system', 'kind', 'id')),
    erased: ROWS,
  },
  {
    table: 'record_key',
    what: 'values by which accounts are found',
    finds: record('system', 'kind', 'id'),
    erased: ROWS,
  },
  {
    table: 'identity_key',
    what: 'values by which the identity is found',
    finds: identity('identity'),
    scanned: true,
    erased: ROWS,
  },
  {
    table: 'unjoined',
    what: 'values by which a record waits to be joined',
    finds: record('system', 'kind', 'id'),
    erased: ROWS,
  },
  {
    table: 'edge',
    what: 'whom the identity refers to, and that others refer to it',
    finds: identity('identity', 'referred'),
    part: ownEdge,
    erased: { how: 'part', without: withoutReferral },
    others: {
      what: 'records of others that name the person, as their manager say, by an id of their source',
      why: 'it is said of them, until their source says otherwise',
      has: ({ identity: whose }, { ids }) => !ids.includes(String(whose)),
    },
  },
  {
    table: 'review',
    what: 'matters that wait for a decision about who is who',
    finds: any(
      record('system', undefined, 'subject'),
      identity('subject'),
      naming('candidates'),
      citing('candidates'),
    ),
    part: ownDoubt,
    erased: { how: 'part', without: withoutDoubt },
  },
  {
    table: 'decision',
    what: 'what people decided about who is who',
    finds: any(
      identity('identity', 'other'),
      naming('review'),
      citing('review', 'records', 'detached'),
    ),
    part: ownDecision,
    erased: { how: 'part', without: withoutDecision },
  },
  {
    table: 'apart',
    what: 'that records are of different people',
    finds: any(record('system', 'kind', 'id'), record('other_system', 'other_kind', 'other_id')),
    erased: ROWS,
  },
  // What sources said.
  {
    table: 'member',
    what: 'groups of sources the person is in',
    finds: record('system', 'kind', 'id'),
    erased: ROWS,
  },
  {
    table: 'assignment',
    what: 'applications the person is assigned to',
    finds: record('system', 'principal_kind', 'principal'),
    erased: ROWS,
  },
  {
    table: 'sighting',
    what: 'that a reading showed the record',
    finds: shown('reading', 'id'),
    erased: ROWS,
  },
  {
    table: 'rejection',
    what: 'why a record could not be taken',
    finds: record('system', 'kind', 'id'),
    erased: ROWS,
  },
  {
    table: 'inbound_record',
    what: 'records that were pushed here',
    finds: record('system', undefined, 'id'),
    erased: ROWS,
  },
  {
    table: 'inbound_upload',
    what: 'what was answered to whoever pushed the record',
    finds: citing('results'),
    scanned: true,
    part: ownResults,
    erased: { how: 'part', without: withoutResults },
  },
  // What is to be done, and why not.
  {
    table: 'due',
    what: 'that the person is to be looked at, or failed',
    finds: identity('identity'),
    scanned: true,
    erased: ROWS,
  },
  {
    table: 'refusal',
    what: 'why nothing is done for the person',
    finds: identity('identity'),
    scanned: true,
    erased: ROWS,
  },
  {
    table: 'in_flight',
    what: 'a create that was sent and not answered',
    finds: identity('identity'),
    erased: ROWS,
  },
  {
    table: 'refused_create',
    what: 'what a create asked whose account may be there',
    finds: identity('identity'),
    erased: ROWS,
  },
  {
    table: 'membership',
    what: 'groups of targets the person is in, or should be',
    finds: identity('group_identity', 'member_identity'),
    scanned: true,
    erased: ROWS,
  },
  {
    table: 'account_release',
    what: 'that an account may be enabled again',
    finds: identity('identity'),
    erased: ROWS,
  },
  {
    table: 'pause',
    what: 'that an undo put the person back',
    finds: identity('identity'),
    erased: ROWS,
  },
  {
    table: 'undo_step',
    what: 'what of a run is being put back',
    finds: identity('identity'),
    erased: ROWS,
  },
  {
    table: 'drift',
    what: 'what targets hold of the person that was not written from here',
    finds: any(identity('identity', 'person'), record('target', 'kind', 'account')),
    erased: { how: 'part', without: withoutPerson },
  },
  // What was done.
  {
    table: 'outcome',
    what: 'the provisioning log: what became of operations, and what went over the wire',
    finds: identity('identity'),
    erased: ROWS,
  },
  {
    table: 'plan_operation',
    what: 'operations of plans, with the values before and after, and what the rules saw',
    finds: naming('content'),
    scanned: true,
    part: ownOperation,
    erased: { how: 'part', without: withoutOperation },
    besides: withoutExchanges,
  },
  {
    table: 'plan_refusal',
    what: 'why a plan does nothing for the person',
    finds: identity('identity'),
    erased: ROWS,
  },
  {
    table: 'plan',
    what: 'that a guard held a plan because of the person',
    finds: naming('holds'),
    scanned: true,
    part: ({ key, target, created_at }) => ({ key, target, created_at }),
    erased: { how: 'part', without: withoutHold },
  },
  {
    table: 'run',
    what: 'records that a run could not take, by id, and that a guard held a plan because of the person',
    finds: any(citing('report'), naming('report')),
    scanned: true,
    part: ownReports,
    erased: { how: 'part', without: withoutReports },
  },
  {
    table: 'audit_payload',
    what: 'entries of the audit trail that are about the person',
    finds: any(identity('person', 'subject'), naming('detail')),
    scanned: true,
    erased: { how: 'audit' },
  },
  {
    table: 'erasure',
    what: 'the proof that the person was erased',
    finds: identity('person'),
    erased: {
      how: 'kept',
      why: 'the proof itself; of the person it has the identity id alone, by which a restored backup can be erased again',
    },
  },
  // Accounts of systems that live in this store.
  {
    table: 'directory_object',
    what: 'accounts in systems that are served from here',
    finds: record('system', 'kind', 'id'),
    erased: ROWS,
  },
  {
    table: 'directory_member',
    what: 'groups of systems that are served from here',
    finds: record('system', 'member_kind', 'member_id'),
    erased: {
      how: 'kept',
      why: 'ids alone: whoever reads the system learns from them that the membership ended',
    },
  },
  {
    table: 'directory_removed',
    what: 'that an account of a served system was deleted',
    finds: record('system', 'kind', 'id'),
    erased: {
      how: 'kept',
      why: 'ids alone: whoever reads the system learns from them that the account ended',
    },
  },
  {
    table: 'directory_unique',
    what: 'values of an account in a served system that no other may have',
    finds: record('system', 'kind', 'id'),
    erased: ROWS,
  },
  {
    table: 'directory_mail',
    what: 'invitations and confirmations a served system sent',
    finds: addressed('content'),
    erased: ROWS,
  },
];

export const IMPERSONAL: readonly Impersonal[] = [
  { table: 'change_step', why: 'when something changed, and what brought it about' },
  {
    table: 'suppression',
    why: 'salted digests of the ids of records that are not taken any more',
  },
  { table: 'application', why: 'a digest of the last listing of an application' },
  { table: 'reading', why: 'numbers of a reading' },
  { table: 'progress', why: 'how far a system was read' },
  { table: 'marker', why: 'how far a sweep has come; an id of an identity, until it has ended' },
  { table: 'fingerprint', why: 'hashes of the configuration' },
  { table: 'directory_sequence', why: 'a number' },
  { table: 'directory_count', why: 'a number' },
  { table: 'directory_listed', why: 'names of departments and places' },
  { table: 'access_token', why: 'hashes of tokens; of programs, not of people' },
  { table: 'oauth_client', why: 'names of programs that get tokens' },
  { table: 'oauth_secret', why: 'hashes of their secrets' },
  { table: 'known_tenant', why: 'names of tenants, and their configurations' },
  { table: 'lease', why: 'which process is at work' },
  { table: 'system_health', why: 'whether a system can be written to' },
  { table: 'activity', why: 'numbers of operations' },
  { table: 'reconciliation', why: 'when a target was reconciled last' },
  { table: 'undo', why: 'which plan undoes which run' },
  { table: 'plan_basis', why: 'rules of the configuration' },
  {
    table: 'audit_entry',
    why: 'who of those who run Lockstep did what, and digests that tell nothing of whom it was about',
  },
  { table: 'audit_head', why: 'where the chain ends' },
  { table: 'inbound_sequence', why: 'a number' },
];
