/** The calls that p88sync makes to ChronoTrack: their paths and parameters, and nothing of what the answers mean. */
import type { ApiAnswer, CallApi } from '../../domain/provider.ts';

/** A page from 1, and the rows asked for. `per_page` and its like are ignored by ChronoTrack. */
export interface PageOf {
  readonly page: number;
  readonly size: number;
}

/** `bracket`: the type of the brackets that `results_rank` is then a rank in. `interval`: `ALL`, splits and finals mixed. */
export interface ResultsOf {
  readonly bracket?: 'SEX' | 'AGE';
  readonly interval?: 'ALL';
}

export interface ChronoTrackCalls {
  /** All events of the account, those of the past too: no filter is known. */
  events(page: PageOf): Promise<ApiAnswer>;
  event(eventId: string): Promise<ApiAnswer>;
  races(eventId: string, page: PageOf): Promise<ApiAnswer>;
  entries(eventId: string, page: PageOf): Promise<ApiAnswer>;
  intervals(eventId: string, page: PageOf): Promise<ApiAnswer>;
  brackets(eventId: string, page: PageOf): Promise<ApiAnswer>;
  results(eventId: string, of: ResultsOf, page: PageOf): Promise<ApiAnswer>;
  bracketResults(bracketId: string, page: PageOf): Promise<ApiAnswer>;
}

/**
 * By default fields without a value are left out of a row. Asked for whole, a bib that is blank can be told from one that
 * is not told.
 */
const whole = { elide_json: 'false' };
const wholeEntry = { ...whole, include_all_fields: 'true', contact_details: 'true', need_athlete_birthdate: 'true' };

export function createCalls(call: CallApi): ChronoTrackCalls {
  const get = (parts: readonly string[], query: Readonly<Record<string, string>>) =>
    // A slash at the end of a path breaks the call.
    call({ method: 'GET', path: `/${parts.map(encodeURIComponent).join('/')}`, query: { format: 'json', ...query } });
  const paged = ({ page, size }: PageOf) => ({ page: String(page), size: String(size) });
  return {
    events: (page) => get(['event'], paged(page)),
    event: (eventId) => get(['event', eventId], {}),
    races: (eventId, page) => get(['event', eventId, 'race'], paged(page)),
    entries: (eventId, page) => get(['event', eventId, 'entry'], { ...paged(page), ...wholeEntry }),
    intervals: (eventId, page) => get(['event', eventId, 'interval'], paged(page)),
    brackets: (eventId, page) => get(['event', eventId, 'bracket'], paged(page)),
    results: (eventId, of, page) => get(['event', eventId, 'results'], { ...paged(page), ...of, ...whole }),
    bracketResults: (bracketId, page) => get(['bracket', bracketId, 'results'], { ...paged(page), ...whole }),
  };
}
