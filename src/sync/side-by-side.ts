/** Runs work for several credentials at once; each credential's own work stays in order. */

/** Each has at most one call and one page in hand; the pool of database connections is not much smaller. */
export const credentialsAtOnce = 16;

/** Of one provider: where it does not answer, its credentials wait out their time limits, and the others need room. */
export const ofOneProviderAtOnce = 8;

/**
 * Calls `work` for every item, at most `credentialsAtOnce` at a time, and of each provider at most `ofOneProviderAtOnce`.
 * A rejection is thrown once all that had begun have ended.
 */
export async function sideBySide<Item>(
  items: readonly Item[],
  providerOf: (item: Item) => string,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  const errors: unknown[] = [];
  const busy = new Map<string, number>();
  const add = (provider: string, count: number) => busy.set(provider, (busy.get(provider) ?? 0) + count);
  const running = new Set<Promise<void>>();

  function startNext(): boolean {
    if (errors.length > 0 || running.size === credentialsAtOnce) return false;
    const next = waiting.findIndex((item) => (busy.get(providerOf(item)) ?? 0) < ofOneProviderAtOnce);
    const [item] = next < 0 ? [] : waiting.splice(next, 1);
    if (item === undefined) return false;
    const provider = providerOf(item);
    add(provider, 1);
    const done: Promise<void> = work(item)
      .catch((error: unknown) => void errors.push(error))
      .finally(() => {
        add(provider, -1);
        running.delete(done);
      });
    running.add(done);
    return true;
  }

  for (;;) {
    while (startNext());
    if (running.size === 0) break;
    await Promise.race(running);
  }
  if (errors.length > 0) throw errors[0];
}
