import type { Migration } from './migration.ts';

/** Assumes the leavers of 0650. Under other rules, all of it is looked at again. */
export const retention0651: Migration = {
  name: '0651-retention',
  statements: () => ['alter table leaver add column rules text'],
};
