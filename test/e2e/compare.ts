/** Database and sandbox, row by row: what is stored, and what the sandbox says ought to be. */
import { expect } from 'vitest';
import { expectedOf } from '../../src/sandbox/expected.ts';
import type { Account, World } from '../../src/sandbox/world.ts';
import { hour, type Installation, type Row, saturday } from './installation.ts';

/** Only what is upcoming at `from` is discovered (UTC); an event that was, stays. Default: an hour before `saturday`. */
export interface CompareOptions {
  readonly from?: Date;
}

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
  const people = await query(`
    select c.company_name as partner, p.* from timing_partners c join (
      select timing_partner_id, 'runsignup' as provider, event_id::text as event, registration_id::text as id,
        first_name, last_name, email, dob::text as dob, gender, bib_num as bib, removed_reason, removed_to,
        removed_at is not null as removed
      from runsignup_participants
      union all
      select timing_partner_id, 'raceroster', event_id, registration_id,
        first_name, last_name, email, date_of_birth::text, gender, bib_number, removed_reason, removed_to,
        removed_at is not null
      from raceroster_participants) p using (timing_partner_id)`);
  const events = await query(`
    select c.company_name as partner, e.* from timing_partners c join (
      select s.timing_partner_id, 'runsignup' as provider, s.event_id as event, s.race_id as race, e.name, s.start_at, e.start_at as own_start_at, s.time_zone
      from sync_events s full join runsignup_events e on (s.timing_partner_id, s.event_id) = (e.timing_partner_id, e.event_id::text)
      where s.provider_id = (select provider_id from providers where name = 'RunSignUp') or s is null
      union all
      select s.timing_partner_id, 'raceroster', s.event_id, null, e.event_name, s.start_at, e.start_at, null
      from sync_events s full join raceroster_events e on (s.timing_partner_id, s.event_id) = (e.timing_partner_id, e.event_id)
      where s.provider_id = (select provider_id from providers where name = 'Race Roster') or s is null
    ) e using (timing_partner_id)`);
  const races = await query(`select c.company_name as partner, race_id::text as race, name, timezone as time_zone
    from runsignup_races join timing_partners c using (timing_partner_id)`);
  return {
    people: sorted(people.map(withoutPartnerId)),
    events: sorted(events.map(withoutPartnerId)),
    races: sorted(races),
  };
}

/** A partner's credentials with one provider may see the same event: it is stored once. */
export function wantedRows(world: World, { from = new Date(saturday.getTime() - hour) }: CompareOptions = {}): Rows {
  const people = new Map<string, Row>();
  const events = new Map<string, Row>();
  const races = new Map<string, Row>();
  for (const account of world.accounts) {
    const expected = expectedOf(world.events.values(), account);
    const upcoming = expected.events.filter((event) => !event.volunteer && new Date(event.startAt) >= from);
    const ids = new Set(upcoming.map((event) => event.eventId));
    for (const event of upcoming) {
      const start = new Date(event.startAt);
      const isRunSignUp = account.provider === 'runsignup';
      events.set(`${account.company} ${account.provider} ${event.eventId}`, {
        ...ownerOf(account),
        event: event.eventId,
        race: isRunSignUp ? event.raceId : null,
        name: event.name,
        start_at: start,
        own_start_at: start,
        time_zone: isRunSignUp ? event.timeZone : null,
      });
      if (isRunSignUp) {
        const race = { partner: account.company, race: event.raceId, name: event.raceName, time_zone: event.timeZone };
        races.set(`${account.company} ${event.raceId}`, race);
      }
    }
    for (const one of expected.registrations.filter((each) => ids.has(each.eventId))) {
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
        ...removalOf(account, one),
      });
    }
  }
  return {
    people: sorted([...people.values()]),
    events: sorted([...events.values()]),
    races: sorted([...races.values()]),
  };
}

/** Race Roster says only that somebody left; one whom it no longer lists at all is absent. */
function removalOf(
  { provider }: Account,
  one: { removedReason: string | null; movedTo: string | null; vanishedAt: string | null },
): Row {
  if (provider === 'runsignup') {
    return { removed: one.removedReason !== null, removed_reason: one.removedReason, removed_to: one.movedTo };
  }
  const reason = one.removedReason !== null ? 'inactive' : one.vanishedAt !== null ? 'absent' : null;
  return { removed: reason !== null, removed_reason: reason, removed_to: null };
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
  const tables = [
    'runsignup_races',
    'runsignup_events',
    'runsignup_participants',
    'raceroster_events',
    'raceroster_participants',
    'sync_events',
  ];
  return query(
    `${tables
      .map((table) => `select '${table}' as relation, ctid::text, xmin::text, timing_partner_id from ${table}`)
      .join(' union all ')} order by 1, 2`,
  );
}
