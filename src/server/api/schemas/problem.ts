import { z } from 'zod';
import { named } from './named.ts';

/** RFC 9457, with what a person can do. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** Kebab-case; has a section in `docs/errors.md`. */
  readonly code: string;
  readonly remedy?: string;
  /** Each thing that is wrong with a request. */
  readonly errors?: readonly { readonly at: string; readonly detail: string }[];
}

export const problemDocument: z.ZodType<ProblemDocument> = named(
  'Problem',
  z.object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string(),
    remedy: z.exactOptional(z.string()),
    errors: z.exactOptional(z.array(z.object({ at: z.string(), detail: z.string() }))),
  }),
);
