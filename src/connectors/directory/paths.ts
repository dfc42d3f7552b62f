import type { AttributePath } from '../../identity/path.ts';
import { parsePath } from '../../scim/path.ts';
import { ConnectorError } from '../spi/index.ts';

/** More than any configuration has; only a caller's own paths could be more, and they may be parsed again. */
const MAX_KNOWN = 2_000;

const known = new Map<string, AttributePath>();

/** A path parsed once: rules and attribute names are few, and the same for every account. */
export function pathOf(text: string): AttributePath {
  const path = known.get(text);
  if (path) return path;
  const parsed = parsePath(text);
  if (!parsed.ok)
    throw new ConnectorError('invalid', `${text}: ${parsed.problems[0]?.message}`, {
      code: 'path-invalid',
    });
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(text, parsed.value);
  return parsed.value;
}
