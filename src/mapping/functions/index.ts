/** The functions of each dialect. */

import { DATES } from './dates.ts';
import { DECISIONS } from './decisions.ts';
import type { Dialect } from './definition.ts';
import { IDENTIFIERS } from './identifiers.ts';
import { ROLES } from './roles.ts';
import { TEXT } from './text.ts';
import { VALUES } from './values.ts';

/** Of app provisioning, HR inbound provisioning and cross-tenant synchronization. */
export const APP: Dialect = {
  name: 'app',
  functions: new Map(
    Object.entries({ ...TEXT, ...DECISIONS, ...VALUES, ...DATES, ...IDENTIFIERS, ...ROLES }),
  ),
};
