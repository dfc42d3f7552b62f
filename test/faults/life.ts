/**
 * The life of one process. It passes its inputs and outputs one by one, and may end at any of them,
 * as by kill -9: from then on nothing it asks for comes back, and nothing it meant to do is done.
 */

export interface Life {
  readonly number: number;
  readonly dead: () => boolean;
  /** How many inputs and outputs it has passed. */
  readonly passed: () => number;
  /** Never resolves for the dead. */
  pass(): Promise<void>;
  /** Ends it when it has passed so many more. */
  endAfter(passes: number): void;
  /** Lets it live on. */
  spare(): void;
  end(): void;
  /** Resolves when it ends. */
  readonly ended: Promise<'killed'>;
}

const NEVER = new Promise<never>(() => {});
const NOW = Promise.resolve();

export function lifeOf(number: number): Life {
  const { promise: ended, resolve } = Promise.withResolvers<'killed'>();
  let passed = 0;
  let dead = false;
  let last = Number.POSITIVE_INFINITY;
  const end = () => {
    dead = true;
    resolve('killed');
  };
  return {
    number,
    dead: () => dead,
    passed: () => passed,
    pass: () => {
      if (dead) return NEVER;
      if (++passed >= last) {
        end();
        return NEVER;
      }
      return NOW;
    },
    endAfter: (passes) => {
      last = passed + passes;
    },
    spare: () => {
      last = Number.POSITIVE_INFINITY;
    },
    end,
    ended,
  };
}
