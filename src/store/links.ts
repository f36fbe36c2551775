/** Links between registration events and scoring events. */
import { sql } from 'kysely';
import type { Provider } from '../domain/provider.ts';
import type { Db } from './database.ts';

/** A registration event and the scoring event it is linked to; providers by id. */
export interface Link {
  readonly partnerId: number;
  readonly providerId: number;
  readonly eventId: string;
  readonly scoringProviderId: number;
  readonly scoringEventId: string;
}

/** A link as lists show it. */
export interface ListedLink extends Link {
  readonly partner: string;
  readonly credentialId: number | undefined;
  readonly linkedAt: Date;
  /** Of the registration event; undefined where it is not known (any more). */
  readonly name: string | undefined;
  readonly startAt: Date | undefined;
  readonly timeZone: string | undefined;
  /** Of the scoring event, as it was when it was last looked at. */
  readonly scoringName: string | undefined;
}

/** Of what `link` is asked to tie together: as discovery knows it. */
export interface KnownEvent {
  readonly name: string;
  readonly startAt: Date;
  readonly timeZone: string;
}

/** SQL for whether an event that starts at `startsFrom` (UTC) or later is linked to a scoring event. */
export function isAnyLinked(startsFrom: Date) {
  return sql<boolean>`exists (select 1 from event_links l
    join sync_events e using (timing_partner_id, provider_id, event_id) where e.start_at >= ${startsFrom})`;
}

/** Whether there is a scoring side to show. */
export async function hasLinks(db: Db, startsFrom: Date): Promise<boolean> {
  const result = await sql<{ linked: boolean }>`select ${isAnyLinked(startsFrom)} as linked`.execute(db);
  return result.rows[0]?.linked ?? false;
}

/** A registration event that was discovered; undefined: it was not. */
export async function findKnownEvent(
  db: Db,
  event: { readonly partnerId: number; readonly providerId: number; readonly eventId: string },
): Promise<KnownEvent | undefined> {
  return db
    .selectFrom('sync_events')
    .where('timing_partner_id', '=', event.partnerId)
    .where('provider_id', '=', event.providerId)
    .where('event_id', '=', event.eventId)
    .select(['name', 'start_at as startAt', 'time_zone as timeZone'])
    .executeTakeFirst();
}

/** Adds it; a link that is there gets the credential. @returns whether it is new. */
export async function addLink(db: Db, link: Link, credentialId: number, now: Date): Promise<boolean> {
  const result = await sql<{ inserted: boolean }>`
    insert into event_links as l (timing_partner_id, provider_id, event_id, scoring_provider_id, scoring_event_id,
      partner_provider_credential_id, linked_at)
    values (${link.partnerId}, ${link.providerId}, ${link.eventId}, ${link.scoringProviderId}, ${link.scoringEventId},
      ${credentialId}, ${now})
    on conflict (timing_partner_id, provider_id, event_id, scoring_provider_id, scoring_event_id)
      do update set partner_provider_credential_id = excluded.partner_provider_credential_id
    returning (l.xmax = 0) as inserted`.execute(db);
  return result.rows[0]?.inserted ?? false;
}

/** Of an event, whichever side of the link it is on. */
export interface LinkFilter {
  readonly partnerId?: number;
  readonly event?: { readonly providerId: number; readonly eventId: string };
}

/** In the order of partner, start and ids. */
export async function listLinks(
  db: Db,
  providers: ReadonlyMap<number, Provider>,
  { partnerId, event }: LinkFilter = {},
): Promise<readonly ListedLink[]> {
  const result = await sql<NullableLink>`
    select l.timing_partner_id as "partnerId", t.company_name as partner, l.provider_id as "providerId", l.event_id as "eventId",
      l.scoring_provider_id as "scoringProviderId", l.scoring_event_id as "scoringEventId",
      l.partner_provider_credential_id as "credentialId", l.linked_at as "linkedAt", e.name, e.start_at as "startAt",
      e.time_zone as "timeZone"
    from event_links l join timing_partners t using (timing_partner_id)
      left join sync_events e using (timing_partner_id, provider_id, event_id)
    where ${partnerId === undefined ? sql`true` : sql`l.timing_partner_id = ${partnerId}`}
      and ${
        event === undefined
          ? sql`true`
          : sql`((l.provider_id = ${event.providerId} and l.event_id = ${event.eventId})
        or (l.scoring_provider_id = ${event.providerId} and l.scoring_event_id = ${event.eventId}))`
      }
    order by l.timing_partner_id, e.start_at, l.provider_id, l.event_id, l.scoring_provider_id, l.scoring_event_id`.execute(
    db,
  );
  const names = await scoringNames(db, providers, result.rows);
  return result.rows.map((row) => ({
    ...row,
    credentialId: row.credentialId ?? undefined,
    name: row.name ?? undefined,
    startAt: row.startAt ?? undefined,
    timeZone: row.timeZone ?? undefined,
    scoringName: names.get(`${row.partnerId} ${row.scoringProviderId} ${row.scoringEventId}`),
  }));
}

type Nullable<Row, Keys extends keyof Row> = Omit<Row, Keys> & { readonly [Key in Keys]: Row[Key] | null };
type NullableLink = Nullable<Omit<ListedLink, 'scoringName'>, 'credentialId' | 'name' | 'startAt' | 'timeZone'>;

/** The view knows which column of each provider's table holds the name. */
async function scoringNames(
  db: Db,
  providers: ReadonlyMap<number, Provider>,
  links: readonly Link[],
): Promise<ReadonlyMap<string, string | undefined>> {
  if (links.length === 0) return new Map();
  const wanted = links.flatMap((link) => {
    const provider = providers.get(link.scoringProviderId);
    return provider
      ? [
          {
            partner: link.partnerId,
            provider: link.scoringProviderId,
            source: provider.displayName,
            event: link.scoringEventId,
          },
        ]
      : [];
  });
  const result = await sql<{ key: string; name: string | null }>`
    select w.partner || ' ' || w.provider || ' ' || w.event as key, max(e.event_name) as name
    from jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb) as w(partner int, provider int, source text, event text)
    join unified_events e on e.timing_partner_id = w.partner and e.source_provider = w.source and e.event_id = w.event
    group by 1`.execute(db);
  return new Map(result.rows.map((row) => [row.key, row.name ?? undefined]));
}

/** @returns those that were removed. */
export async function removeLinks(db: Db, links: readonly Link[]): Promise<number> {
  const gone = JSON.stringify(links);
  const result = await sql`delete from event_links l
    using jsonb_to_recordset(${gone}::jsonb)
      as g("partnerId" int, "providerId" int, "eventId" text, "scoringProviderId" int, "scoringEventId" text)
    where l.timing_partner_id = g."partnerId" and l.provider_id = g."providerId" and l.event_id = g."eventId"
      and l.scoring_provider_id = g."scoringProviderId" and l.scoring_event_id = g."scoringEventId"
    returning 1`.execute(db);
  return result.rows.length;
}
