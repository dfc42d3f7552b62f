/** Every migration there is. Numbers: 0001 warehouse, 01xx directory and tokens, 0200 plans, 03xx drift, 0400 memberships, 0500 log, 0510 audit, 0600 inbound, 0610 joins, 0620 history, 0630 merging, 0660 refused creates, 0670 releases, 0700 groups of directories, 0710 tenants and clients, 0720 counts, 0730 unique values and 0740 names of directories. */

import { warehouse0001 } from './0001-warehouse.ts';
import { directory0100 } from './0100-directory.ts';
import { apiTokens0110 } from './0110-api-tokens.ts';
import { plans0200 } from './0200-plans.ts';
import { guards0210 } from './0210-guards.ts';
import { drift0300 } from './0300-drift.ts';
import { undo0310 } from './0310-undo.ts';
import { memberships0400 } from './0400-memberships.ts';
import { log0500 } from './0500-log.ts';
import { audit0510 } from './0510-audit.ts';
import { inbound0600 } from './0600-inbound.ts';
import { joins0610 } from './0610-joins.ts';
import { history0620 } from './0620-history.ts';
import { merging0630 } from './0630-merging.ts';
import { ruleGroups0640 } from './0640-rule-groups.ts';
import { leaving0641 } from './0641-leaving.ts';
import { privacy0650 } from './0650-privacy.ts';
import { retention0651 } from './0651-retention.ts';
import { freeNames0652 } from './0652-free-names.ts';
import { refusedCreates0660 } from './0660-refused-creates.ts';
import { releases0670 } from './0670-releases.ts';
import { directoryGroups0700 } from './0700-directory-groups.ts';
import { tenants0710 } from './0710-tenants.ts';
import { clients0711 } from './0711-clients.ts';
import { directoryCount0720 } from './0720-directory-count.ts';
import { directoryUnique0730 } from './0730-directory-unique.ts';
import { directoryNames0740 } from './0740-directory-names.ts';
import type { Migration } from './migration.ts';

export const MIGRATIONS: readonly Migration[] = [
  warehouse0001,
  directory0100,
  apiTokens0110,
  plans0200,
  guards0210,
  drift0300,
  undo0310,
  memberships0400,
  log0500,
  audit0510,
  inbound0600,
  joins0610,
  history0620,
  merging0630,
  ruleGroups0640,
  leaving0641,
  privacy0650,
  retention0651,
  freeNames0652,
  refusedCreates0660,
  releases0670,
  directoryGroups0700,
  directoryCount0720,
  directoryUnique0730,
  directoryNames0740,
  tenants0710,
  clients0711,
];
