/**
 * How much one directory may hold, where its options say so. It is the store that looks, in the transaction
 * of the write: nothing slips in beside another, whichever process sends it.
 */

import type { ObjectKind } from '../../identity/record.ts';
import { ConnectorError } from '../spi/index.ts';
import type { DirectoryOptions } from './options.ts';

export type Limits = DirectoryOptions['limits'];

/** Of what there may be so many of a kind; nothing where any number may. */
export function mostOf(most: Limits, kind: ObjectKind): { readonly most?: number } {
  const limit = limitOf(most, kind);
  return limit === undefined ? {} : { most: limit };
}

function limitOf(most: Limits, kind: ObjectKind): number | undefined {
  if (kind === 'user') return most.users;
  return kind === 'group' ? most.groups : most.others;
}

export function mostMembers({ members }: Limits): { readonly most?: number } {
  return members === undefined ? {} : { most: members };
}

export function tooMany(kind: ObjectKind, most: Limits): ConnectorError {
  return reached(`${limitOf(most, kind)} of the kind ${kind}`);
}

export function tooManyMembers({ members }: Limits): ConnectorError {
  return reached(`${members} members of a group`);
}

function reached(what: string): ConnectorError {
  return new ConnectorError('denied', `the directory may hold ${what}, and no more`, {
    code: 'limit-reached',
    remedy: 'Delete what is not needed any more, or have the limit raised.',
  });
}
