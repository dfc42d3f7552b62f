/** What of a JSON body is secret by its name: systems repeat in a refusal what they were sent. */

const SECRET = /password|passwd|secret|token|credential|assertion/i;
/** Shorter ones stand in half of all texts. */
const SHORTEST = 4;

/** The values as a text may cite them: as they are, and as JSON writes them. */
export function secretTexts(body: unknown, isSecret = false): readonly string[] {
  if (typeof body === 'string') {
    if (!isSecret || body.length < SHORTEST) return [];
    const escaped = JSON.stringify(body).slice(1, -1);
    return escaped === body ? [body] : [escaped, body];
  }
  if (typeof body !== 'object' || body === null) return [];
  return Object.entries(body).flatMap(([name, value]) =>
    secretTexts(value, isSecret || (!Array.isArray(body) && SECRET.test(name))),
  );
}
