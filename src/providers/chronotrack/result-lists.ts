/** The lists that a pull of results reads, each by its call; beside their rows it notes what makes them doubtful. */
import type { Json } from '../../domain/json.ts';
import type { ApiAnswer } from '../../domain/provider.ts';
import type { RaceRecord, RejectedRow } from '../../domain/records.ts';
import type { EnvelopeKey } from './answers.ts';
import type { ChronoTrackCalls, PageOf } from './calls.ts';
import { type Starter, starterOf } from './join-results.ts';
import { mapEntry } from './map-entry.ts';
import { mapRace, type ReadEvent } from './map-event.ts';
import { allRows, numberedPages, start } from './numbered-pages.ts';
import { type Bracket, type BracketType, bracketsOf, linesOfType, readBrackets } from './ranks.ts';
import { type FullLine, type Line, lean, readLine } from './result-lines.ts';

/** What a pull found out beside the results. */
export interface Doubts {
  /** Some list changed while it was read. */
  unsure: boolean;
  /** Rows of results that could not be read: they may be anybody's. */
  unread: number;
  readonly rejected: RejectedRow[];
}

export interface ResultLists {
  /** The list that asks for no interval: final results, ranked over all. */
  finals(): Promise<readonly FullLine[]>;
  /** Splits and finals, of everybody. */
  mixed(): Promise<readonly Line[]>;
  starters(): Promise<readonly Starter[]>;
  races(): Promise<readonly RaceRecord[]>;
  intervals(): Promise<readonly Json[]>;
  brackets(): Promise<readonly Bracket[]>;
  /** Lines whose rank is one in a bracket of that type. */
  ranked(type: BracketType, brackets: readonly Bracket[]): Promise<readonly Line[]>;
}

export function resultLists(event: ReadEvent, calls: ChronoTrackCalls, size: number, doubts: Doubts): ResultLists {
  const { eventId } = event;
  const of = (what: string) => `${what} of event ${eventId}`;

  async function lines<Kept extends Line>(
    what: string,
    key: EnvelopeKey,
    read: (page: PageOf) => Promise<ApiAnswer>,
    keep: (line: FullLine) => Kept,
  ): Promise<readonly Kept[]> {
    const kept: Kept[] = [];
    let unsure = false;
    for await (const page of numberedPages({ what: of(what), key, from: start, size, read })) {
      for (const row of page.rows) {
        const result = readLine(row, eventId);
        if ('line' in result) kept.push(keep(result.line));
        else noteUnread(result.rejected);
      }
      unsure = page.position.unsure;
    }
    doubts.unsure ||= unsure;
    return kept;
  }

  function noteUnread(row: RejectedRow): void {
    doubts.unread += 1;
    doubts.rejected.push(row);
  }

  async function rows(what: string, key: EnvelopeKey, read: (page: PageOf) => Promise<ApiAnswer>) {
    const list = await allRows({ what: of(what), key, size, read });
    doubts.unsure ||= list.unsure;
    return list.rows;
  }

  async function ranked(type: BracketType, brackets: readonly Bracket[]): Promise<readonly Line[]> {
    const own = bracketsOf(brackets, type);
    // Brackets are known, and none is of that type.
    if (brackets.length > 0 && own.length === 0) return [];
    const what = `results by ${type.toLowerCase()}`;
    const asked = await lines(what, 'event_results', (page) => calls.results(eventId, { bracket: type }, page), lean);
    const meant = linesOfType(asked, type, brackets);
    if (meant.length > 0) return meant;
    // The word did nothing: the documented way, a call for each bracket.
    const each: Line[] = [];
    for (const bracket of own) {
      const part = await lines(what, 'bracket_results', (page) => calls.bracketResults(bracket.id, page), lean);
      each.push(...part.map((line) => ({ ...line, bracketName: line.bracketName ?? bracket.name })));
    }
    return each;
  }

  return {
    finals: () =>
      lines(
        'results',
        'event_results',
        (page) => calls.results(eventId, {}, page),
        (line) => line,
      ),
    mixed: () => lines('splits', 'event_results', (page) => calls.results(eventId, { interval: 'ALL' }, page), lean),
    async starters() {
      const entries = await rows('entries', 'event_entry', (page) => calls.entries(eventId, page));
      // An entry that cannot be read is told where participants are synced.
      return entries.flatMap((row) => {
        const mapped = mapEntry(row, eventId);
        return 'record' in mapped ? [starterOf(mapped.record)] : [];
      });
    },
    async races() {
      const found = await rows('races', 'event_race', (page) => calls.races(eventId, page));
      return found.flatMap((row) => {
        const mapped = mapRace(row, event);
        if ('record' in mapped) return [mapped.record];
        doubts.rejected.push(mapped.rejected);
        return [];
      });
    },
    intervals: () => rows('intervals', 'event_interval', (page) => calls.intervals(eventId, page)),
    brackets: async () =>
      readBrackets(await rows('brackets', 'event_bracket', (page) => calls.brackets(eventId, page))),
    ranked,
  };
}
