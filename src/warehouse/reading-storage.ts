/** What the warehouse keeps of readings: how far they came, what they showed, and what was refused. */

import type { Watermark } from '../connectors/spi/index.ts';
import type { ObjectKind, ObjectRef, SystemName } from '../identity/record.ts';

export interface StoredReading {
  readonly id: number;
  readonly system: SystemName;
  readonly kind: ObjectKind;
  readonly mode: 'full' | 'changes';
  /** A page of it saved a watermark, so that it can go on after the process died. */
  readonly resumable: boolean;
  readonly reachedEnd: boolean;
  /** Closed, by itself or by a later reading of the same. */
  readonly ended: boolean;
  readonly tally: Tally;
}

/** Numbers of a reading, added up page by page. */
export interface Tally {
  readonly seen: number;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
}

export interface Withheld {
  readonly reading: number;
  readonly absent: number;
  readonly before: number;
}

export interface Progress {
  readonly system: SystemName;
  readonly kind: ObjectKind;
  readonly watermark?: Watermark;
  /** When the last reading that reached its end did, in milliseconds. */
  readonly readAt?: number;
  readonly withheld?: Withheld;
}

export interface Rejection {
  readonly ref: ObjectRef;
  readonly code: string;
  readonly message: string;
}

export interface ReadingStore {
  openReading(system: SystemName, kind: ObjectKind): Promise<StoredReading | undefined>;
  insertReading(
    reading: Pick<StoredReading, 'system' | 'kind' | 'mode'>,
    at: number,
  ): Promise<number>;
  reading(id: number): Promise<StoredReading | undefined>;
  addToReading(id: number, tally: Tally): Promise<void>;
  markReading(
    id: number,
    marks: { readonly resumable?: true; readonly reachedEnd?: true },
  ): Promise<void>;
  closeReading(id: number, at: number): Promise<void>;

  progress(system: SystemName, kind: ObjectKind): Promise<Progress | undefined>;
  allProgress(): Promise<readonly Progress[]>;
  setWatermark(system: SystemName, kind: ObjectKind, watermark?: Watermark): Promise<void>;
  setReadAt(system: SystemName, kind: ObjectKind, at: number): Promise<void>;
  setWithheld(system: SystemName, kind: ObjectKind, withheld?: Withheld): Promise<void>;

  /** Notes what was shown and did not have to be saved. */
  addSightings(reading: number, ids: readonly string[]): Promise<void>;
  sighted(reading: number, ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Forgets closed readings but one, with what they showed. @returns Whether there are more. */
  pruneReadings(
    system: SystemName,
    kind: ObjectKind,
    keep: number | undefined,
    limit: number,
  ): Promise<boolean>;
  countPresent(system: SystemName, kind: ObjectKind): Promise<number>;
  /**
   * Pages through present records that neither this reading nor a later one has shown, by saving
   * or by sighting them. `last` is where the page ended.
   */
  unseen(
    reading: Pick<StoredReading, 'id' | 'system' | 'kind'>,
    after: string,
    limit: number,
  ): Promise<{ readonly ids: readonly string[]; readonly last?: string }>;

  /** Of these, those of which `unseen` still holds. */
  stillUnseen(
    reading: Pick<StoredReading, 'id' | 'system' | 'kind'>,
    ids: readonly string[],
  ): Promise<readonly string[]>;

  saveRejections(reading: number, rejections: readonly Rejection[]): Promise<void>;
  rejections(
    reading: number,
    limit: number,
  ): Promise<{ readonly count: number; readonly rejections: readonly Rejection[] }>;
}
