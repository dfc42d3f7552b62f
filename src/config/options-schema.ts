/** The options of a connector as JSON Schema. */

import { z } from 'zod';

export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/** Of what is written, not of what is parsed: defaults may be left out. */
export function optionsJsonSchema(options: z.ZodType): JsonSchema {
  const { $schema: _, ...json } = z.toJSONSchema(options, { io: 'input', unrepresentable: 'any' });
  return json;
}
