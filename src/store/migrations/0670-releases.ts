import type { Migration } from './migration.ts';

/** Assumes the releases of 0200: as long as nobody knows better, they let an account be enabled. */
export const releases0670: Migration = {
  name: '0670-releases',
  statements: () => [`alter table account_release add column lets text not null default 'enable'`],
};
