/** Instants as wall times of a race's own zone: `Sat 8 Aug 06:30 CDT`. */

/** Each knows the short names of its own part of the world and says GMT+2 for the others. */
const locales = ['en-US', 'en-GB', 'en-AU', 'en-CA', 'en-ZA', 'en-IN'];

/** From here on the year says more than the weekday. */
const farMs = 300 * 24 * 3600 * 1000;

interface ZoneFormat {
  readonly wall: Intl.DateTimeFormat;
  readonly names: readonly Intl.DateTimeFormat[];
}

/** Making a formatter takes longer than drawing a whole row, and 650 events share a few zones. */
const formats = new Map<string, ZoneFormat>();

export interface WallTimeOptions {
  readonly now: Date;
  /** IANA zone; an unknown one is shown in UTC. */
  readonly timeZone: string;
  /** Marked with ~ before the zone's name. */
  readonly assumed: boolean;
}

/** Weekday, date, time and zone; further than 300 days away the year in place of the weekday. */
export function wallTimeText(at: Date, { now, timeZone, assumed }: WallTimeOptions): string {
  const format = formatOf(timeZone);
  const part = partsOf(format.wall, at);
  const date = `${part('day')} ${part('month')}`;
  const far = Math.abs(at.getTime() - now.getTime()) > farMs;
  const day = far ? `${date} ${part('year')}` : `${part('weekday')} ${date}`;
  return `${day} ${part('hour')}:${part('minute')} ${assumed ? '~' : ''}${zoneName(format, at)}`;
}

function zoneName(format: ZoneFormat, at: Date): string {
  const names = format.names.map((one) => partsOf(one, at)('timeZoneName'));
  const name = names.find((one) => /^[A-Z]{2,5}$/.test(one) && one !== 'GMT') ?? names[0] ?? 'UTC';
  return name.replace(/^GMT(?=[+-])/, 'UTC');
}

function partsOf(format: Intl.DateTimeFormat, at: Date): (type: Intl.DateTimeFormatPartTypes) => string {
  const parts = format.formatToParts(at);
  return (type) => parts.find((part) => part.type === type)?.value ?? '';
}

function formatOf(timeZone: string): ZoneFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const made = makeFormat(timeZone) ?? formatOf('UTC');
  formats.set(timeZone, made);
  return made;
}

function makeFormat(timeZone: string): ZoneFormat | undefined {
  try {
    return {
      wall: new Intl.DateTimeFormat('en-US', {
        timeZone,
        weekday: 'short',
        day: 'numeric',
        month: 'short',
        year: 'numeric',
        hour: '2-digit',
        minute: '2-digit',
        hourCycle: 'h23',
      }),
      names: locales.map((locale) => new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: 'short' })),
    };
  } catch {
    return undefined;
  }
}
