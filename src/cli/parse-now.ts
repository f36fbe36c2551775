/** `--now`: the clock of one run. Pure. */
import { UsageError } from '../domain/errors.ts';

const instant = /^(\d{4})-(\d\d)-(\d\d)T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)$/;

/**
 * @throws UsageError unless it is a full instant: a wall time without zone would mean another one on each host. JavaScript
 * takes 30 February for 2 March, so the date is looked at by itself.
 */
export function parseNow(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const [whole, year, month, day] = instant.exec(text) ?? [];
  const now = new Date(text);
  if (whole === undefined || Number.isNaN(now.getTime())) {
    throw new UsageError(`--now ${text}: expected an instant with its zone`, {
      hint: 'Such as 2026-09-13T10:30:00Z or 2026-09-13T06:30:00-04:00.',
    });
  }
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`);
  if (date.getUTCDate() !== Number(day)) {
    throw new UsageError(`--now ${text}: there is no such day`, { hint: `${year}-${month} has no day ${day}.` });
  }
  return now;
}
