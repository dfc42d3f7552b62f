/**
 * What the directory asks of the store: the objects of one system, a sequence of their changes, and
 * what receiving one leaves behind. Every write is durable before it is answered; writes that come
 * together may share a transaction.
 */

import type { Filter } from '../../identity/filter.ts';
import type { Attributes, ObjectKind, ObjectRef } from '../../identity/record.ts';
import type { RecordText, TextForm, TextPage } from '../spi/index.ts';
import type { Order } from './order.ts';

export interface StoredObject {
  readonly id: string;
  readonly kind: ObjectKind;
  readonly attributes: Attributes;
  readonly state: AccountState;
  /** The sequence number of its last change. */
  readonly version: number;
  /** RFC 3339, UTC. */
  readonly createdAt: string;
  readonly modifiedAt: string;
}

/** What the directory knows of an account and no client may set. */
export interface AccountState {
  /** When an invitation was sent, and accepted. */
  readonly invitedAt?: string;
  readonly acceptedAt?: string;
  /** Changes that wait for the person's confirmation, by path. */
  readonly pending?: Attributes;
  /** By what the person confirms them: the hash of a secret that a mail carries. */
  readonly confirmation?: { readonly hash: string; readonly expiresAt: string };
  /** A reference to somebody who is not here yet, as it was sent, by path. */
  readonly waiting?: Readonly<Record<string, string>>;
}

export interface Mail {
  /** An invitation when absent. */
  readonly about?: 'confirmation';
  readonly to: string;
  readonly from: string;
  readonly subject: string;
  /** Spend programs issued with an invitation. */
  readonly programs: readonly string[];
  readonly sentAt: string;
  /** What the link of a confirmation ends with; gone once the mail was delivered. */
  readonly secret?: string;
}

/** A mail that waits to be delivered. */
export interface WaitingMail {
  readonly sequence: number;
  readonly attempts: number;
  readonly mail: Mail;
}

export type Delivery =
  | { readonly type: 'delivered'; readonly at: string }
  | { readonly type: 'failed'; readonly retryAt: string };

/** A department, a location: made when it is first named. */
export interface ListedValue {
  readonly list: string;
  readonly value: string;
}

export type Write =
  | {
      readonly type: 'put';
      readonly object: Omit<StoredObject, 'version'>;
      /** The version it must still have; 0 for an object that must not exist yet. */
      readonly expects: number;
      /** Folded; no other object of the kind may have it. Absent where the directory allows that. */
      readonly unique?: string;
      /** Further values, each with its attribute, that no other object of the kind may have. */
      readonly uniques?: readonly string[];
      readonly values: readonly ListedValue[];
      readonly mail?: Mail;
      /** An object that is made is refused where there are so many of its kind already. */
      readonly most?: number;
    }
  | {
      readonly type: 'remove';
      readonly kind: ObjectKind;
      readonly id: string;
      readonly expects: number;
      /** When its groups changed by that. */
      readonly at: string;
    }
  | {
      readonly type: 'members';
      readonly group: string;
      /** Of the kind that counts where nobody of that id is here: whoever is, is of their own kind. */
      readonly add: readonly ObjectRef[];
      readonly remove: readonly string[];
      /** When the group changed, if any member comes or goes. */
      readonly at: string;
      /** The version the group must still have. */
      readonly expects?: number;
      /** Nothing is changed where the group would have more members than that. */
      readonly most?: number;
    };

export type Written =
  /** With the version of the object; of a group that is another one when its members are. */
  | { readonly type: 'done'; readonly version: number }
  /** The value of `uniques` that another object has; absent where it is the name. */
  | { readonly type: 'taken'; readonly value?: string }
  | { readonly type: 'moved' }
  /** There may be no more. */
  | { readonly type: 'full' };

export interface Selection {
  readonly filter?: Filter;
  /**
   * Decides for each object; an index on what the filter asks may narrow the objects down before.
   * Absent where every object is wanted.
   */
  readonly matches?: (object: StoredObject) => boolean;
  /** `matches` asks for the filter and nothing else: what can tell of the filter need not ask it. */
  readonly exactly?: true;
  /** The id of the last object of the page before, where no order is asked for. */
  readonly after?: string;
  /** That in which they were made when absent. */
  readonly order?: Order;
  /** Objects to skip; counted after `after`. */
  readonly offset?: number;
  readonly count: number;
}

export interface Selected {
  readonly objects: readonly StoredObject[];
  readonly total: number;
}

export interface Membership {
  readonly member: string;
  readonly group: string;
  /** The group's name. */
  readonly display?: string;
}

/** Each object and membership comes once, at the place of its last change. */
export type StoredChange =
  | { readonly type: 'object'; readonly sequence: number; readonly object: StoredObject }
  | {
      readonly type: 'removed';
      readonly sequence: number;
      readonly kind: ObjectKind;
      readonly id: string;
    }
  | {
      readonly type: 'member';
      readonly sequence: number;
      readonly group: string;
      readonly member: ObjectRef;
      readonly removed: boolean;
    };

/** Objects as they lie there, where they lie as JSON; undefined where they have to be looked at. */
export interface StoredTexts {
  get(kind: ObjectKind, id: string, form: TextForm): Promise<RecordText | undefined>;
  /** By their ids. */
  page(
    kind: ObjectKind,
    selection: Pick<Selection, 'filter' | 'after' | 'offset' | 'count'>,
    form: TextForm,
  ): Promise<StoredPage | undefined>;
}

export interface StoredPage extends Pick<TextPage, 'text' | 'items' | 'total'> {
  /** The id of the last object. */
  readonly last?: string;
}

export interface DirectoryStorage {
  readonly texts?: StoredTexts;
  get(kind: ObjectKind, id: string): Promise<StoredObject | undefined>;
  search(kind: ObjectKind, selection: Selection): Promise<Selected>;
  /** Objects whose reference waits for one of these values. */
  waitingFor(kind: ObjectKind, values: readonly string[]): Promise<readonly StoredObject[]>;
  /** In order of sequence, from after `since`. */
  changes(kind: ObjectKind, since: number, count: number): Promise<readonly StoredChange[]>;
  members(group: string): Promise<readonly ObjectRef[]>;
  /** Of these members, in the order of the groups. */
  memberships(members: readonly string[]): Promise<readonly Membership[]>;
  write(write: Write): Promise<Written>;
  mails(): Promise<readonly Mail[]>;
  /** Those that are due and came after `since`, the oldest first. */
  waitingMails(now: string, since: string, count: number): Promise<readonly WaitingMail[]>;
  delivered(sequence: number, delivery: Delivery): Promise<void>;
  /** The values of a list, in alphabetical order. */
  listed(list: string): Promise<readonly string[]>;
}
