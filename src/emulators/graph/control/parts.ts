/** What a running emulator is made of, for its controls. */

import type { FaultBook } from '../faults.ts';
import type { Tenant } from '../tenant.ts';
import type { Throttle } from '../throttle.ts';
import type { AccessTokens } from '../tokens/access.ts';
import type { ManagedIdentity } from '../tokens/identity.ts';
import type { Issuers } from '../tokens/issuers.ts';
import type { EventLog } from './events.ts';

export interface Parts {
  readonly tenant: Tenant;
  readonly tokens: AccessTokens;
  readonly throttle: Throttle;
  readonly faults: FaultBook;
  readonly events: EventLog;
  readonly issuers: Issuers;
  readonly identities: ManagedIdentity[];
  addSecret(appId: string, secret: string, endsAt?: Date): void;
}
