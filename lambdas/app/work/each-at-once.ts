/** Most of a step is waiting for the catalog or the cloud. */
const STEPS_AT_ONCE = 32;

/**
 * Takes a step for each item, many at once. After a failure no further step is begun, and those under way are waited for.
 *
 * @throws what the first failed step threw.
 */
export async function eachAtOnce<Item>(
  items: readonly Item[],
  step: (item: Item) => Promise<void>,
): Promise<void> {
  const rest = items.values();
  let failure: { readonly error: unknown } | undefined;
  const lane = async (): Promise<void> => {
    for (const item of rest) {
      try {
        await step(item);
      } catch (error) {
        failure ??= { error };
      }
      if (failure !== undefined) return;
    }
  };
  await Promise.all(Array.from({ length: Math.min(STEPS_AT_ONCE, items.length) }, lane));
  if (failure !== undefined) throw failure.error;
}
