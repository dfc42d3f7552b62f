/** Versions as the protocol writes them (RFC 7644 §3.14, RFC 9110 §8.8.3). */

export function etag(version: string): string {
  return `W/"${version}"`;
}

/** The versions in an `If-Match` or `If-None-Match`, `any` for `*`; undefined where none was sent. */
export function versionsIn(header: string | undefined): readonly string[] | 'any' | undefined {
  if (header === undefined) return undefined;
  if (header.trim() === '*') return 'any';
  return header.split(',').map((tag) =>
    tag
      .trim()
      .replace(/^W\//, '')
      .replace(/^"(.*)"$/, '$1'),
  );
}
