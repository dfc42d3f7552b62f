/**
 * As much of the metadata reflection proposal as the certificate library's container asks for. The
 * library insists on finding it when it is loaded, so this file is imported before it.
 */

type Metadata = Map<unknown, unknown>;

const held = new WeakMap<object, Metadata>();

function own(key: unknown, target: object): unknown {
  return held.get(target)?.get(key);
}

function inherited(key: unknown, target: object): unknown {
  for (let at: object | null = target; at !== null; at = Object.getPrototypeOf(at))
    if (held.get(at)?.has(key) === true) return own(key, at);
  return undefined;
}

function define(key: unknown, value: unknown, target: object): void {
  const metadata: Metadata = held.get(target) ?? new Map();
  held.set(target, metadata.set(key, value));
}

Object.assign(Reflect, {
  defineMetadata: define,
  getMetadata: inherited,
  getOwnMetadata: own,
  hasOwnMetadata: (key: unknown, target: object) => held.get(target)?.has(key) === true,
  metadata: (key: unknown, value: unknown) => (target: object) => define(key, value, target),
});
