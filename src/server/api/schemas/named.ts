/**
 * Schemas with a name under `components/schemas` of the API's description. Each is three things at
 * once: what a server answers, what a client accepts, and what the description says.
 */

import { z } from 'zod';

export const NAMED: z.core.$ZodRegistry<{ id: string }> = z.registry<{ id: string }>();

/** The checker sees to it that whoever reads an answer gets what the rooms call by that type. */
export function named<Value>(id: string, schema: z.ZodType<Value>): z.ZodType<Value> {
  NAMED.add(schema, { id });
  return schema;
}

export function listOf<Value>(
  id: string,
  item: z.ZodType<Value>,
): z.ZodType<{ readonly items: readonly Value[] }> {
  return named(id, z.object({ items: z.array(item) }));
}

/** Exactly the words of a type: one that is added there is missing here, and does not compile. */
export function words<Word extends string>(table: Readonly<Record<Word, true>>): z.ZodType<Word> {
  return z.enum(Object.keys(table) as Word[]) as unknown as z.ZodType<Word>;
}

/** Exactly the members of a type, by the same rule. */
export function members<Value>(): <Shape extends { readonly [Name in keyof Value]-?: z.ZodType }>(
  shape: Shape,
) => Shape {
  return (shape) => shape;
}
