/** One attribute that changes for many: a mapping or a source that says something else of everybody. */

import type { Hold } from './plan.ts';
import type { Limit } from './target.ts';
import { pathText } from './text.ts';
import type { Counted } from './window.ts';

const PREFIX = 'churn:';

/** One hold for each attribute beyond the limit, the one with most changes first. */
export function churnHolds(
  counts: ReadonlyMap<Counted, number>,
  recent: ReadonlyMap<Counted, number>,
  managed: number,
  limit: Limit,
): readonly Hold[] {
  return [...counts]
    .filter(([counted]) => counted.startsWith(PREFIX))
    .toSorted(([, a], [, b]) => b - a)
    .flatMap(([counted, number]): readonly Hold[] => {
      const before = recent.get(counted) ?? 0;
      const total = number + before;
      if (total <= limit.count || total <= managed * limit.share) return [];
      const path = counted.slice(PREFIX.length);
      const earlier = before > 0 ? `, ${before} of them already` : '';
      return [
        {
          guard: 'attribute-churn',
          message: `${pathText(path)} would change for ${total} of ${managed} accounts${earlier}`,
          actions: ['update', 'enable'],
          path,
        },
      ];
    });
}
