/** Data protection: what is stored about a person, and that it ends. */

import type { Engine } from './engine.ts';
import { allowRecord } from './privacy-allow.ts';
import { erasePerson, erasures } from './privacy-erase.ts';
import { exportPerson } from './privacy-export.ts';
import { planErasure } from './privacy-plan.ts';
import { privacyReport } from './privacy-report.ts';
import type { Verbs } from './verbs.ts';

export function protecting(
  engine: Engine,
): Pick<
  Verbs,
  'exportPerson' | 'planErasure' | 'erasePerson' | 'erasures' | 'allowRecord' | 'privacyReport'
> {
  return {
    exportPerson: (person) => exportPerson(engine, person),
    planErasure: (request) => planErasure(engine, request),
    erasePerson: (request, watch) => erasePerson(engine, request, watch),
    erasures: (limit) => erasures(engine, limit),
    allowRecord: (record) => allowRecord(engine, record),
    privacyReport: () => privacyReport(engine),
  };
}
