/** Like `Promise.all(items.map(work))` with at most `atOnce` under way; results in the order of the items. */
export async function mapBounded<In, Out>(
  items: readonly In[],
  atOnce: number,
  work: (item: In) => Promise<Out>,
): Promise<Out[]> {
  const results: Out[] = [];
  let at = 0;
  const lane = async () => {
    while (at < items.length) {
      const index = at++;
      results[index] = await work(items[index] as In);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, lane));
  return results;
}

/** Does `work` on each item, at most `atOnce` under way. Items are made as they are needed; none is begun after one has failed. */
export async function forEachBounded<Item>(
  items: Iterable<Item>,
  atOnce: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const rest = items[Symbol.iterator]();
  let isBroken = false;
  const lane = async () => {
    for (let next = rest.next(); next.done !== true && !isBroken; next = rest.next()) {
      try {
        await work(next.value);
      } catch (error) {
        isBroken = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}
