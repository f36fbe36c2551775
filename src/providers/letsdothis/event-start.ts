/** When an event of Let's Do This starts: its fields are not documented, and an application knows the day alone. Pure. */
import { dayOf } from '../../domain/calendar-day.ts';
import { type EventStart, eventStart, knownZone } from '../../domain/event-time.ts';
import type { WireEvent } from './wire.ts';

/** Let's Do This is a British company; of the events whose zone nobody names most are in Britain. */
const homeZone = 'Europe/London';

/**
 * The time that stands in for one that is not told. The sync goes on until an hour after the start and is slow before the
 * last four: from 08:00 until 13:00 for noon. Midnight, the earliest, would end the syncs before anybody is on the course;
 * noon makes those of an early race quarter-hourly before 08:00, and ends them too early only where a race starts after it.
 */
const assumedClock = '12:00:00';

export interface LetsDoThisStart extends EventStart {
  /** False: only the day is known. */
  readonly timeKnown: boolean;
}

/**
 * Start and zone of an event. A field for a time counts before one for a day; a midnight in a field for a day is a day.
 * The zone is the event's, else `fallback` (the credential's `time_zone`), else that of the offset, else Britain's; the
 * last two are assumptions. Undefined where no field holds a day.
 */
export function startOf(wire: WireEvent, fallback: string | undefined): LetsDoThisStart | undefined {
  const named = namedZone(wire);
  for (const written of [wire.startDateTime, wire.startsAt, wire.startAt, wire.startTime]) {
    const start = placed(written, named, fallback);
    if (start !== undefined) return { ...start, timeKnown: true };
  }
  for (const written of [wire.startDate, wire.eventDate, wire.date]) {
    const midnight = /T00:00(:00)?(\.0+)?(Z|[+-]\d\d:?\d\d)?$/i.test(written ?? '');
    const start = midnight ? undefined : placed(written, named, fallback);
    if (start !== undefined) return { ...start, timeKnown: true };
    const day = dayOf(written);
    if (day === null) continue;
    const clock = clockOf(wire.startTime);
    const thatDay = placed(`${day}T${clock ?? assumedClock}`, named, fallback);
    if (thatDay !== undefined) return { ...thatDay, timeKnown: clock !== undefined };
  }
  return undefined;
}

/** The wall time at which it ends, where that is told. */
export function endOf(wire: WireEvent, timeZone: string): string | null {
  for (const written of [wire.endDateTime, wire.endsAt, wire.endDate]) {
    const end = placed(written, timeZone, undefined);
    if (end !== undefined) return end.wall;
    const day = dayOf(written);
    if (day !== null) return `${day}T00:00:00`;
  }
  return null;
}

function placed(
  written: string | null,
  named: string | undefined,
  fallback: string | undefined,
): EventStart | undefined {
  const start = eventStart(written, named, fallback ?? homeZone);
  return start && { ...start, assumed: start.assumed || (named === undefined && fallback === undefined) };
}

function namedZone({ timeZone, timezone, location }: WireEvent): string | undefined {
  for (const name of [timeZone, timezone, location?.timeZone, location?.timezone]) {
    const zone = knownZone(name ?? undefined);
    if (zone !== undefined) return zone;
  }
  return undefined;
}

/** `09:30` as `09:30:00`. */
function clockOf(text: string | null): string | undefined {
  const match = /^([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/.exec(text ?? '');
  return match ? `${match[1]?.padStart(2, '0')}:${match[2]}:${match[3] ?? '00'}` : undefined;
}
