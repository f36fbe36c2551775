/**
 * The one page loop: between a provider's calls and the sync. A provider says only what the next cursor is; whether the
 * series can go on for ever is decided here, once, for all of them.
 */
import { UnknownAnswer } from '../domain/errors.ts';
import type { Json } from '../domain/json.ts';

/** One page as a provider fetched it. */
export interface FetchedPage<Page, Cursor extends Json> {
  readonly page: Page;
  /** Where the next page is; undefined: this was the last one. */
  readonly next: Cursor | undefined;
  /** The ids of its rows, joined: two pages in a row with the same one are the same page. Empty: it held no row. */
  readonly fingerprint: string;
}

export interface PageLoop<Page, Cursor extends Json> {
  /** For messages: `participants of event 17`. */
  readonly what: string;
  readonly first: Cursor;
  fetch(cursor: Cursor): Promise<FetchedPage<Page, Cursor>>;
  /**
   * A page with the same rows as the one before: `fail` where the provider pages by documented rules, `end` where it is
   * known to answer the last page again behind the end.
   */
  readonly repeatedPage: 'fail' | 'end';
  /** Pages after which the series is broken off; 10,000 pages of 50 rows hold more than any event ever had. */
  readonly ceiling?: number;
}

const defaultCeiling = 10_000;

/**
 * Yields page after page until one has no next cursor. Returns `exhausted`, or `repeated` where a repeated page ended it
 * (that page is not yielded): `const end = yield* pages(…)` tells them apart.
 * @throws UnknownAnswer for a cursor that came before, for a repeated page under `fail`, and at the page ceiling.
 */
export async function* pages<Page, Cursor extends Json>(
  loop: PageLoop<Page, Cursor>,
): AsyncGenerator<Page, 'exhausted' | 'repeated', void> {
  const ceiling = loop.ceiling ?? defaultCeiling;
  const seen = new Set([JSON.stringify(loop.first)]);
  let before = '';
  let cursor: Cursor | undefined = loop.first;
  for (let count = 1; cursor !== undefined; count += 1) {
    if (count > ceiling) throw endless(`${loop.what}: still not at the end after ${ceiling} pages`);
    const fetched: FetchedPage<Page, Cursor> = await loop.fetch(cursor);
    if (fetched.fingerprint !== '' && fetched.fingerprint === before) {
      if (loop.repeatedPage === 'end') return 'repeated';
      throw endless(`${loop.what}: page ${count} holds the same rows as the page before`);
    }
    before = fetched.fingerprint;
    cursor = fetched.next;
    if (cursor !== undefined) {
      const key = JSON.stringify(cursor);
      if (seen.has(key)) throw endless(`${loop.what}: page ${count} names a next page that was already read`);
      seen.add(key);
    }
    yield fetched.page;
  }
  return 'exhausted';
}

function endless(message: string): UnknownAnswer {
  return new UnknownAnswer(message, {
    hint: "The provider's paging does not work as documented; the sync is tried again and nobody is marked as removed.",
  });
}
