/** Every promise of the program, broken in SQL in every way in which it can be, and the words that the audit has for it. */

/** `$1` in the SQL: an event of Race Roster that was synced several times. */
export interface BrokenByHand {
  readonly title: string;
  /** Tables that the SQL changes, for them to be put back. */
  readonly tables: readonly string[];
  readonly sql: string;
  /** Puts back what `sql` takes away and no copy of rows brings back. */
  readonly mend?: string;
  readonly words: RegExp;
}

const newest = `(select max(sync_history_id) from sync_history where claim_key = 'event:' || $1 and status = 'completed')`;

export const brokenByHand: Readonly<Record<string, readonly BrokenByHand[]>> = {
  oneSyncAtATime: [
    {
      title: 'a sync that began before the one before had ended',
      tables: ['sync_history'],
      sql: `update sync_history s set claimed_at = (select max(released_at) from sync_history b
          where b.claim_key = s.claim_key and b.sync_history_id < s.sync_history_id) - interval '1 ms'
        where sync_history_id = ${newest}`,
      words:
        /^1:raceroster:[\w-]+: a run on test-host began at 20[\d:.T-]+Z, while an earlier one ran until 20[\d:.T-]+Z$/,
    },
    {
      title: 'a sync that began while another still runs',
      tables: ['sync_history'],
      sql: `update sync_history set status = 'running', released_at = null, lease_until = started_at + interval '1 day'
        where sync_history_id = (select min(sync_history_id) from sync_history where claim_key = 'event:' || $1)`,
      words: /^1:raceroster:[\w-]+: a run on test-host began at .*, while an earlier one is still running$/,
    },
    {
      title: 'two discoveries with one credential',
      tables: ['sync_history'],
      sql: `insert into sync_history (timing_partner_id, provider_id, operation_type, status, claim_key, started_at, claimed_at, released_at)
        select timing_partner_id, provider_id, 'events', 'completed', claim_key, started_at, claimed_at + interval '1 microsecond', released_at
        from sync_history where claim_key like 'discovery:%' order by sync_history_id limit 1`,
      words: /^1:\w+, discovery with credential \d: a run on an unknown host began at /,
    },
  ],
  noWriteWithoutClaim: [
    {
      title: 'a page behind the end of the claim',
      tables: ['sync_history'],
      sql: `update sync_history set last_page_at = released_at + interval '1 ms' where sync_history_id = ${newest}`,
      words:
        /^1:raceroster:[\w-]+: the run on test-host stored a page at .*, behind the end of its claim at .* \(completed\)$/,
    },
    {
      title: 'people that were written while no sync of their event ran',
      tables: ['raceroster_participants'],
      sql: `update raceroster_participants set fetched_date = '2026-09-12T10:20:00Z'::timestamptz
        where registration_id in (select registration_id from raceroster_participants where event_id = $1 order by 1 limit 2)`,
      words:
        /^1:raceroster:[\w-]+: 2 rows of raceroster_participants were written at 2026-09-12T10:20:00.000Z, when no sync of it ran$/,
    },
    {
      title: 'a result that was written while nobody pulled',
      tables: ['copernico_results'],
      sql: `update copernico_results set fetched_date = '2026-09-12T10:20:00Z'::timestamptz
        where result_key = (select min(result_key) from copernico_results)`,
      words:
        /^1:copernico:.*: 1 row of copernico_results was written at 2026-09-12T10:20:00.000Z, when no pull of it ran$/,
    },
  ],
  budget: [
    {
      title: 'a call more than the hour allows',
      tables: ['api_calls'],
      // Of the credential with Race Roster, in an hour in which it made no other.
      sql: `insert into api_calls (partner_provider_credential_id, timing_partner_id, provider_id, run_id, command, called_at, method, path, status)
        select c.partner_provider_credential_id, c.timing_partner_id, c.provider_id, gen_random_uuid(), 'tick',
          '2026-09-10T10:00:00Z'::timestamptz + n * interval '3596.4 ms', 'GET', '/', 200
        from partner_provider_credentials c join providers p using (provider_id), generate_series(0, 1000) n
        where p.name = 'Race Roster'`,
      words:
        /^credential \d \(1:raceroster\): 1001 calls in the hour up to 2026-09-10T10:59:56.400Z, where 1000 are allowed$/,
    },
  ],
  watermarks: [
    {
      title: 'a watermark at the end of the listing',
      tables: ['sync_history'],
      sql: `update sync_history set watermark = finished_at + interval '1 ms' where sync_history_id = ${newest}`,
      words:
        /^1:raceroster:[\w-]+: the sync of .* has the watermark .*, later than its first call at .*: what changed in between may be lost$/,
    },
    {
      title: 'a sync that asked from later than the one before had got to',
      tables: ['sync_history'],
      sql: `update sync_history s set since = (select max(watermark) from sync_history b
          where b.claim_key = s.claim_key and b.sync_history_id < s.sync_history_id) + interval '1 ms'
        where sync_history_id = (select max(sync_history_id) from sync_history
          where claim_key = 'event:' || $1 and operation_type = 'incremental_sync')`,
      words:
        /^1:raceroster:[\w-]+: the sync of .* asked for changes since .*, and the syncs before it had got to .* only/,
    },
    {
      title: 'a watermark that moves back',
      tables: ['sync_history'],
      sql: `update sync_history set watermark = since - interval '1 ms'
        where sync_history_id = (select max(sync_history_id) from sync_history
          where claim_key = 'event:' || $1 and operation_type = 'incremental_sync')`,
      words: /^1:raceroster:[\w-]+: the sync of .* moved the watermark back to .*, from /,
    },
  ],
  removals: [
    {
      title: 'a mark without a reason',
      tables: ['raceroster_participants'],
      sql: `update raceroster_participants set removed_at = '2026-09-12T10:02:00Z' where registration_id = (
        select min(registration_id) from raceroster_participants where event_id = $1 and removed_at is null)`,
      words:
        /^1:raceroster:[\w-]+: registration_id \S+ is marked as removed at 2026-09-12T10:02:00.000Z, without a reason$/,
    },
    {
      title: 'a reason without a time',
      tables: ['runsignup_participants'],
      sql: `update runsignup_participants set removed_at = null where removed_at is not null`,
      words: /^1:runsignup:\d+: registration_id \d+ has the reason "[\w ]+" and no time$/,
    },
    {
      title: 'somebody whom no row of the provider calls removed',
      tables: ['runsignup_participants'],
      sql: `update runsignup_participants set source_row = null, removal_row = null where removed_at is not null`,
      words:
        /^1:runsignup:\d+: registration_id \d+ is marked as removed at .* \("[\w ]+"\), and no row of the provider says so$/,
    },
    {
      title: 'somebody absent at a time at which nobody listed',
      tables: ['raceroster_participants'],
      sql: `update raceroster_participants set removed_at = '2026-09-12T10:20:00Z' where removed_reason = 'absent' and event_id = $1`,
      words:
        /^1:raceroster:[\w-]+: 1 row of raceroster_participants was marked at 2026-09-12T10:20:00.000Z \("absent"\), when no sync of it inferred any removal$/,
    },
    {
      title: 'somebody absent in a listing of changes',
      tables: ['sync_history'],
      sql: `update sync_history set operation_type = 'incremental_sync' where removed > 0 and claim_key = 'event:' || $1`,
      words:
        /^1:raceroster:[\w-]+: 1 row of raceroster_participants was marked at .* \("absent"\), when no sync of it inferred any removal$/,
    },
    {
      title: 'a category that was left at a time at which nobody looked',
      tables: ['haku_participants'],
      sql: `update haku_participants set removed_at = '2026-09-12T10:20:00Z' where removed_reason = 'category-left'`,
      words: /^1:haku:[\w-]+: 1 row of haku_participants was marked at 2026-09-12T10:20:00.000Z \("category-left"\)/,
    },
    {
      title: 'a result that was taken back by no pull',
      tables: ['copernico_results'],
      sql: `update copernico_results set removed_at = '2026-09-12T10:20:00Z' where removed_at is not null`,
      words:
        /^1:copernico:.*: 1 row of copernico_results was marked at 2026-09-12T10:20:00.000Z \("taken back"\), when no pull of it inferred any removal$/,
    },
  ],
  leases: [
    {
      title: 'a run that nobody took over',
      tables: ['sync_history'],
      sql: `update sync_history set status = 'running', released_at = null, lease_until = finished_at where sync_history_id = ${newest}`,
      words: /^1:raceroster:[\w-]+, event:[\w-]+: on test-host, its lease ran out at /,
    },
    {
      title: 'a row of the queue that nobody took over',
      tables: ['sync_queue'],
      sql: `insert into sync_queue (timing_partner_id, provider_id, event_id, operation_type, status, host, lease_until)
        select 1, provider_id, $1, 'participants', 'processing', 'car-park', '2026-09-12T10:00:00Z' from providers where name = 'Race Roster'`,
      words: /^1:raceroster:[\w-]+, sync_queue \d+: on car-park, its lease ran out at 2026-09-12T10:00:00.000Z$/,
    },
  ],
  calls: [
    {
      title: 'calls for a unit that the history does not have',
      tables: ['api_calls'],
      sql: `insert into api_calls (partner_provider_credential_id, timing_partner_id, provider_id, run_id, unit_id, command, called_at, method, path, status)
        select partner_provider_credential_id, timing_partner_id, provider_id, run_id, gen_random_uuid(), command, called_at, method, path, status
        from api_calls order by api_call_id limit 1`,
      words: /^credential \d \(1:\w+\): 1 call from .* on for unit [\w-]{36}, which no run of sync_history has$/,
    },
    {
      title: 'calls of another run of the same unit',
      tables: ['api_calls'],
      sql: `update api_calls set run_id = gen_random_uuid() where unit_id = (select unit_id from sync_history where sync_history_id = ${newest})`,
      words: /which no run of sync_history has$/,
    },
    {
      title: 'a run that counts a call too many',
      tables: ['sync_history'],
      sql: `update sync_history set api_calls = api_calls + 1 where sync_history_id = ${newest}`,
      words: /^1:raceroster:[\w-]+: the run of .* counts \d+ calls?, the log has \d+ \(unit [\w-]{36}\)$/,
    },
    {
      title: 'calls that are missing in the log',
      tables: ['api_calls'],
      sql: `delete from api_calls where unit_id = (select unit_id from sync_history where sync_history_id = ${newest})`,
      words: /counts \d+ calls?, the log has 0 /,
    },
    {
      title: 'a call made by nobody knows what',
      tables: ['api_calls'],
      sql: `insert into api_calls (partner_provider_credential_id, timing_partner_id, provider_id, run_id, called_at, method, path, status)
        select partner_provider_credential_id, timing_partner_id, provider_id, run_id, called_at + interval '61 minutes', method, '/who', 200
        from api_calls order by api_call_id limit 1`,
      words: /^credential \d \(1:\w+\): \/who at .*, made for no unit and by no command$/,
    },
  ],
  secrets: [
    {
      title: 'a secret in the path of a call',
      tables: ['api_calls'],
      sql: `update api_calls set path = '/race/1?sort=secret-2' where api_call_id = (select max(api_call_id) from api_calls)`,
      words: /^api_calls, api_call_id \d+: the secret of credential \d$/,
    },
    {
      title: 'what looks like a secret, whoever’s',
      tables: ['api_calls'],
      sql: `update api_calls set path = path || '?api_secret=unheard-of' where api_call_id = (select max(api_call_id) from api_calls)`,
      words: /^api_calls, api_call_id \d+: what looks like a secret in an address$/,
    },
    {
      title: 'a password in an error of the history',
      tables: ['sync_history'],
      sql: `update sync_history set error_details = '{"message": "timer-password is wrong"}' where sync_history_id = ${newest}`,
      words: /^sync_history, sync_history_id \d+: "password" of credential \d$/,
    },
    {
      title: 'a secret as a Basic header in the reason of a row of the queue',
      tables: ['sync_queue'],
      sql: `insert into sync_queue (operation_type, status, created_at, reason)
        select 'events', 'failed', '2026-09-12T10:00:00Z', 'Basic ' || encode('key-1:secret-1', 'base64')`,
      words: /^sync_queue, sync_queue_id \d+: the secret of credential \d$/,
    },
    {
      title: 'a token in the error of a rejected row',
      tables: ['rejected_rows'],
      sql: `insert into rejected_rows (timing_partner_id, provider_id, event_id, row_key, error, source_text, first_seen_at, last_seen_at)
        select 1, provider_id, $1, 'x', 'refused: Bearer abcdefghijklmnop1234', '{}', now(), now() from providers where name = 'Haku'`,
      words: /^rejected_rows, the row with ctid '\(\d+,\d+\)': what looks like an access token$/,
    },
  ],
  guards: [
    {
      title: 'nothing keeps two runs from claiming one event',
      tables: [],
      sql: 'drop index sync_history_claim',
      mend: `create unique index sync_history_claim on sync_history (timing_partner_id, provider_id, claim_key) where status = 'running'`,
      words:
        /^sync_history has no valid unique index over \(timing_partner_id, provider_id, claim_key\) where status = 'running'$/,
    },
    {
      title: 'a key without the partner',
      tables: [],
      sql: `alter table registration_outlines drop constraint registration_outlines_pkey;
        create unique index p on registration_outlines (provider_id, event_id, registration_id)`,
      mend: `drop index p;
        alter table registration_outlines add primary key (timing_partner_id, provider_id, event_id, registration_id)`,
      words:
        /^registration_outlines has no valid unique index over \(timing_partner_id, provider_id, event_id, registration_id\)$/,
    },
    {
      title: 'an event that stands twice, past a wrong index',
      tables: ['raceroster_events'],
      sql: `alter table raceroster_events drop constraint raceroster_events_pkey cascade;
        insert into raceroster_events select * from raceroster_events`,
      mend: 'alter table raceroster_events add primary key (timing_partner_id, event_id)',
      words: /^raceroster_events has several rows of \(timing_partner_id, event_id\) = \(1, [\w-]+\)$/,
    },
  ],
};
