/** Spans of time in words, as people say them before a race: `in 2 h 10 min`, `45 s ago`, `3 days ago`. */
const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** A span in ms, rounded down: seconds below a minute, minutes below a day, hours below two days, then days. */
export function spanText(ms: number): string {
  const span = Math.abs(ms);
  if (span < minute) return `${Math.floor(span / second)} s`;
  if (span < hour) return `${Math.floor(span / minute)} min`;
  if (span < day) {
    const minutes = Math.floor((span % hour) / minute);
    return `${Math.floor(span / hour)} h${minutes === 0 ? '' : ` ${minutes} min`}`;
  }
  if (span < 2 * day) return `${Math.floor(span / hour)} h`;
  return `${Math.floor(span / day)} days`;
}

/** An instant seen from `now`: `in 3 min`, `3 min ago`, `now` within a second. */
export function relativeText(at: Date, now: Date): string {
  const ms = at.getTime() - now.getTime();
  if (Math.abs(ms) < second) return 'now';
  return ms > 0 ? `in ${spanText(ms)}` : `${spanText(ms)} ago`;
}

/** How long something took (ms): `850 ms`, `4.2 s`, `45 s`, `7 min 30 s`, `2 h 10 min`. */
export function tookText(ms: number): string {
  if (ms < second) return `${Math.round(ms)} ms`;
  if (ms < 10 * second) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  if (ms < minute || ms >= hour) return spanText(ms);
  const seconds = Math.floor((ms % minute) / second);
  return `${Math.floor(ms / minute)} min${seconds === 0 ? '' : ` ${seconds} s`}`;
}

/** An interval of whole minutes: `1 min`, `15 min`, `4 h`, `1 h 30 min`. */
export function everyText(minutes: number): string {
  return spanText(Math.max(1, Math.round(minutes)) * minute);
}
