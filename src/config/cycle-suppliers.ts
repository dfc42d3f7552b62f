/** Which systems may supply an attribute of an identity, and who comes before whom. */

import type { ObjectKind, SystemName } from '../identity/record.ts';
import type { AttributeConfiguration, SystemConfiguration } from './configuration.ts';
import { namesIn } from './cycle-passage.ts';

export interface Supply {
  readonly merge: AttributeConfiguration['merge'];
  /** In order; where the first of them is asked and has none, the next one is. */
  readonly suppliers: readonly Supplier[];
}

export interface Supplier {
  readonly system: SystemName;
  /** Nobody behind it is asked. */
  readonly authoritative: boolean;
  /** Of some people only. */
  readonly conditional: boolean;
}

const STEP = 100;
/** As in merging: whoever is authoritative comes before all who are not. */
const FIRST = -1e9;

/** Those that can be asked at all: nobody behind one that always has the say. */
export function supplyOf(
  attribute: string,
  kind: ObjectKind,
  systems: readonly SystemConfiguration[],
  rule: AttributeConfiguration | undefined,
): Supply {
  const { merge = 'precedence', from, computed } = rule ?? {};
  const unasked = computed?.as === 'always' && !namesIn(computed.expression).includes(attribute);
  if (unasked) return { merge, suppliers: [] };
  const ranked = byRank(attribute, kind, systems);
  const suppliers =
    from?.flatMap(({ system, when, authoritative }): readonly Supplier[] => {
      const known = ranked.find((each) => each.system === system);
      if (known === undefined) return [];
      const decides = authoritative || known.authoritative;
      const conditional = known.conditional || when !== undefined;
      return [{ system, authoritative: decides, conditional }];
    }) ?? ranked;
  if (merge !== 'precedence') return { merge, suppliers };
  const last = suppliers.findIndex((each) => each.authoritative && !each.conditional);
  return { merge, suppliers: last === -1 ? suppliers : suppliers.slice(0, last + 1) };
}

function byRank(
  attribute: string,
  kind: ObjectKind,
  systems: readonly SystemConfiguration[],
): readonly Supplier[] {
  return systems
    .flatMap(({ name: system, read }, index) => {
      const {
        map = {},
        precedence = {},
        authoritative: says = [],
        while: counts,
      } = read[kind] ?? {};
      if (map[attribute] === undefined) return [];
      const authoritative = says.includes(attribute);
      const rank = (precedence[attribute] ?? (index + 1) * STEP) + (authoritative ? FIRST : 0);
      return [{ rank, system, authoritative, conditional: counts !== undefined }];
    })
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ rank: _, ...supplier }) => supplier);
}
