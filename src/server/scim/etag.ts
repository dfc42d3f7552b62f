/** Versions as the protocol writes them (RFC 7644 §3.14, RFC 9110 §8.8.3). */

const TAG = /^(?:W\/)?"(.*)"$/s;

/** A version may be a tag already: that of another service provider. */
export function etag(version: string): string {
  return TAG.test(version) ? version : `W/"${version}"`;
}

/** The versions in an `If-Match` or `If-None-Match`, `any` for `*`; undefined where none was sent. */
export function versionsIn(header: string | null): readonly string[] | 'any' | undefined {
  if (header === null) return undefined;
  if (header.trim() === '*') return 'any';
  return header.split(',').map((tag) => untagged(tag.trim()));
}

/** Whether it is one of those; an object without a version is none. */
export function isAmong(versions: readonly string[], version: string | undefined): boolean {
  return version !== undefined && versions.includes(untagged(version));
}

function untagged(tag: string): string {
  return tag.replace(/^W\//, '').replace(TAG, '$1');
}
