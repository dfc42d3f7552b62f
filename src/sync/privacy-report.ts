/** What is read about people and what for, so that what nobody needs is not read. */

import type { ObjectKind, SystemName } from '../identity/record.ts';
import { isSensitive } from '../identity/sensitive.ts';
import type { Engine } from './engine.ts';
import { rulesHash } from './privacy-retention.ts';

/** What is asked of a source about each object, and what for. */
export interface SourceUses {
  readonly system: SystemName;
  readonly kind: ObjectKind;
  readonly asked: readonly AttributeUses[];
  /** Identity attributes its map could supply, and nothing uses: not even asked for. */
  readonly unasked: readonly string[];
}

export interface AttributeUses {
  /** As the system calls it. */
  readonly attribute: string;
  /** Identity attributes that are made of it. */
  readonly as: readonly string[];
  readonly uses: readonly Use[];
}

/**
 * `mapping`: a target is written with it. `scope`, `urgent`: it decides who is in a target, or goes
 * first. `join`: records are joined by it. `reference`: others are named by it. `group`: a group is
 * made by it. `rule`: another attribute is decided or computed by it. `age`: it says how old values
 * are. `standing`: it says who is active. `naming`: people are called and found by it.
 */
export interface Use {
  readonly type:
    | 'mapping'
    | 'scope'
    | 'urgent'
    | 'join'
    | 'reference'
    | 'group'
    | 'rule'
    | 'age'
    | 'standing'
    | 'naming';
  /** A target with the path, a system, a group, an attribute; absent where there is only one. */
  readonly of?: string;
}

export interface SourceReport extends Omit<SourceUses, 'asked'> {
  readonly asked: readonly (AttributeUses & {
    readonly sensitive: boolean;
    /** Read for nothing but to call people by it. */
    readonly idle: boolean;
    /** Records that have it, of those that were looked at. */
    readonly records: number;
  })[];
  /** What its records hold beyond that: it was stored, and nothing uses it. */
  readonly stored: {
    /** Records that were looked at. */
    readonly records: number;
    readonly unused: readonly {
      readonly attribute: string;
      readonly records: number;
      readonly sensitive: boolean;
    }[];
  };
}

/** How long values of an attribute are kept of people who have left. */
export interface RetentionReport {
  readonly attribute: string;
  readonly seconds: number;
  /** People who have left, as far as is known. */
  readonly leavers: number;
  /** Those from whom the values were taken, where no source still says them. */
  readonly forgotten: number;
}

export interface PrivacyReport {
  readonly sources: readonly SourceReport[];
  readonly retention: readonly RetentionReport[];
}

/** More of them would tell nothing new. */
const LOOKED_AT = 10_000;

export async function privacyReport(engine: Engine): Promise<PrivacyReport> {
  const { uses, privacy } = engine;
  const sources: SourceReport[] = [];
  for (const { system, kind, asked, unasked } of uses) {
    const { records, attributes } = await privacy.storedAttributes(system, kind, LOOKED_AT);
    const held = new Map(attributes.map((each) => [each.attribute, each.records]));
    const known = new Set(asked.map(({ attribute }) => headOf(attribute)));
    sources.push({
      system,
      kind,
      asked: asked.map((each) => ({
        ...each,
        sensitive: [each.attribute, ...each.as].some(isSensitive),
        idle: each.uses.every(({ type }) => type === 'naming'),
        records: held.get(headOf(each.attribute)) ?? 0,
      })),
      unasked,
      stored: {
        records,
        unused: attributes
          .filter(({ attribute, records: all, asId }) => !known.has(attribute) && all > asId)
          .map(({ attribute, records: all, asId }) => ({
            attribute,
            records: all - asId,
            sensitive: isSensitive(attribute),
          })),
      },
    });
  }
  return { sources, retention: await retentionOf(engine) };
}

async function retentionOf(engine: Engine): Promise<readonly RetentionReport[]> {
  const { attributeSeconds = {} } = engine.retention;
  const rules = rulesHash(engine);
  return Promise.all(
    Object.entries(attributeSeconds).map(async ([attribute, seconds]) => {
      const { all, done } = await engine.privacy.countLeavers(rules, seconds);
      return { attribute, seconds, leavers: all, forgotten: done };
    }),
  );
}

/** The member of a record in which an attribute stands: an extension, or its first part. */
function headOf(attribute: string): string {
  const urn = /^(urn:.*):[^:]*$/.exec(attribute)?.[1];
  return urn ?? attribute.split(/[.[]/)[0] ?? attribute;
}
