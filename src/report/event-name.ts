/** Names of events, cut so that the events of one race can still be told apart: the race's part gives way first. */
import { displayWidth, shorten } from './display-width.ts';

const separator = ': ';
/** The race keeps a quarter of the columns even where the event's part alone would fill them. */
const raceShare = 1 / 4;

/**
 * The name in at most `width` columns: `Pine Ridge Trail Festival: Half Marathon` → `Pine Ridge T…: Half Marathon`. One
 * without `: ` is cut at its end. Never splits a character.
 */
export function shortenName(name: string, width: number): string {
  if (displayWidth(name) <= width) return name;
  const parts = splits(name);
  const [first] = parts;
  if (!first) return shorten(name, width);
  // The event's part may hold a `: ` too (`10K: Wave A`): it stays whole where that fits.
  const { race, event } = parts.find((one) => raceColumns(one, width) >= raceMinimum(one, width)) ?? first;
  const columns = Math.max(raceColumns({ race, event }, width), raceMinimum({ race, event }, width));
  const shortRace = shorten(race, columns);
  return shorten(shortRace + separator + event, width);
}

/** `Pine Ridge: Half Marathon` → `Half Marathon`; a name without a race is left as it is. */
export function eventPart(name: string): string {
  return splits(name)[0]?.event ?? name;
}

interface Split {
  readonly race: string;
  readonly event: string;
}

/** At every `: `, the first one first. */
function splits(name: string): Split[] {
  const parts = name.split(separator);
  return parts
    .slice(1)
    .map((_, at) => ({
      race: parts.slice(0, at + 1).join(separator),
      event: parts.slice(at + 1).join(separator),
    }))
    .filter(({ race, event }) => race !== '' && event !== '');
}

/** What a whole event's part leaves to the race. */
function raceColumns({ event }: Split, width: number): number {
  return width - separator.length - displayWidth(event);
}

function raceMinimum({ race }: Split, width: number): number {
  return Math.min(displayWidth(race), Math.max(1, Math.floor(width * raceShare)));
}
