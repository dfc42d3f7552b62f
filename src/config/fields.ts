/** Fields that occur in several parts of the document. */

import { z } from 'zod';

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** In seconds. */
export const duration = z
  .string()
  .regex(/^[1-9]\d*[smhd]$/, 'a duration is a number with s, m, h or d, such as 30s, 1m or 2h')
  .transform((text) => Number(text.slice(0, -1)) * (SECONDS[text.slice(-1)] ?? 1));

export const attributeName = z.string().min(1);

export const expression = z.string().min(1).meta({
  title: 'Expression',
  description:
    'In Entra\'s mapping language: [attribute], "constant", or Function(…). See docs/expressions.md.',
});
