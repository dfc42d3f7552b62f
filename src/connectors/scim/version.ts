import type { Protocol } from './profile.ts';
import { isObject } from './translate.ts';

/** For `If-Match`, when the resource that was read has a version and the target heeds it. */
export function withVersion(protocol: Protocol, meta: unknown): { readonly version?: string } {
  const version = isObject(meta) ? meta.version : undefined;
  return protocol.update.ifMatch && typeof version === 'string' && version !== ''
    ? { version }
    : {};
}
