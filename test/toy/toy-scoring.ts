/** A scoring system that lives in the test folder, with its world in memory: it takes participants and gives results. */
import { CallRefused } from '../../src/domain/errors.ts';
import type { Provider, ProviderSession } from '../../src/domain/provider.ts';
import type { Listing, RaceRecord, RejectedRow } from '../../src/domain/records.ts';
import type { PushAnswer, PushedParticipant, ResultRecord, ResultStatus } from '../../src/domain/scoring.ts';
import { unifiedEvents, unifiedParticipants, unifiedResults } from '../../src/domain/unified-columns.ts';
import { unified } from './toy-registration.ts';

export interface ToyResult {
  /** Of the person: `runsignup-91000001`, or what the timers typed. */
  readonly key: string;
  readonly bib: string | null;
  readonly status: ResultStatus;
  /** `0:41:07.3` */
  readonly time: string | null;
  /** ms by name of the split; null: withdrawn. */
  readonly splits?: Readonly<Record<string, number | null>>;
  readonly place?: number | null;
}

export interface ToyScoringWorld {
  readonly events: Map<string, { readonly name: string; readonly startAt?: Date }>;
  /** Who was pushed, by source id. */
  readonly people: Map<string, PushedParticipant>;
  /** Every call of pushParticipants, by source ids. */
  readonly batches: string[][];
  results: readonly ToyResult[];
  rejected: readonly RejectedRow[];
  /** What comes with the first page of results. */
  races: readonly RaceRecord[];
  listing: Listing;
  /** People per call, and results per page. */
  batch: number;
  /** Who is refused, and why. */
  readonly refused: Map<string, string>;
  /** It has no way to be told who left. */
  removesByHand: boolean;
  /** Whom an answer does not name, though they were taken. */
  readonly unnamed: Set<string>;
  /** Called before a call does its work, and after; it may throw, or take its time. */
  before: (call: string) => Promise<void> | void;
  after: (call: string) => Promise<void> | void;
}

export const newToyScoringWorld = (): ToyScoringWorld => ({
  events: new Map(),
  people: new Map(),
  batches: [],
  results: [],
  rejected: [],
  races: [],
  listing: 'complete',
  batch: 2,
  refused: new Map(),
  removesByHand: false,
  unnamed: new Set(),
  before: () => undefined,
  after: () => undefined,
});

const tables = {
  events: {
    name: 'toyscore_events',
    columns: { event_id: 'text', name: 'text', start_at: 'timestamptz' },
    key: ['event_id'],
  },
  races: { name: 'toyscore_races', columns: { race_id: 'text', name: 'text' }, key: ['race_id'] },
  participants: { name: 'toyscore_participants', columns: { event_id: 'text', person_id: 'text' }, key: ['person_id'] },
  results: {
    name: 'toyscore_results',
    columns: {
      event_id: 'text',
      result_key: 'text',
      bib: 'text',
      status: 'text',
      net_time: 'interval',
      splits: 'jsonb',
      place: 'integer',
    },
    key: ['event_id', 'result_key'],
  },
} as const;

const schema = `
create table toyscore_events (
  event_id text not null, name text, start_at timestamptz, fetched_date timestamp, credentials_used text,
  timing_partner_id integer not null references timing_partners, source_row jsonb,
  primary key (timing_partner_id, event_id)
);
create table toyscore_races (
  race_id text not null, name text, fetched_date timestamp, credentials_used text,
  timing_partner_id integer not null references timing_partners, source_row jsonb,
  primary key (timing_partner_id, race_id)
);
create table toyscore_participants (
  event_id text not null, person_id text not null, fetched_date timestamp, credentials_used text,
  timing_partner_id integer not null references timing_partners, source_row jsonb, source_modified_at timestamptz,
  removed_at timestamptz, removed_reason text, removed_to text, removal_row jsonb,
  unique (timing_partner_id, person_id)
);
create table toyscore_results (
  event_id text not null, result_key text not null, bib text, status text, net_time interval, splits jsonb, place integer,
  fetched_date timestamp, credentials_used text, timing_partner_id integer not null references timing_partners,
  source_row jsonb, removed_at timestamptz,
  unique (timing_partner_id, event_id, result_key),
  foreign key (timing_partner_id, event_id) references toyscore_events on delete cascade
);
`;

