/** Times of results as ChronoTrack writes them (`0:41:07.3`, `41:07`, `6:37`), and as PostgreSQL takes an interval. Pure. */

const clock = /^(?:(\d{1,4}):)?(\d{1,2}):(\d{2})(?:[.,](\d{1,6}))?$/;
const seconds = /^(\d{1,2})[.,](\d{1,6})$/;

/** Milliseconds; null where it is no time. `0:00:00` is how a time that is not there is written. */
export function msOf(text: string | null): number | null {
  const parts = clock.exec(text ?? '');
  const bare = parts === null ? seconds.exec(text ?? '') : null;
  const [hours, minutes, whole, fraction] = parts
    ? [parts[1], parts[2], parts[3], parts[4]]
    : [undefined, undefined, bare?.[1], bare?.[2]];
  if (whole === undefined) return null;
  const thousandths = Number((fraction ?? '').padEnd(3, '0').slice(0, 3));
  const ms = ((Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60 + Number(whole)) * 1000 + thousandths;
  return ms === 0 ? null : ms;
}

/** `00:41:07.300`; hours go on beyond a day. */
export function intervalOf(ms: number | null): string | null {
  if (ms === null) return null;
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const thousandths = String(ms % 1000).padStart(3, '0');
  return `${two(ms / 3_600_000)}:${two((ms / 60_000) % 60)}:${two((ms / 1000) % 60)}.${thousandths}`;
}
