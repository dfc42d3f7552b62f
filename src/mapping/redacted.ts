/** What stands where a value is shown to nobody, and how texts are kept from citing such a value. */

/** The word of Entra's provisioning log. */
export const REDACTED = '[Redact]';

/** Shorter values occur in any sentence. */
const SHORTEST_SCRUBBED = 4;

/** What of a value can be told in a text. */
export function textsIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (isObject(value)) return Object.values(value).flatMap(textsIn);
  const text = value === undefined || value === null ? '' : String(value);
  return text.length < SHORTEST_SCRUBBED ? [] : [text];
}

/**
 * Sentences may cite what is hidden beside them.
 *
 * @param members Only texts of members with these names; all texts where it is absent.
 */
export function scrubbed(
  value: unknown,
  secrets: Iterable<string>,
  members?: ReadonlySet<string>,
): unknown {
  // One may begin with another, whose rest would stay.
  const longestFirst = [...secrets].toSorted((one, other) => other.length - one.length);
  const scrub = (part: unknown, name: string): unknown => {
    if (Array.isArray(part)) return part.map((item) => scrub(item, name));
    if (isObject(part)) {
      const entries = Object.entries(part);
      return Object.fromEntries(entries.map(([key, member]) => [key, scrub(member, key)]));
    }
    if (typeof part !== 'string' || members?.has(name) === false) return part;
    return longestFirst.reduce((text, secret) => text.replaceAll(secret, REDACTED), part);
  };
  return scrub(value, '');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
  );
}
