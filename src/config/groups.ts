/** Groups made by rule: `groups:` of the document. */

import { z } from 'zod';
import { type DateRules, momentShown, UTC } from '../mapping/zone.ts';
import type { GroupConfiguration } from './configuration.ts';

const person = z.string().min(1).meta({
  description: 'User name, e-mail, employee number, or identity id.',
});

const exceptionFacts = {
  until: z
    .string()
    .regex(/^\d{4}-\d\d-\d\d$/, 'a day, such as 2027-01-31')
    .refine((day) => !Number.isNaN(Date.parse(day)), 'no such day')
    .optional()
    .meta({
      title: 'Until',
      description: 'The last day it holds, where dates.zone is; for ever by default.',
    }),
  reason: z.string().min(1).meta({ title: 'Reason' }),
};

const exception = z.union([
  z.strictObject({ include: person, ...exceptionFacts }),
  z.strictObject({ exclude: person, ...exceptionFacts }),
]);

export const groupsDocument = z
  .record(
    z
      .string()
      .regex(
        /^[a-z][a-z0-9-]*$/,
        'a group is named in lower case letters, digits and hyphens, such as new-hires',
      ),
    z.strictObject({
      title: z.string().min(1).optional().meta({
        title: 'Title',
        description: 'Its displayName; the name by default.',
      }),
      description: z.string().min(1).optional().meta({ title: 'Description' }),
      owner: z.string().min(1).optional().meta({
        title: 'Owner',
        description: 'Who answers for it.',
      }),
      members: z.string().min(1).meta({
        title: 'Members',
        description:
          'A SCIM filter over the identity, with dates: department eq "Sales" and employeeHireDate le "now+14d".',
      }),
      exceptions: z.array(exception).optional().meta({
        title: 'Exceptions',
        description: 'One person who is in it or not, whatever the rule says.',
      }),
    }),
  )
  .meta({ title: 'Groups', description: 'Groups of people, made by rule.' });

export type GroupsDocument = z.output<typeof groupsDocument>;

const DAY = 86_400_000;

export function groupConfigurations(
  document: GroupsDocument = {},
  { zone }: DateRules = UTC,
): readonly GroupConfiguration[] {
  return Object.entries(document).map(([name, { title, members, exceptions = [], ...facts }]) => ({
    name,
    title: title ?? name,
    ...(facts.description !== undefined && { description: facts.description }),
    ...(facts.owner !== undefined && { owner: facts.owner }),
    members,
    exceptions: exceptions.map(({ until, reason, ...about }) => ({
      ...('include' in about
        ? { type: 'include' as const, person: about.include }
        : { type: 'exclude' as const, person: about.exclude }),
      // Through the end of that day.
      ...(until !== undefined && { until: new Date(momentShown(Date.parse(until) + DAY, zone)) }),
      reason,
    })),
  }));
}
