/**
 * Runs `work` for every item, in their order, at most `limit` at a time. After the first failure it begins no more, waits
 * for what still runs, and only then throws: so a caller that begins anew never overlaps with this run.
 */
export async function forEachAtMost<Item>(
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
