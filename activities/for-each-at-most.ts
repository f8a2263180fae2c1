/**
 * Runs `work` for every item, in their order, at most `limit` at a time. After the first failure it begins no more, waits
 * for what still runs, and only then throws: so a caller that begins anew never overlaps with this run.
 *
 * @param items the next one is asked for when it can begin; what finds it is not stopped by a failure
 * @param limit a function is asked again before each item
 */
export async function forEachAtMost<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  limit: number | (() => number),
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const mostNow = typeof limit === 'number' ? () => limit : limit;
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  try {
    for await (const item of items) {
      if (failures.length > 0) break;
      const run: Promise<void> = work(item)
        .catch((error: unknown) => void failures.push(error))
        .finally(() => running.delete(run));
      running.add(run);
      while (running.size >= Math.max(1, mostNow())) await Promise.race(running);
      if (failures.length > 0) break;
    }
  } catch (error) {
    failures.push(error);
  }
  await Promise.all(running);
  if (failures.length > 0) throw failures[0];
}
