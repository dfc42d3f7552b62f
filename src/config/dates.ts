/** `dates:` of the document: where the days of people begin. */

import { z } from 'zod';
import { type Problem, suggestion } from '../identity/problem.ts';
import { type DateRules, isZone } from '../mapping/zone.ts';
import { type KnownNames, unknownName } from './names.ts';
import type { Path, Source } from './source.ts';

const zone = z.string().min(1);

export const datesDocument = z
  .strictObject({
    zone: zone.default('UTC').meta({
      title: 'Time zone',
      description:
        'Where a date without a time begins, as an IANA name such as Europe/Zurich; UTC by default.',
    }),
    by: z.string().min(1).optional().meta({
      title: 'By',
      description:
        'The identity attribute that decides otherwise, such as officeLocation: by zones, or as the name of a zone.',
    }),
    zones: z.record(z.string().min(1), zone).optional().meta({
      title: 'Zones',
      description: 'Value of that attribute: time zone, such as { Austin: America/Chicago }.',
    }),
  })
  .meta({ title: 'Dates', description: 'Where the days of people begin.' });

export type DatesDocument = z.output<typeof datesDocument>;

export function dateRules({ zone: all, by, zones }: DatesDocument): DateRules {
  return {
    zone: all,
    ...(by !== undefined && { by }),
    ...(zones !== undefined && { zones }),
  };
}

const AT: Path = ['dates'];

export function dateProblems(
  dates: DateRules | undefined,
  known: KnownNames,
  source: Source,
): readonly Problem[] {
  if (dates === undefined) return [];
  const { zone: all, by, zones = {} } = dates;
  const problems = [
    ...zoneProblems(all, source, [...AT, 'zone']),
    ...Object.entries(zones).flatMap(([value, each]) =>
      zoneProblems(each, source, [...AT, 'zones', value]),
    ),
  ];
  if (by !== undefined)
    return [...problems, ...unknownName(by, known, source.place([...AT, 'by']))];
  if (dates.zones === undefined) return problems;
  return [
    ...problems,
    {
      code: 'zones-of-nothing',
      severity: 'error',
      message: 'zones are given, and not by which attribute of people',
      remedy: 'name it: by: officeLocation',
      place: source.keyPlace([...AT, 'zones']),
    },
  ];
}

function zoneProblems(name: string, source: Source, where: Path): readonly Problem[] {
  if (isZone(name)) return [];
  const meant = suggestion(name, Intl.supportedValuesOf('timeZone'));
  return [
    {
      code: 'unknown-time-zone',
      severity: 'error',
      message: `there is no time zone "${name}"${meant === undefined ? '' : `; did you mean "${meant}"?`}`,
      remedy: 'write an IANA name, such as Europe/Zurich or America/Chicago',
      place: source.place(where),
    },
  ];
}
