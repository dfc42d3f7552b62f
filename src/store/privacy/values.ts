/** Values taken out of what is kept as JSON: operations, what the rules saw, what was before. */

import type { Attributes } from '../../identity/record.ts';
import { textsIn } from '../../mapping/redacted.ts';
import type { Operation } from '../../plan/plan.ts';
import { parsePath, readPath, removePath } from '../../scim/path.ts';

interface Named {
  /** Of identities, and `system/attribute`. */
  readonly names: ReadonlySet<string>;
  /** Of targets. */
  readonly paths: ReadonlySet<string>;
}

interface Left {
  readonly content: string;
  readonly changed: boolean;
  readonly evidence: string | null;
  /** What was taken out, as a text may cite it. */
  readonly texts: readonly string[];
}

/** Changes of a path go as a whole, so that nothing is put back to what is not known any more. */
export function withoutValues(
  content: string,
  evidence: string | null,
  { names, paths }: Named,
): Left {
  const texts: string[] = [];
  const out = (values: Attributes): Attributes => {
    const kept = Object.entries(values).filter(([path, value]) => {
      if (!paths.has(path)) return true;
      texts.push(...textsIn(value));
      return false;
    });
    return Object.fromEntries(kept);
  };
  const operation = JSON.parse(content) as Operation;
  const left = {
    ...operation,
    ...('attributes' in operation && { attributes: out(operation.attributes) }),
    ...('match' in operation && { match: out(operation.match) }),
    ...('adopts' in operation && operation.adopts && { adopts: out(operation.adopts) }),
    ...('before' in operation && { before: withoutPaths(operation.before, paths, texts) }),
    ...('precondition' in operation && {
      precondition: { ...operation.precondition, held: out(operation.precondition.held) },
    }),
    ...('changes' in operation && {
      changes: operation.changes.filter(({ path, before, after }) => {
        if (!paths.has(path)) return true;
        texts.push(...textsIn([before, after].filter((value) => value !== undefined)));
        return false;
      }),
    }),
  };
  const rewritten = JSON.stringify(left);
  return {
    content: rewritten,
    changed: rewritten !== JSON.stringify(operation),
    evidence: evidence && withoutSeen(evidence, names, texts),
    texts,
  };
}

/** Of a whole account, or a record, in the shape of its system. */
export function withoutPaths(
  attributes: Attributes,
  paths: Iterable<string>,
  texts: string[] = [],
): Attributes {
  let left = attributes;
  for (const text of paths) {
    const path = parsePath(text);
    const value = path.ok ? readPath(left, path.value) : undefined;
    if (value !== undefined && path.ok) {
      texts.push(...textsIn(value));
      left = removePath(left, path.value);
    }
    // Columns of files are called as they like.
    const { [text]: own, ...rest } = left;
    if (own === undefined) continue;
    texts.push(...textsIn(own));
    left = rest;
  }
  return left;
}

function withoutSeen(evidence: string, names: ReadonlySet<string>, texts: string[]): string {
  const { seen = {}, ...rest } = JSON.parse(evidence) as { readonly seen?: Attributes };
  const kept = Object.entries(seen).filter(([name, value]) => {
    if (!names.has(name)) return true;
    texts.push(...textsIn(value));
    return false;
  });
  if (kept.length === Object.keys(seen).length) return evidence;
  return JSON.stringify({ ...rest, ...(kept.length > 0 && { seen: Object.fromEntries(kept) }) });
}

interface Past {
  readonly v?: Attributes;
  readonly n?: readonly string[];
  readonly o?: Readonly<Record<string, readonly string[]>>;
}

/** As the history spells what an identity was before: values, names without one, origins. */
export function withoutPast(before: string, names: ReadonlySet<string>): string {
  const { v = {}, n = [], o = {}, ...rest } = JSON.parse(before) as Past;
  const others = (all: readonly string[]) => all.filter((name) => !names.has(name));
  const values = Object.entries(v).filter(([name]) => !names.has(name));
  const absent = others(n);
  const origins = Object.entries(o).flatMap(([system, all]) => {
    const left = others(all);
    return left.length === 0 ? [] : [[system, left] as const];
  });
  return JSON.stringify({
    ...(values.length > 0 && { v: Object.fromEntries(values) }),
    ...(absent.length > 0 && { n: absent }),
    ...(origins.length > 0 && { o: Object.fromEntries(origins) }),
    ...rest,
  });
}
