/** What everything else is made of: instants, attribute values, references, counts, failures. */

import { z } from 'zod';
import type { Failure } from '../../../apply/outcome.ts';
import type { AttributeChange, FailureKind } from '../../../connectors/spi/index.ts';
import type { Attributes, AttributeValue, ObjectRef, Reference } from '../../../identity/record.ts';
import type { SystemFailure } from '../../../sync/engine.ts';
import { members, named, words } from './named.ts';

/** RFC 3339 in UTC on the wire. */
export const instant: z.ZodType<Date> = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});

export const milliseconds: z.ZodType<number> = z.number().min(0).meta({ title: 'Milliseconds' });
export const wholeNumber: z.ZodType<number> = z.int().min(0);

const value: z.ZodType<AttributeValue> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.array(value), z.record(z.string(), value)]),
) as z.ZodType<AttributeValue>;

export const attributeValue: z.ZodType<AttributeValue> = named('AttributeValue', value);

/** By name, or by path. */
export const attributes: z.ZodType<Attributes> = named(
  'Attributes',
  z.record(z.string(), attributeValue),
);

export const objectRef: z.ZodType<ObjectRef> = named(
  'ObjectRef',
  z.object(members<ObjectRef>()({ system: z.string(), kind: z.string(), id: z.string() })),
);

export const reference: z.ZodType<Reference> = z.union([
  objectRef,
  z.object({
    kind: z.string(),
    by: z.string(),
    value: z.union([z.string(), z.number(), z.boolean()]),
  }),
]);

export const texts: z.ZodType<Readonly<Record<string, string>>> = z.record(z.string(), z.string());

export const counts: z.ZodType<Readonly<Record<string, number>>> = z.record(
  z.string(),
  wholeNumber,
);

export const attributeChange: z.ZodType<AttributeChange> = named(
  'AttributeChange',
  z.object(
    members<AttributeChange>()({
      path: z.string(),
      before: z.exactOptional(attributeValue),
      after: z.exactOptional(attributeValue),
    }),
  ),
);

export const failure: z.ZodType<Failure> = named(
  'Failure',
  z.object(
    members<Failure>()({
      kind: words<FailureKind>({
        unreachable: true,
        throttled: true,
        denied: true,
        invalid: true,
        conflict: true,
        ambiguous: true,
        missing: true,
        stale: true,
        'watermark-expired': true,
        'unknown-outcome': true,
      }),
      code: z.string(),
      message: z.string(),
      remedy: z.exactOptional(z.string()),
      retryAfterSeconds: z.exactOptional(z.number()),
    }),
  ),
);

export const systemFailure: z.ZodType<SystemFailure> = named(
  'SystemFailure',
  z.object(
    members<SystemFailure>()({
      code: z.string(),
      message: z.string(),
      remedy: z.exactOptional(z.string()),
    }),
  ),
);
