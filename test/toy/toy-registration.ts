/** A registration provider that lives in the test folder: a folder and a line, like any other. Its world is in memory. */
import type { Provider } from '../../src/domain/provider.ts';
import { unifiedEvents, unifiedParticipants } from '../../src/domain/unified-columns.ts';

export interface ToyEvent {
  readonly name: string;
  readonly startAt: Date;
}

export interface ToyEntrant {
  readonly id: string;
  readonly eventId: string;
  readonly firstName: string;
  readonly lastName?: string;
  readonly bib?: string | null;
  readonly gender?: string;
  readonly dateOfBirth?: string;
  readonly division?: string;
}

export interface ToyRegistrationWorld {
  readonly events: Map<string, ToyEvent>;
  readonly entrants: Map<string, ToyEntrant>;
}

export const newToyRegistrationWorld = (): ToyRegistrationWorld => ({ events: new Map(), entrants: new Map() });

const tables = {
  events: {
    name: 'toyreg_events',
    columns: { event_id: 'text', name: 'text', start_at: 'timestamptz' },
    key: ['event_id'],
  },
  participants: {
    name: 'toyreg_participants',
    columns: {
      event_id: 'text',
      entry_id: 'text',
      first_name: 'text',
      last_name: 'text',
      bib: 'text',
      gender: 'text',
      born: 'date',
      division: 'text',
    },
    key: ['entry_id'],
    keepWhenBlank: ['bib'],
  },
} as const;

const schema = `
create table toyreg_events (
  event_id text not null, name text, start_at timestamptz, fetched_date timestamp, credentials_used text,
  timing_partner_id integer not null references timing_partners, source_row jsonb,
  primary key (timing_partner_id, event_id)
);
create table toyreg_participants (
  event_id text not null, entry_id text not null, first_name text, last_name text, bib text, gender text, born date,
  division text, fetched_date timestamp, credentials_used text,
  timing_partner_id integer not null references timing_partners, source_row jsonb, source_modified_at timestamptz,
  removed_at timestamptz, removed_reason text, removed_to text, removal_row jsonb,
  unique (timing_partner_id, entry_id)
);
`;

/** A SELECT of the unified columns; those that are not named are null. */
export function unified(
  columns: Readonly<Record<string, string>>,
  named: Readonly<Record<string, string>>,
  from: string,
) {
  const list = Object.entries(columns).map(([name, type]) => `${named[name] ?? `null::${type}`} as ${name}`);
  return `select ${list.join(', ')} from ${from}`;
}

/** @param world what the provider holds. */
export function toyRegistration(world: ToyRegistrationWorld): Provider {
  return {
    name: 'toyreg',
    displayName: 'Toy Registration',
    otherNames: [],
    defaults: { baseUrl: 'http://127.0.0.1:9/', callsPerHour: 1000, pageSize: 2 },
    abilities: {
      registrations: true,
      details: false,
      takesParticipants: false,
      givesResults: false,
      takesResults: false,
    },
    unit: 'event',
    incremental: false,
    removals: 'absence',
    minimumCalls: { full: 1, incremental: 1 },
    tables,
    migrations: [{ name: 'toyreg-0001-tables', sql: schema }],
    views: {
      events: unified(
        unifiedEvents,
        {
          source_provider: "'Toy Registration'::text",
          timing_partner_id: 'timing_partner_id',
          event_id: 'event_id',
          event_name: 'name',
          event_date: "(start_at at time zone 'UTC')",
          fetched_date: 'fetched_date',
          start_at: 'start_at',
          time_zone: "'UTC'::text",
        },
        'toyreg_events',
      ),
      participants: unified(
        unifiedParticipants,
        {
          source_provider: "'Toy Registration'::text",
          timing_partner_id: 'timing_partner_id',
          event_id: 'event_id',
          first_name: 'first_name',
          last_name: 'last_name',
          gender: 'gender',
          bib_number: 'bib',
          fetched_date: 'fetched_date',
          registration_id: 'entry_id',
          removed_at: 'removed_at',
          removed_reason: 'removed_reason',
          date_of_birth: 'born',
          division: 'division',
        },
        'toyreg_participants',
      ),
    },
    load: async () => ({
      checkCredential: () => undefined,
      connect: (_, { pageSize }) => ({
        check: async () => 'a toy',
        async *listEvents() {
          yield {
            races: [],
            events: [...world.events].map(([eventId, { name, startAt }]) => ({
              eventId,
              name,
              startAt,
              timeZone: 'UTC',
              timeZoneAssumed: false,
              row: { event_id: eventId, name, start_at: startAt.toISOString() },
              source: { eventId, name },
            })),
            rejected: [],
            last: true,
          };
        },
        async *listParticipants({ events, resume }) {
          const wanted = new Set(events.map(({ eventId }) => eventId));
          const entrants = [...world.entrants.values()].filter(({ eventId }) => wanted.has(eventId));
          for (let from = Number(resume ?? 0); ; from += pageSize) {
            const last = from + pageSize >= entrants.length;
            yield {
              records: entrants.slice(from, from + pageSize).map((one) => ({
                eventId: one.eventId,
                id: one.id,
                row: {
                  event_id: one.eventId,
                  entry_id: one.id,
                  first_name: one.firstName,
                  last_name: one.lastName ?? null,
                  bib: one.bib ?? null,
                  gender: one.gender ?? null,
                  born: one.dateOfBirth ?? null,
                  division: one.division ?? null,
                },
                source: { ...one },
                kind: 'registration' as const,
              })),
              rejected: [],
              last,
              providerTime: undefined,
              resume: from + pageSize,
              listing: 'complete' as const,
            };
            if (last) return;
          }
        },
      }),
    }),
  };
}
