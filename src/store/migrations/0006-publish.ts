import type { Migration } from '../../domain/tables.ts';

/** Which result set of a registration provider holds the results of an event, and what was published to it last. */
export const publish: Migration = {
  name: '0006-publish',
  sql: `
create table published_result_sets (
  timing_partner_id integer not null references timing_partners,
  provider_id integer not null references providers,
  event_id text not null,
  -- Null while it is being made: a run that dies then leaves a set that is found by its name.
  result_set_id text,
  name text not null,
  -- How p88sync made it; null where somebody else did.
  options jsonb,
  -- The provider's id of a split by its name.
  splits jsonb not null default '{}',
  published_at timestamptz,
  rows integer,
  -- Of what was published; null since somebody began to change the set.
  fingerprint text,
  primary key (timing_partner_id, provider_id, event_id)
);
`,
};
