/** Database and sandbox, row by row: what is stored, and what the sandbox says ought to be. */
import { expect } from 'vitest';
import { type ExpectedRegistration, expectedOf } from '../../src/sandbox/expected.ts';
import { type Account, keyOf, type World } from '../../src/sandbox/world.ts';
import { type ComparedTables, comparedTables, comparedTablesOf } from './compared-tables.ts';
import { hour, type Installation, type Row, saturday } from './installation.ts';

/** Only what is upcoming at `from` is discovered (UTC); an event that was, stays. Default: an hour before `saturday`. */
export interface CompareOptions {
  readonly from?: Date;
}

/** Scoring systems have no registrations to compare. */
const hasRegistrations = ({ provider }: Account) => provider !== 'copernico';

/** People, events and races of every partner, nobody more and nobody less. */
export async function expectSame(installation: Installation, options: CompareOptions = {}): Promise<void> {
  expect(await storedRows(installation)).toEqual(wantedRows(installation.world, options));
}

interface Rows {
  readonly people: readonly Row[];
  readonly events: readonly Row[];
  readonly races: readonly Row[];
}

export async function storedRows({ query }: Pick<Installation, 'query'>): Promise<Rows> {
  const all = Object.entries(comparedTables);
  const people = await query(`select c.company_name as partner, p.* from timing_partners c
    join (${all.map(([provider, tables]) => peopleSql(provider, tables)).join(' union all ')}) p using (timing_partner_id)`);
  const events = await query(`select c.company_name as partner, e.* from timing_partners c
    join (${all.map(([provider, tables]) => eventsSql(provider, tables)).join(' union all ')}) e using (timing_partner_id)`);
  const races = await query(`select c.company_name as partner, race_id::text as race, name, timezone as time_zone
    from runsignup_races join timing_partners c using (timing_partner_id)`);
  return {
    people: sorted(people.map(withoutPartnerId)),
    events: sorted(events.map(withoutPartnerId)),
    races: sorted(races),
  };
}

/** Of somebody who left before anybody asked some providers tell no team: it is compared while they are there. */
function peopleSql(provider: string, { people, movedTo }: ComparedTables): string {
  const whileThere = (column: string) => `case when removed_at is null then ${column} end`;
  return `select timing_partner_id, '${provider}' as provider, event_id::text as event, ${people.id}::text as id,
    ${people.firstName} as first_name, ${people.lastName} as last_name, ${people.email} as email,
    ${people.dob}::text as dob, ${people.gender} as gender, ${people.bib} as bib, ${whileThere(people.team)} as team,
    ${whileThere(people.part)} as part, removed_reason, ${movedTo === 'inferred' ? 'null' : 'removed_to'} as removed_to,
    removed_at is not null as removed from ${people.table}`;
}

/** The plan's events beside the provider's own; one that stands in only one of the two shows. */
function eventsSql(provider: string, { displayName, events, namesZone }: ComparedTables): string {
  const planned = `select s.* from sync_events s join providers v using (provider_id)
    where v.name = '${displayName.replaceAll("'", "''")}'`;
  return `select coalesce(s.timing_partner_id, e.timing_partner_id) as timing_partner_id, '${provider}' as provider,
    s.event_id as event, s.race_id as race, e.${events.name} as name, s.start_at, e.start_at as own_start_at,
    ${namesZone ? 's.time_zone' : 'null'} as time_zone
    from (${planned}) s full join ${events.table} e
      on (s.timing_partner_id, s.event_id) = (e.timing_partner_id, e.event_id::text)`;
}

/** A partner's credentials with one provider may see the same event: it is stored once. */
export function wantedRows(world: World, { from = new Date(saturday.getTime() - hour) }: CompareOptions = {}): Rows {
  const people = new Map<string, Row>();
  const events = new Map<string, Row>();
  const races = new Map<string, Row>();
  for (const account of world.accounts.filter(hasRegistrations)) {
    const tables = comparedTablesOf(account.provider);
    const expected = expectedOf(world.events.values(), account);
    const upcoming = expected.events.filter((event) => !event.volunteer && new Date(event.startAt) >= from);
    const ids = new Set(upcoming.map((event) => event.eventId));
    for (const event of upcoming) {
      const start = new Date(event.startAt);
      events.set(`${account.company} ${account.provider} ${event.eventId}`, {
        ...ownerOf(account),
        event: event.eventId,
        race: tables.races ? event.raceId : null,
        name: event.name,
        start_at: start,
        own_start_at: start,
        time_zone: tables.namesZone ? event.timeZone : null,
      });
      if (tables.races) {
        const race = { partner: account.company, race: event.raceId, name: event.raceName, time_zone: event.timeZone };
        races.set(`${account.company} ${event.raceId}`, race);
      }
    }
    for (const one of expected.registrations.filter((each) => ids.has(each.eventId))) {
      const removal = removalOf(tables, one);
      people.set(`${account.company} ${account.provider} ${one.id}`, {
        ...ownerOf(account),
        event: one.eventId,
        id: one.id,
        first_name: one.firstName,
        last_name: one.lastName,
        email: one.email,
        dob: one.dob,
        gender: one.gender,
        bib: one.lastBib,
        team: removal['removed'] || !tables.tellsTeam ? null : one.team,
        part: removal['removed'] ? null : partOf(world, account, one),
        ...removal,
      });
    }
  }
  return {
    people: sorted([...people.values()]),
    events: sorted([...events.values()]),
    races: sorted([...races.values()]),
  };
}

function removalOf(tables: ComparedTables, one: ExpectedRegistration): Row {
  const reason = tables.reasonOf(one);
  return {
    removed: reason !== null,
    removed_reason: reason,
    removed_to: tables.movedTo === 'told' ? one.movedTo : null,
  };
}

function partOf(world: World, { provider }: Account, { eventId, subEventId }: ExpectedRegistration): string | null {
  const { partBy } = comparedTablesOf(provider);
  if (partBy !== 'name') return partBy && subEventId;
  const event = world.events.get(keyOf(provider, eventId));
  return event?.subEvents.find(({ id }) => id === subEventId)?.name ?? null;
}

function ownerOf(account: Account): Row {
  return { partner: account.company, provider: account.provider };
}

function withoutPartnerId({ timing_partner_id: _, ...row }: Row): Row {
  return row;
}

function sorted(rows: readonly Row[]): Row[] {
  const key = (row: Row) => `${row['partner']} ${row['provider']} ${row['race']} ${row['event']} ${row['id']}`;
  return rows.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** Where every row of data lies and which transaction wrote it: equal before and after means that none was rewritten. */
export async function rowVersions({ query }: Pick<Installation, 'query'>): Promise<readonly Row[]> {
  const tables = Object.values(comparedTables).flatMap(({ people, events, races }) => [
    people.table,
    events.table,
    ...(races ? [races.table] : []),
  ]);
  tables.push('sync_events');
  return query(
    `${tables
      .map((table) => `select '${table}' as relation, ctid::text, xmin::text, timing_partner_id from ${table}`)
      .join(' union all ')} order by 1, 2`,
  );
}
