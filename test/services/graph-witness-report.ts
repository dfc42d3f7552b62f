/** What the witness is told, and what it reports. */

import type { Listener } from '../../src/emulators/graph/server.ts';

export interface WitnessInput {
  readonly urls: Readonly<Record<Listener, string>>;
  readonly tenantId: string;
  readonly clientId: string;
  readonly secret: string;
  readonly thumbprintSha256: string;
  readonly thumbprintSha1: string;
  /** PEM. */
  readonly privateKey: string;
  readonly federatedAssertion: string;
  readonly identityEnvironment: Readonly<Record<'IDENTITY_ENDPOINT' | 'IDENTITY_HEADER', string>>;
}

export interface WitnessReport {
  /** Status of a call to Graph by the way its token was got. */
  readonly accepted: Readonly<Record<string, number>>;
  readonly users: number;
  readonly retried: Readonly<Record<string, string>>;
  /** Statuses of twenty creates in one batch, and the bytes of a photo that was put. */
  readonly batch: readonly number[];
  readonly photo: readonly number[];
  readonly refusal: { readonly status: number; readonly code: string };
}
