/** Times of results as RunSignUp writes them: `H:MM:SS.mmm`, or a word for who did not finish. Pure. */
import type { Json } from '../../domain/json.ts';
import type { ShownTime } from '../../domain/publishing.ts';
import { textOf } from './field-values.ts';

/** Hours are not limited to a day. @throws RangeError unless it is a whole number of ms that is not negative. */
export function resultTime(ms: number): string {
  if (!Number.isSafeInteger(ms) || ms < 0) throw new RangeError(`${ms} ms is no time of a result`);
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const seconds = `${two((ms / 1000) % 60)}.${String(ms % 1000).padStart(3, '0')}`;
  return `${Math.floor(ms / 3_600_000)}:${two((ms / 60_000) % 60)}:${seconds}`;
}

const clock = /^(?:(\d+):)?(\d{1,2}):(\d{2})(?:\.(\d{1,3})0*)?$/;

/** Hours and decimals may be left out; null where there is nothing. What cannot be read is kept as it is. */
export function shownTime(value: Json | undefined): ShownTime | null {
  const text = textOf(value);
  if (text === null) return null;
  const match = clock.exec(text);
  if (match) {
    const [, hours = '0', minutes = '0', seconds = '0', decimals = ''] = match;
    const whole = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
    return { ms: whole * 1000 + Number(decimals.padEnd(3, '0')), stepMs: 10 ** (3 - decimals.length) };
  }
  switch (text.toUpperCase()) {
    case 'DQ':
      return { outcome: 'dq' };
    case 'DNS':
      return { outcome: 'dns' };
    case 'DNF':
      return { outcome: 'dnf' };
    default:
      return { unknown: text };
  }
}
