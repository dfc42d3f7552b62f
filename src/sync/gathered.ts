/**
 * Pages that follow each other quickly, as one: what a page costs beside its records is paid once. A
 * page that would have to be waited for is not waited for.
 */

import type { ChangePage } from '../connectors/spi/index.ts';

const MOST_CHANGES = 1000;
const PATIENCE_MILLISECONDS = 50;

/** The next page travels while those before are worked on; one ahead, never more. */
export async function* gathered(pages: AsyncIterable<ChangePage>): AsyncGenerator<ChangePage> {
  const iterator = pages[Symbol.asyncIterator]();
  let next = asked(iterator);
  try {
    for (;;) {
      const first = await next;
      if (first.done === true) return;
      let lot = first.value;
      next = asked(iterator);
      const until = performance.now() + PATIENCE_MILLISECONDS;
      for (;;) {
        if (lot.changes.length >= MOST_CHANGES) break;
        const more = await within(next, until - performance.now());
        if (more === undefined || more.done === true) break;
        lot = together(lot, more.value);
        next = asked(iterator);
      }
      yield lot;
    }
  } finally {
    await next.catch(() => undefined);
    await iterator.return?.();
  }
}

export interface PageInTurn {
  readonly page: ChangePage;
  /** The page after it, once it is there. */
  readonly following: () => ChangePage | undefined;
}

/** Each page, while the one after it is being asked for. */
export async function* withFollowing(pages: AsyncIterable<ChangePage>): AsyncGenerator<PageInTurn> {
  const iterator = pages[Symbol.asyncIterator]();
  let next = asked(iterator);
  try {
    for (;;) {
      const turn = await next;
      if (turn.done === true) return;
      let following: ChangePage | undefined;
      next = asked(iterator);
      next.then(
        ({ value }) => {
          following = value;
        },
        () => undefined,
      );
      yield { page: turn.value, following: () => following };
    }
  } finally {
    await next.catch(() => undefined);
    await iterator.return?.();
  }
}

/** A failure is thrown where the page is awaited, not where nobody listens yet. */
function asked(iterator: AsyncIterator<ChangePage>): Promise<IteratorResult<ChangePage>> {
  const next = iterator.next();
  next.catch(() => undefined);
  return next;
}

/** @returns Undefined when it failed, or does not come in time. */
async function within<Value>(
  promise: Promise<Value>,
  milliseconds: number,
): Promise<Value | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), Math.max(0, milliseconds));
  });
  try {
    return await Promise.race([promise.catch(() => undefined), late]);
  } finally {
    clearTimeout(timer);
  }
}

function together(earlier: ChangePage, later: ChangePage): ChangePage {
  const problems = [...(earlier.problems ?? []), ...(later.problems ?? [])];
  return {
    ...earlier,
    ...later,
    changes: [...earlier.changes, ...later.changes],
    ...(problems.length > 0 && { problems }),
  };
}
