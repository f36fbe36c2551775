/** Events and a history as years of ticks leave them, made by SQL in the database: partners, credentials, events, rows. */
import type { BenchDatabase } from './databases.ts';

export interface Schedule {
  readonly now: Date;
  readonly events: number;
  /** Per mille of the events that start within 4 hours, and within a day. */
  readonly high: number;
  readonly medium: number;
  /** Runs of each event, the newest within its interval. */
  readonly runsPerEvent: number;
}

/** 13 partners with a RunSignUp credential each; races of four events; 300 calls of each credential in the last hour. */
export async function fillSchedule({ client }: BenchDatabase, schedule: Schedule): Promise<void> {
  const { now, events, high, medium, runsPerEvent } = schedule;
  await client.query(`insert into timing_partners (company_name) select 'Partner ' || n from generate_series(1, 13) n`);
  await client.query(`insert into partner_provider_credentials (provider_id, timing_partner_id, principal)
    select p.provider_id, t.timing_partner_id, 'key' from timing_partners t, providers p where p.name = 'RunSignUp'`);
  await client.query(
    `create temp table made as
     select n, 1 + race % 13 as partner, race,
       case when race % 1000 < $2 then 1 when race % 1000 < $2 + $3 then 15 else 240 end as every,
       -- The events of a race are synced together, and no two races in step: a Weyl sequence spreads them over the interval.
       (race * 0.6180339887) % 1 as phase
     from generate_series(0, $1 - 1) n, lateral (select n / 4 as race) r`,
    [events, high, medium],
  );
  await client.query(
    `insert into sync_events (timing_partner_id, provider_id, event_id, partner_provider_credential_id, race_id, name,
       start_at, time_zone, time_zone_assumed, discovered_at, changed_at)
     select m.partner, c.provider_id, (500000 + n)::text, c.partner_provider_credential_id, (60000 + race)::text, 'Event ' || n,
       $1::timestamptz + case every when 1 then phase * interval '4 hours' when 15 then interval '5 hours' + phase * interval '18 hours'
         else interval '2 days' + phase * interval '180 days' end,
       'America/Denver', false, $1, $1
     from made m join partner_provider_credentials c on c.timing_partner_id = m.partner`,
    [now],
  );
  await fillHistory(client, now, runsPerEvent);
  await client.query(
    `insert into api_calls (partner_provider_credential_id, timing_partner_id, provider_id, run_id, called_at, method, path,
       status, duration_ms, bytes)
     select partner_provider_credential_id, timing_partner_id, provider_id, gen_random_uuid(),
       $1::timestamptz - interval '1 second' - n * interval '12 seconds', 'GET', '/race/60001/participants', 200, 250, 2000
     from partner_provider_credentials, generate_series(0, 9999) n`,
    [now],
  );
  await client.query('vacuum analyze');
}

/**
 * In the order of time, as ticks write it, so that the rows of one event lie far apart. The indexes are made afterwards,
 * as the migrations define them: ten million rows one by one through seven indexes would take a quarter of an hour.
 */
async function fillHistory(client: BenchDatabase['client'], now: Date, runsPerEvent: number): Promise<void> {
  const indexes = await client.query<{ name: string; definition: string }>(
    `select indexname as name, indexdef as definition from pg_indexes where tablename = 'sync_history' and indexname not like '%_pkey'`,
  );
  for (const { name } of indexes.rows) await client.query(`drop index ${name}`);
  await client.query(
    `insert into sync_history (timing_partner_id, provider_id, event_id, operation_type, sync_direction, sync_time, status,
       claim_key, run_id, unit_id, partner_provider_credential_id, host, process, started_at, finished_at, lease_until, claimed_at,
       last_page_at, released_at, since, watermark, series, fetched, unchanged, api_calls, failures, reason)
     select partner, c.provider_id, (500000 + n)::text, case when run % 48 = 1 then 'full_sync' else 'incremental_sync' end, 'pull',
       started_at, status, 'event:' || (500000 + n), md5(run::text)::uuid, md5(race::text || run)::uuid, c.partner_provider_credential_id,
       'timing-1', '4026531836:' || run || ':9', started_at, started_at + interval '2 seconds', started_at + interval '60 seconds', started_at,
       started_at + interval '1 second', started_at + interval '2 seconds',
       -- From the watermark of the sync before the one before, which may have failed.
       case when run % 48 <> 1 then started_at - (2 * every + 1) * interval '1 minute' end,
       case status when 'completed' then started_at - interval '1 minute' end,
       case status when 'completed' then md5(race::text || run)::uuid end, 3, 3,
       case n % 4 when 0 then 2 else 0 end,
       case status when 'completed' then 0 else 1 end, case status when 'completed' then null else 'ProviderUnavailable' end
     from generate_series(1, $2) run, made m join partner_provider_credentials c on c.timing_partner_id = m.partner,
       lateral (select $1::timestamptz - ($2 - run + phase) * every * interval '1 minute' as started_at,
         case when (race + run) % 100 = 0 and run not in (1, $2) then 'failed' else 'completed' end as status) r
     order by run, n`,
    [now, runsPerEvent],
  );
  await client.query(`set maintenance_work_mem = '512MB'`);
  for (const { definition } of indexes.rows) await client.query(definition);
}
