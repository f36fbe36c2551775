import type { Migration } from '../../domain/tables.ts';

/** What people were told of what is wrong, so that ten hosts tell it once. */
export const alerts: Migration = {
  name: '0009-alerts',
  sql: `
create table alerts (
  timing_partner_id integer not null references timing_partners on delete cascade,
  -- Such as sync-failed:2:974559: what is wrong, the provider's id and the event's.
  cause text not null,
  -- holds: it is wrong. well: it is well again.
  told text not null,
  told_at timestamptz not null,
  -- Null: no channel took the message, or nobody knows.
  delivered_at timestamptz,
  -- Channels that refused it.
  waiting text[] not null default '{}',
  primary key (timing_partner_id, cause)
);
-- What failed for good is looked for at every tick that may tell of it.
create index if not exists sync_history_failed_for_good on sync_history (timing_partner_id, provider_id, event_id)
  where status = 'failed_permanent';
create index if not exists sync_queue_failed on sync_queue (completed_at) where status = 'failed';
`,
};