const source = { source_provider: "'Toy Scoring'::text", timing_partner_id: 'timing_partner_id', event_id: 'event_id' };

export function toyScoring(world: ToyScoringWorld): Provider {
  return {
    name: 'toyscore',
    displayName: 'Toy Scoring',
    otherNames: [],
    defaults: { baseUrl: 'http://127.0.0.1:9/', callsPerHour: 2000, pageSize: 2 },
    abilities: {
      registrations: false,
      details: false,
      takesParticipants: true,
      givesResults: true,
      takesResults: false,
    },
    unit: 'event',
    incremental: false,
    removals: 'absence',
    minimumCalls: { full: 1, incremental: 1 },
    tables,
    migrations: [{ name: 'toyscore-0001-tables', sql: schema }],
    views: {
      events: unified(
        unifiedEvents,
        { ...source, event_name: 'name', fetched_date: 'fetched_date', start_at: 'start_at' },
        'toyscore_events',
      ),
      participants: unified(
        unifiedParticipants,
        { ...source, registration_id: 'person_id', removed_at: 'removed_at' },
        'toyscore_participants',
      ),
      results: unified(
        unifiedResults,
        {
          ...source,
          bib_number: 'bib',
          results_time: 'net_time',
          overall_place: 'place',
          fetched_date: 'fetched_date',
          result_id: 'result_key',
          participant_id: 'result_key',
          status: 'status',
          splits: 'splits',
          removed_at: 'removed_at',
        },
        'toyscore_results',
      ),
    },
    load: async () => ({ checkCredential: () => undefined, connect: () => toyScoringSession(world) }),
  };
}

export function toyScoringSession(world: ToyScoringWorld): ProviderSession {
  const none = () => {
    throw new Error('a scoring system lists no registrations');
  };
  /** As over a line: the answer may be lost when the work is done. */
  const call = async <Answer>(name: string, work: () => Answer): Promise<Answer> => {
    await world.before(name);
    const answer = work();
    await world.after(name);
    return answer;
  };
  return {
    check: async () => call('check', () => 'a toy'),
    listEvents: none,
    listParticipants: none,
    scoring: {
      pushBatch: world.batch,
      findEvent: async (eventId) =>
        call('findEvent', () => {
          const event = world.events.get(eventId);
          if (!event) throw new CallRefused(`there is no event ${eventId}`);
          const { name, startAt } = event;
          const row = { event_id: eventId, name, start_at: startAt?.toISOString() ?? null };
          return { eventId, name, startAt, timeZone: undefined, row, source: { name } };
        }),
      pushParticipants: async (_, people) => call('push', () => take(world, people)),
      async *listResults(eventId) {
        for (let from = 0; ; from += world.batch) {
          const last = from + world.batch >= world.results.length;
          const records = await call('results', () =>
            world.results.slice(from, from + world.batch).map((one) => recordOf(eventId, one)),
          );
          const races = from === 0 ? { races: world.races } : {};
          yield { records, rejected: last ? world.rejected : [], last, listing: world.listing, ...races };
          if (last) return;
        }
      },
    },
  };
}

function take(world: ToyScoringWorld, people: readonly PushedParticipant[]): PushAnswer {
  world.batches.push(people.map(({ sourceId }) => sourceId));
  const taken: string[] = [];
  const left: string[] = [];
  const refused: { sourceId: string; error: string }[] = [];
  for (const person of people) {
    const { sourceId, removedReason } = person;
    const error = world.refused.get(sourceId);
    if (error !== undefined) refused.push({ sourceId, error });
    else if (removedReason !== null && world.removesByHand) left.push(sourceId);
    else {
      if (removedReason === null) world.people.set(sourceId, person);
      else world.people.delete(sourceId);
      if (!world.unnamed.has(sourceId)) taken.push(sourceId);
    }
  }
  return { taken, left, refused };
}

export function recordOf(
  eventId: string,
  { key, bib, status, time, splits = {}, place = null }: ToyResult,
): ResultRecord {
  const listed = Object.entries(splits).map(([name, time_ms]) => ({ name, time_ms }));
  return {
    eventId,
    id: key,
    row: { event_id: eventId, result_key: key, bib, status, net_time: time, splits: listed, place },
    source: { key, bib, status, time, splits: { ...splits } },
  };
}
