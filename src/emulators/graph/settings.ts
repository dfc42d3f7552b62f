/** How difficult the service makes it for its clients, and which way unsettled behaviour goes. */

export interface Settings {
  readonly replicas: number;
  /** Milliseconds by which a replica lags, drawn once for each from this range. */
  readonly replicaDelay: readonly [number, number];
  /** Replicas that lag ten minutes. */
  readonly stuckReplicas: number;
  /** Milliseconds by which the index behind advanced queries lags. */
  readonly indexDelay: readonly [number, number];
  /** Objects on one page of a delta round. */
  readonly deltaPageSize: number;
  /** Link entries of one object on one page of a delta round. */
  readonly deltaLinks: number;
  readonly deltaShuffled: boolean;
  /** Share of objects that a round shows twice. */
  readonly deltaRepeats: number;
  /** Share of objects, measured by those that changed, repeated from before the interval. */
  readonly deltaReplays: number;
  /** Share of pages, of lists as well, before which an empty one is put. */
  readonly emptyPages: number;
  /** Share of rounds answered with a reset instead. */
  readonly deltaResets: number;
  /** Share of rounds whose delta link lies before what the round showed. */
  readonly deltaCutShort: number;
}

export type ProfileName = 'instant' | 'typical' | 'hostile';

const INSTANT: Settings = {
  replicas: 1,
  replicaDelay: [0, 0],
  stuckReplicas: 0,
  indexDelay: [0, 0],
  deltaPageSize: 100,
  deltaLinks: 400,
  deltaShuffled: false,
  deltaRepeats: 0,
  deltaReplays: 0,
  emptyPages: 0,
  deltaResets: 0,
  deltaCutShort: 0,
};

export const PROFILES: Readonly<Record<ProfileName, Settings>> = {
  instant: INSTANT,
  typical: { ...INSTANT, replicas: 3, replicaDelay: [0, 2_000], indexDelay: [5_000, 30_000] },
  hostile: {
    replicas: 5,
    replicaDelay: [0, 60_000],
    stuckReplicas: 1,
    indexDelay: [60_000, 900_000],
    deltaPageSize: 7,
    deltaLinks: 3,
    deltaShuffled: true,
    deltaRepeats: 0.05,
    deltaReplays: 0.05,
    emptyPages: 0.1,
    deltaResets: 0.02,
    deltaCutShort: 0.2,
  },
};

/** What only a real tenant could settle; the first position of each is the default. */
export const SWITCH_POSITIONS = {
  'delta.expired': ['410-location', '400-sync-state', '410-sync-state'],
  'delta.reset': ['410-location', '410-resync'],
  'delta.firstRoundTombstones': ['on', 'off'],
  /** Whether the member link of a soft-deleted user is reported as removed. */
  'delta.removedWithTarget': ['off', 'on'],
  'groups.securityDelete': ['soft', 'purge'],
  'query.optionsBesideToken': ['ignored', 'refused'],
  'query.unknownProperty': ['bad-request', 'unsupported-query'],
  'throttle.retryAfter': ['integer', 'fraction', 'always-one', 'absent'],
  'throttle.code': ['TooManyRequests', 'Request_ThrottledTemporarily'],
  'users.revokeSessionsStatus': ['204', '200'],
  'mailbox.missing': ['404-mailbox', '404-resource'],
  /** Who looks up the targets and references of a write: any replica, or the primary. */
  'writes.lookup': ['replica', 'primary'],
} as const;

export type Switches = {
  readonly [Name in keyof typeof SWITCH_POSITIONS]: (typeof SWITCH_POSITIONS)[Name][number];
};

export const DEFAULT_SWITCHES: Switches = {
  'delta.expired': '410-location',
  'delta.reset': '410-location',
  'delta.firstRoundTombstones': 'on',
  'delta.removedWithTarget': 'off',
  'groups.securityDelete': 'soft',
  'query.optionsBesideToken': 'ignored',
  'query.unknownProperty': 'bad-request',
  'throttle.retryAfter': 'integer',
  'throttle.code': 'TooManyRequests',
  'users.revokeSessionsStatus': '204',
  'mailbox.missing': '404-mailbox',
  'writes.lookup': 'replica',
};
