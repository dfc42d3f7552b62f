/** Asks for the next item while the present one is worked on; one ahead, never more. */
export async function* ahead<Item>(
  items: AsyncIterable<Item> | Iterable<Item>,
): AsyncGenerator<Item> {
  const iterator = each(items);
  let next = iterator.next();
  // A failure is thrown where the item is awaited, not where nobody listens yet.
  next.catch(() => undefined);
  try {
    for (;;) {
      const { done, value } = await next;
      if (done === true) return;
      next = iterator.next();
      next.catch(() => undefined);
      yield value;
    }
  } finally {
    await next.catch(() => undefined);
    await iterator.return(undefined);
  }
}

async function* each<Item>(items: AsyncIterable<Item> | Iterable<Item>): AsyncGenerator<Item> {
  yield* items;
}
