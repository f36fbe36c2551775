/** What publishing reads: the events that are scored together, their results, and who is registered in them. */
import { sql } from 'kysely';
import type { Db } from './database.ts';
import type { PublishedEvent } from './published-sets.ts';

export interface LinkedEventRow {
  readonly providerId: number;
  readonly eventId: string;
  /** Null where discovery has not seen it. */
  readonly name: string | null;
}

/** Registration events that share a scoring event with this one, itself included; none where it is not linked. */
export async function readEventsScoredTogether(db: Db, event: PublishedEvent): Promise<readonly LinkedEventRow[]> {
  const result = await sql<LinkedEventRow>`
    select distinct o.provider_id as "providerId", o.event_id as "eventId", e.name
    from event_links l
    join event_links o using (timing_partner_id, scoring_provider_id, scoring_event_id)
    left join sync_events e on e.timing_partner_id = o.timing_partner_id and e.provider_id = o.provider_id and e.event_id = o.event_id
    where l.timing_partner_id = ${event.partnerId} and l.provider_id = ${event.providerId} and l.event_id = ${event.eventId}
    order by 1, 2`.execute(db);
  return result.rows;
}

/** Names as the provider has them, without the race's, by event; `provider` as in the unified views. */
export async function readOwnNames(
  db: Db,
  partnerId: number,
  provider: string,
  eventIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const result = await sql<{ id: string; name: string }>`
    select event_id as id, event_name as name from unified_events
    where source_provider = ${provider} and timing_partner_id = ${partnerId} and event_name is not null
      and event_id in (select jsonb_array_elements_text(${JSON.stringify(eventIds)}::jsonb))`.execute(db);
  return new Map(result.rows.map((row) => [row.id, row.name]));
}

export interface LinkedResult {
  readonly resultId: string;
  readonly participantId: string | null;
  readonly bib: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly status: string | null;
  readonly division: string | null;
  readonly place: number | null;
  /** Elapsed, in whole ms. */
  readonly clockMs: number | null;
  readonly chipMs: number | null;
  readonly splits: unknown;
}

/**
 * What the scoring events of the event have now; what was taken back there is left out.
 * @param names of providers in the unified views, by id; others by their name in `providers`.
 */
export async function readLinkedResults(
  db: Db,
  event: PublishedEvent,
  names: ReadonlyMap<number, string>,
): Promise<readonly LinkedResult[]> {
  const links = await sql<{ provider_id: number; event_id: string; name: string }>`
    select l.scoring_provider_id as provider_id, l.scoring_event_id as event_id, p.name
    from event_links l join providers p on p.provider_id = l.scoring_provider_id
    where l.timing_partner_id = ${event.partnerId} and l.provider_id = ${event.providerId} and l.event_id = ${event.eventId}
    order by 1, 2`.execute(db);
  const results: LinkedResult[] = [];
  for (const link of links.rows) {
    const found = await sql<LinkedResult>`
      select result_id as "resultId", participant_id as "participantId", bib_number as bib, first_name as "firstName",
        last_name as "lastName", status, division, overall_place as place,
        round(extract(epoch from results_gun_time)::numeric * 1000)::float8 as "clockMs",
        round(extract(epoch from results_time)::numeric * 1000)::float8 as "chipMs", splits
      from unified_results
      where source_provider = ${names.get(link.provider_id) ?? link.name} and timing_partner_id = ${event.partnerId}
        and event_id = ${link.event_id} and removed_at is null
      order by overall_place, result_id`.execute(db);
    results.push(...found.rows);
  }
  return results;
}

export interface RegistrationRow {
  readonly eventId: string;
  readonly registrationId: string;
  readonly bib: string | null;
}

/** Who is registered in the events of one provider and has not left. */
export async function readActiveRegistrations(
  db: Db,
  partnerId: number,
  provider: string,
  eventIds: readonly string[],
): Promise<readonly RegistrationRow[]> {
  const result = await sql<RegistrationRow>`
    select event_id as "eventId", registration_id as "registrationId", bib_number as bib from unified_participants
    where source_provider = ${provider} and timing_partner_id = ${partnerId} and removed_at is null
      and duplicate_of is null and registration_id is not null
      and event_id in (select jsonb_array_elements_text(${JSON.stringify(eventIds)}::jsonb))`.execute(db);
  return result.rows;
}

export interface EventToPublish {
  readonly name: string;
  readonly raceId: string | undefined;
  readonly credentialId: number | undefined;
}

/** The event as discovery stored it, past ones too. */
export async function readEventToPublish(db: Db, event: PublishedEvent): Promise<EventToPublish | undefined> {
  const row = await db
    .selectFrom('sync_events')
    .where('timing_partner_id', '=', event.partnerId)
    .where('provider_id', '=', event.providerId)
    .where('event_id', '=', event.eventId)
    .select(['name', 'race_id', 'partner_provider_credential_id'])
    .executeTakeFirst();
  return (
    row && {
      name: row.name,
      raceId: row.race_id ?? undefined,
      credentialId: row.partner_provider_credential_id ?? undefined,
    }
  );
}
