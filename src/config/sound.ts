/** What can still be checked of a value in which a schema found something wrong. */

import type { z } from 'zod';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/**
 * Takes out what the schema refuses until it accepts the rest, so that one slip of the pen does not
 * hide every other problem. Good for finding more problems, and for nothing else.
 *
 * @returns Nothing when the slip is in the value as a whole.
 */
export function soundPart<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): z.output<Schema> | undefined {
  const rest = structuredClone(value);
  for (;;) {
    const parsed = schema.safeParse(rest);
    if (parsed.success) return parsed.data;
    const wrong = parsed.error.issues.flatMap((issue) => wrongPaths(issue, rest));
    // Each round takes at least one key away, so this ends.
    if (!wrong.map((path) => takeOut(rest, path)).some(Boolean)) return undefined;
  }
}

function wrongPaths(issue: Issue, value: unknown): readonly Path[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => [...issue.path, key]);
  // A list goes as a whole: without one item the others would stand in the wrong places.
  const list = issue.path.findIndex((key) => typeof key === 'number');
  if (list !== -1) return [issue.path.slice(0, list)];
  // What lacks a key cannot be made whole by taking something out of it.
  return [holds(value, issue.path) ? issue.path : issue.path.slice(0, -1)];
}

function holds(value: unknown, path: Path): boolean {
  const last = path.at(-1);
  const parent = path.slice(0, -1).reduce(inside, value);
  return last !== undefined && isBlock(parent) && Object.hasOwn(parent, last);
}

function takeOut(value: unknown, path: Path): boolean {
  if (!holds(value, path)) return false;
  const parent = path.slice(0, -1).reduce(inside, value);
  const last = path.at(-1);
  return isBlock(parent) && last !== undefined && Reflect.deleteProperty(parent, last);
}

function inside(value: unknown, key: PropertyKey): unknown {
  return isBlock(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function isBlock(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === 'object' && value !== null;
}
