/** Times and intervals as the reasons of the plan say them: relative, in plain words. Pure. */

/** `45 s`, `17 min`, `2 h 10 min`, `3 days 4 h`. @param ms not negative. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(ms / 60_000);
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 48 * 60) return two(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  const hours = Math.round(ms / 3_600_000);
  return two(Math.floor(hours / 24), 'days', hours % 24, 'h');
}

function two(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** `start in 2 h 10 min`, `starts now`, `started 20 min ago`. */
export function toStart(startAt: Date, now: Date): string {
  const ms = startAt.getTime() - now.getTime();
  if (ms === 0) return 'starts now';
  return ms > 0 ? `start in ${duration(ms)}` : `started ${duration(-ms)} ago`;
}

/** A number without needless digits: `3.8`, `15`, `0.5`. */
export function amount(value: number): string {
  return String(value < 10 ? Math.round(value * 10) / 10 : Math.round(value));
}

/** `4,200`. Without Intl, which takes longer to start than a plan to be made. */
export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 call`, `2 calls`. */
export function calls(count: number): string {
  return `${amount(count)} ${count === 1 ? 'call' : 'calls'}`;
}
