/** `read.KIND.join`: by what a record finds its identity, rule by rule. */

import { z } from 'zod';
import type { ComparisonConfiguration, JoinConfiguration } from './configuration.ts';

const attribute = z.string().min(1);

const email = z.strictObject({
  as: z.literal('email'),
  tags: z.boolean().default(false).meta({
    title: 'Tags',
    description: 'ada+payroll@contoso.com is the mailbox ada@contoso.com.',
  }),
  dots: z.boolean().default(false).meta({
    title: 'Dots',
    description: 'a.d.a@contoso.com is the mailbox ada@contoso.com.',
  }),
});

const phone = z.strictObject({
  as: z.literal('phone'),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, 'a country is two capital letters, such as DE (ISO 3166-1)')
    .optional()
    .meta({
      title: 'Country',
      description: 'Where a number without a country code is dialled, such as DE.',
    }),
});

const PLAIN = ['given-name', 'surname', 'full-name', 'birth-date', 'code', 'text'] as const;

const bare = z.enum([...PLAIN, 'email', 'phone']).transform((as): ComparisonConfiguration => {
  if (as === 'email') return { as, tags: false, dots: false };
  return { as };
});

const comparison = z.union([
  bare.meta({ description: 'As what the two values are compared.' }),
  email,
  phone.transform(({ as, country }) => ({ as, ...(country !== undefined && { country }) })),
]);

const same = z.strictObject({
  same: z
    .union([
      z
        .array(attribute)
        .min(1)
        .transform((names) =>
          Object.fromEntries(names.map((name) => [name, { as: 'exact' } as const])),
        ),
      z.record(attribute, z.union([z.literal('exact').transform((as) => ({ as })), comparison])),
    ])
    .meta({
      title: 'Same',
      description:
        'All of these must be the same: [surname, birthDate], or by attribute as what: { surname: text, mobile: phone }.',
    }),
});

const confidence = z.number().min(0).max(1);

const similar = z.strictObject({
  similar: z.record(attribute, comparison).meta({
    title: 'Similar',
    description:
      'Compared and weighed together, by attribute: { givenName: given-name, surname: surname, birthDate: birth-date, mail: email }.',
  }),
  joins: confidence.default(0.97).meta({
    title: 'Joins',
    description: 'Confidence from which the only one who is similar is joined; 0.97 by default.',
  }),
  reviews: confidence.default(0.5).meta({
    title: 'Reviews',
    description: 'Confidence from which a person is asked; 0.5 by default.',
  }),
  never: z.array(attribute).default([]).meta({
    title: 'Never',
    description:
      'Where both have one of these and they differ, a person is asked, however similar they are: [employeeNumber].',
  }),
});

/** By which a record finds its identity, in order; the first with a hit decides. */
export const joinDocument = z
  .union([
    attribute.transform((name): readonly JoinConfiguration[] => [name]),
    z.array(z.union([attribute, same, similar])),
  ])
  .meta({
    title: 'Join',
    description:
      'By what a record finds its identity: identity attributes, { same: … } or { similar: … }, in order; the first with a hit decides.',
  });

/** Identity attributes that a rule reads. */
export function joinAttributes(rule: JoinConfiguration): readonly string[] {
  if (typeof rule === 'string') return [rule];
  if ('same' in rule) return Object.keys(rule.same);
  return [...Object.keys(rule.similar), ...rule.never];
}
