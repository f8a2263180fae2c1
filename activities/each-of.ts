/**
 * Runs `work` for every item, at most `limit` at a time, in their order. After the first failure nothing more is
 * begun; what runs already comes to its end, and only then is the failure thrown: the caller may begin anew without
 * meeting work of this time.
 */
export async function eachOf<Item>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = items.values();
  const failures: unknown[] = [];
  const runners = Array.from({ length: Math.min(limit, items.length) }, async () => {
    for (const item of waiting) {
      if (failures.length > 0) return;
      await work(item).catch((error: unknown) => failures.push(error));
    }
  });
  await Promise.all(runners);
  if (failures.length > 0) throw failures[0];
}
