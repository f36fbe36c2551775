/** What a header says about waiting, and the back-off where none says anything: pure; the waiting is in caller.ts. */

const hourMs = 3_600_000;
/** IMF-fixdate, the one form RFC 9110 lets servers send; Date.parse alone would take nearly any text for a date. */
const httpDate = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** The instant (UTC) of an HTTP date (`Date`, `Retry-After`); undefined where it is missing or no such date. */
export function parseHttpDate(text: string | null): Date | undefined {
  if (text === null || !httpDate.test(text.trim())) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : new Date(ms);
}

/**
 * Milliseconds that a Retry-After header asks for: seconds, or an HTTP date seen from `now` (the server's own clock where
 * it sent one). Undefined for nonsense, and for no time at all: zero seconds, a date in the past. At most an hour: a server that says a year means "later", and a sliding hour is
 * the longest wait that any budget here knows.
 */
export function retryAfterMs(header: string | null, now: Date): number | undefined {
  if (header === null) return undefined;
  const text = header.trim();
  const date = parseHttpDate(text);
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
  const ms = date ? date.getTime() - now.getTime() : Math.ceil((seconds ?? 0) * 1000);
  return ms > 0 ? Math.min(ms, hourMs) : undefined;
}

/**
 * Milliseconds before retry number `attempt` (1 is the first), up to a quarter longer by `random` (0 ≤ random < 1), so
 * that the credentials that failed together do not come back together. Undefined: no retry is left.
 */
export function backOffMs(attempt: number, delaysMs: readonly number[], random: number): number | undefined {
  const delay = delaysMs[attempt - 1];
  return delay === undefined ? undefined : Math.round(delay * (1 + random / 4));
}
