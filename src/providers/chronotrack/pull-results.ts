/** The results of an event: which lists are read, in which order, and what they allow to conclude. */
import type { SessionTools } from '../../domain/provider.ts';
import type { RaceRecord } from '../../domain/records.ts';
import type { ResultPage, ResultRecord } from '../../domain/scoring.ts';
import type { ChronoTrackCalls } from './calls.ts';
import { coursesOf } from './course.ts';
import { joinResults, keyer } from './join-results.ts';
import type { ReadEvent } from './map-event.ts';
import { bracketsOf, rankBy } from './ranks.ts';
import { type Doubts, type ResultLists, resultLists } from './result-lists.ts';

export interface PullTools {
  readonly calls: ChronoTrackCalls;
  readonly pageSize: number;
  readonly now: SessionTools['now'];
}

/**
 * Nothing can be told before the last list is read; the results then come in parts of a page. Calls with n finishers, k
 * splits and pages of 1000: four, three times n/1000 (finals, sex, age), (k + 1) n/1000 (splits), and the entries. That
 * is 32 for 3,000 finishers with 4 splits, and 9 for most events.
 */
export async function* resultPages(event: ReadEvent, tools: PullTools): AsyncGenerator<ResultPage, void, void> {
  const doubts: Doubts = { unsure: false, unread: 0, rejected: [] };
  const lists = resultLists(event, tools.calls, tools.pageSize, doubts);
  const { records, races } = await readAll(event, lists, doubts, tools.now());
  const listing = doubts.unsure || doubts.unread > 0 ? 'unstable' : 'complete';
  const parts = Math.max(1, Math.ceil(records.length / tools.pageSize));
  for (let part = 0; part < parts; part++) {
    const first = part === 0;
    yield {
      records: records.slice(part * tools.pageSize, (part + 1) * tools.pageSize),
      rejected: first ? doubts.rejected : [],
      last: part === parts - 1,
      listing,
      ...(first && races.length > 0 ? { races } : {}),
    };
  }
}

interface Found {
  readonly records: readonly ResultRecord[];
  readonly races: readonly RaceRecord[];
}

async function readAll(event: ReadEvent, lists: ResultLists, doubts: Doubts, now: Date): Promise<Found> {
  const finals = await lists.finals();
  const mixed = await lists.mixed();
  // Nobody has passed anything: that everybody "did not start" would be said too early.
  if (finals.length === 0 && mixed.length === 0) return { records: [], races: [] };
  const races = await lists.races();
  const courses = coursesOf(await lists.intervals(), finals, mixed);
  const brackets = await lists.brackets();
  const bySex = await lists.ranked('SEX', brackets);
  const byAge = await lists.ranked('AGE', brackets);
  const starters = await lists.starters();
  const keyOf = keyer(starters);
  const narrow = (['SEX', 'AGE'] as const).flatMap((type) => bracketsOf(brackets, type).map(({ name }) => name ?? ''));
  const records = joinResults({
    eventId: event.eventId,
    finals,
    mixed,
    courses,
    starters,
    sexRanks: rankBy(bySex.filter(courses.isFinal), 'SEX', keyOf),
    ageRanks: rankBy(byAge.filter(courses.isFinal), 'AGE', keyOf),
    narrowBrackets: new Set(narrow),
    // Timers often leave the end of an event open; results are pulled from its start on.
    isOver: event.endAt === undefined || event.endAt <= now,
    allRead: doubts.unread === 0,
  });
  return { records, races };
}
