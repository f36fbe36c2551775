/** Reads a series of pages one ahead: while a page is stored the next one is on its way, and memory holds two of them. */
import { UnknownAnswer } from '../domain/errors.ts';

/**
 * Calls `store` for each page in order, up to the one whose `last` is true. `begun` is given with the first page: when
 * its call began and ended, by `now`.
 * @throws UnknownAnswer where the series ends without a last page; whatever the series or `store` throw.
 */
export async function eachPage<Page extends { readonly last: boolean }>(
  series: AsyncIterable<Page>,
  now: () => Date,
  store: (page: Page, call: { readonly begun: Date; readonly ended: Date }) => Promise<void>,
): Promise<void> {
  const pages = series[Symbol.asyncIterator]();
  const readNext = async () => {
    const begun = now();
    const result = await pages.next();
    return { result, begun, ended: now() };
  };
  const read = () => {
    const page = readNext();
    // It may fail while the page before is still being stored, when nobody waits for it yet.
    page.catch(() => undefined);
    return page;
  };
  let coming = read();
  for (;;) {
    const { result, begun, ended } = await coming;
    if (result.done) {
      throw new UnknownAnswer('the provider’s listing ended without its last page', {
        hint: 'What came so far is stored; the next run goes on from there.',
      });
    }
    if (!result.value.last) coming = read();
    try {
      await store(result.value, { begun, ended });
    } catch (error) {
      // The call under way must have ended before anybody closes what it works with.
      await coming.catch(() => undefined);
      throw error;
    }
    if (result.value.last) {
      await pages.return?.();
      return;
    }
  }
}
