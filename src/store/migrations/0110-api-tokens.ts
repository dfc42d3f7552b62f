import type { Migration } from './migration.ts';

/** Assumes `access_token` of 0100. A token of the API has a role, and an empty system. */
export const apiTokens0110: Migration = {
  name: '0110-api-tokens',
  statements: () => ['alter table access_token add column role text'],
};
