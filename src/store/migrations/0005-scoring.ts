import type { Migration } from '../../domain/tables.ts';

/** What every scoring event was told of every registration, and the way to the history of pushes and pulls. */
export const scoring: Migration = {
  name: '0005-scoring',
  sql: `
create table pushed_participants (
  timing_partner_id integer not null references timing_partners,
  scoring_provider_id integer not null references providers,
  scoring_event_id text not null,
  -- Stable over all registration providers, such as runsignup-91000001.
  source_id text not null,
  -- The registration event that the person came from: a link that is removed takes nobody out of the scoring event.
  provider_id integer not null references providers,
  event_id text not null,
  -- Of what the scoring system last took.
  content_hash text,
  pushed_at timestamptz,
  removed_at timestamptz,
  -- The scoring system cannot be told: a person takes them out.
  left_by_hand boolean not null default false,
  -- Why the scoring system did not take them the last time.
  error text,
  primary key (timing_partner_id, scoring_provider_id, scoring_event_id, source_id)
);
-- The newest sync of an event that changed something: whether a push is due.
create index sync_history_changes on sync_history (timing_partner_id, provider_id, event_id, finished_at desc)
  where inserted + updated + removed > 0;
create index sync_history_pushes on sync_history (timing_partner_id, provider_id, event_id, sync_history_id desc)
  where operation_type = 'participants' and sync_direction = 'push';
create index sync_history_results on sync_history (timing_partner_id, provider_id, event_id, sync_history_id desc)
  where operation_type = 'results' and sync_direction = 'pull';
`,
};
