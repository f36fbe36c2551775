import type { Migration } from '../../domain/tables.ts';

/** Which registration event is scored as which event of a scoring system: many to one, and the reverse. */
export const links: Migration = {
  name: '0003-links',
  sql: `
create table event_links (
  timing_partner_id integer not null references timing_partners,
  provider_id integer not null references providers,
  event_id text not null,
  scoring_provider_id integer not null references providers,
  scoring_event_id text not null,
  -- The credential that the scoring system is called with.
  partner_provider_credential_id integer references partner_provider_credentials on delete set null,
  linked_at timestamptz not null,
  primary key (timing_partner_id, provider_id, event_id, scoring_provider_id, scoring_event_id)
);
create index event_links_scoring on event_links (timing_partner_id, scoring_provider_id, scoring_event_id);
`,
};
