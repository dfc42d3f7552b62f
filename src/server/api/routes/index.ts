/** Everything the API can do. */

import type { Endpoint } from '../endpoint.ts';
import { ACCESS } from './access.ts';
import { AUDIT } from './audit.ts';
import { DECISIONS } from './decisions.ts';
import { GROUPS } from './groups.ts';
import { HISTORY } from './history.ts';
import { LOG } from './log.ts';
import { PEOPLE } from './people.ts';
import { PLANS } from './plans.ts';
import { PRIVACY } from './privacy.ts';
import { RECONCILE } from './reconcile.ts';
import { TENANTS } from './tenants.ts';
import { WORK } from './work.ts';

export const ENDPOINTS: readonly Endpoint[] = [
  ...LOG,
  ...DECISIONS,
  ...WORK,
  ...PLANS,
  ...PEOPLE,
  ...HISTORY,
  ...GROUPS,
  ...PRIVACY,
  ...RECONCILE,
  ...AUDIT,
  ...ACCESS,
  ...TENANTS,
];
