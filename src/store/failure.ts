/** What the database would not do, in words for an administrator; codes are in `docs/errors.md`. */

export type StoreFailure =
  | 'store-busy'
  | 'store-corrupt'
  | 'store-full'
  | 'store-newer'
  | 'store-not-separated'
  | 'store-stopped'
  | 'store-unreachable'
  | 'store-unusable';

export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreFailure;
  readonly remedy: string;

  constructor(code: StoreFailure, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.remedy = REMEDY[code];
  }
}

const REMEDY: Readonly<Record<StoreFailure, string>> = {
  'store-busy': 'another process held the database for long; try again, or stop that process',
  'store-corrupt': 'put the last backup of the file back; the next run reads everything again',
  'store-full': 'make room on the volume of the store; nothing of the failed transaction was kept',
  'store-newer': 'use the version of Lockstep that wrote the store, or a later one',
  'store-not-separated':
    'connect as a role that is neither superuser nor BYPASSRLS, or let it create the role lockstep_work',
  'store-stopped': 'open the database again; nothing of an unanswered transaction was kept',
  'store-unreachable': 'check the postgres:// URL, its password, and that the server runs',
  'store-unusable': 'give this user the right to read and write the folder of the store',
};
