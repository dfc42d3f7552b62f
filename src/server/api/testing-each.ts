/** For tests: what is handed out one by one. */

export async function* each<Value>(values: Iterable<Value>): AsyncGenerator<Value> {
  yield* values;
}
