/** Runs work for several credentials at once; each credential's own work stays in order. */

/** Each has at most one call and one page in hand; the pool of database connections is not much larger. */
export const credentialsAtOnce = 8;

/** Calls `work` for every item, at most `atOnce` at a time. A rejection is thrown once all that had begun have ended. */
export async function sideBySide<Item>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  const errors: unknown[] = [];
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined && errors.length === 0; next = waiting.shift()) {
      await work(next).catch((error: unknown) => errors.push(error));
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  if (errors.length > 0) throw errors[0];
}
