/** Every migration there is. Numbers: 0001 warehouse, 01xx directory and tokens, 0200 plans. */

import { warehouse0001 } from './0001-warehouse.ts';
import { directory0100 } from './0100-directory.ts';
import { apiTokens0110 } from './0110-api-tokens.ts';
import { plans0200 } from './0200-plans.ts';
import type { Migration } from './migration.ts';

export const MIGRATIONS: readonly Migration[] = [
  warehouse0001,
  directory0100,
  apiTokens0110,
  plans0200,
];
