/** The registrations of several events of one race: the active ones, then the removed ones, in one series of pages. */
import * as z from 'zod';
import { CallRefused, UnknownAnswer } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { ParticipantQuery } from '../../domain/provider.ts';
import type { ParticipantPage, ParticipantRecord, RejectedRow } from '../../domain/records.ts';
import { notEmptyTwice } from '../../http/empty-page.ts';
import { type FetchedPage, pages } from '../../http/pages.ts';
import type { RunSignUpCall } from './calls.ts';
import { idOf, isObject } from './field-values.ts';
import { mapParticipant, type ParticipantPart } from './map-participant.ts';
import { type EventRows, readEventRows } from './wire.ts';

/** The documented maximum of `results_per_page`; above it a full page would look like a short one, which ends a part. */
const mostPerPage = 2_500;

/** Keyset: rows behind this registration id, so that pages do not shift while people register. */
interface Cursor extends Record<string, Json> {
  readonly part: ParticipantPart;
  /** 0: from the beginning. */
  readonly after: number;
}
const cursorSchema = z.object({ part: z.enum(['active', 'removed']), after: z.number().int().nonnegative() });
const theBeginning: Cursor = { part: 'active', after: 0 };

/**
 * Removed people are a list of their own and are always asked for, with the same lower bound: they are in no other
 * answer. Two calls are the least, and all that an unchanged race needs.
 * @throws CallRefused where the race of the events is not known.
 */
export async function* listParticipants(
  get: RunSignUpCall,
  query: ParticipantQuery,
  pageSize: number,
): AsyncGenerator<ParticipantPage, void, void> {
  const raceId = query.events[0]?.raceId;
  const eventIds = query.events.map((event) => event.eventId);
  if (raceId === undefined || query.events.some((event) => event.raceId !== raceId)) {
    throw new CallRefused(`RunSignUp events ${eventIds.join(', ')} are not known to be of one race`, {
      hint: 'Run `p88sync discover`, which brings the race of each event.',
    });
  }
  const perPage = Math.min(pageSize, mostPerPage);
  const resume = cursorSchema.safeParse(query.resume);
  yield* pages({
    what: `RunSignUp participants of race ${raceId}`,
    // A resume that cannot be read (of another version) costs calls, not rows.
    first: resume.success ? resume.data : theBeginning,
    repeatedPage: 'fail',
    fetch: async (cursor: Cursor): Promise<FetchedPage<ParticipantPage, Cursor>> => {
      const read = async () => {
        const { body, date: at } = await get(
          pathOf(raceId, cursor.part),
          parametersOf(cursor, eventIds, query.since, perPage),
        );
        return { lists: readEventRows(body), date: at };
      };
      // Behind a full page an empty one is the end of a list that fills its pages exactly.
      const isEmpty = (answer: { readonly lists: readonly EventRows[] }) =>
        cursor.after > 0 && answer.lists.every((list) => list.rows.length === 0);
      const { lists, date } = await notEmptyTwice(read, isEmpty);
      const ids = lists.flatMap((list) =>
        list.rows.flatMap((row) => (isObject(row) ? (idOf(row['registration_id']) ?? []) : [])),
      );
      // Over all events: the list is one, sorted by registration, however it is dealt out.
      const isFull = lists.reduce((sum, list) => sum + list.rows.length, 0) >= perPage;
      const after = ids.reduce((highest, id) => Math.max(highest, id), cursor.after);
      if (isFull && ids.length === 0) throw noWayOn(raceId);
      const behind: Cursor =
        !isFull && cursor.part === 'active' ? { part: 'removed', after: 0 } : { part: cursor.part, after };
      const last = !isFull && cursor.part === 'removed';
      return {
        page: {
          ...recordsOf(lists, raceId, eventIds, cursor.part),
          last,
          providerTime: date,
          resume: behind,
          listing: 'partial',
        },
        next: last ? undefined : behind,
        fingerprint: ids.length === 0 ? '' : `${cursor.part} ${ids.join()}`,
      };
    },
  });
}

function pathOf(raceId: string, part: ParticipantPart): string {
  return `/race/${raceId}/${part === 'active' ? 'participants' : 'removed-participants'}`;
}

function parametersOf(cursor: Cursor, eventIds: readonly string[], since: Date | undefined, perPage: number) {
  return {
    event_id: eventIds.join(','),
    sort: 'registration_id ASC',
    results_per_page: String(perPage),
    // Without it people of gender X come back blank.
    supports_nb: 'T',
    ...(cursor.after > 0 ? { after_registration_id: String(cursor.after) } : {}),
    // Seconds, inclusive.
    ...(since === undefined ? {} : { modified_after_timestamp: String(Math.floor(since.getTime() / 1000)) }),
    ...(cursor.part === 'active' ? included : {}),
  };
}

const included = {
  include_questions: 'T',
  include_registration_addons: 'T',
  include_registration_notes: 'T',
  include_corrals: 'T',
} as const;

function recordsOf(lists: readonly EventRows[], raceId: string, asked: readonly string[], part: ParticipantPart) {
  const records: ParticipantRecord[] = [];
  const rejected: RejectedRow[] = [];
  for (const { eventId, rows } of lists) {
    for (const row of rows) {
      const mapped = mapParticipant(row, { part, eventId, raceId });
      if (mapped.kind === 'rejected') rejected.push(mapped.row);
      else if (asked.includes(mapped.record.eventId)) records.push(mapped.record);
      else rejected.push({ eventId, id: mapped.record.id, error: 'event_id: was not asked for', source: row });
    }
  }
  return { records, rejected };
}

function noWayOn(raceId: string): UnknownAnswer {
  return new UnknownAnswer(`RunSignUp answered a full page of race ${raceId} without any registration_id`, {
    hint: 'The key may be too weak to see registration ids: ask the race director for a key of the timer account.',
  });
}
