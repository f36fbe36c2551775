import type { Migration } from '../../domain/tables.ts';

/** What lists announced of registrations that take a call each, and which of it has been read. */
export const details: Migration = {
  name: '0004-details',
  sql: `
create table registration_outlines (
  timing_partner_id integer not null references timing_partners,
  provider_id integer not null references providers,
  event_id text not null,
  registration_id text not null,
  fingerprint text not null,
  -- The list's row, as JSON text.
  source_text text not null,
  -- When this fingerprint was first seen.
  announced_at timestamptz not null,
  -- The fingerprint that was announced when the registration was last read.
  read_fingerprint text,
  read_at timestamptz,
  -- Calls for this fingerprint that ended without an answer about the registration.
  attempts integer not null default 0,
  -- Read, and some of it could not be stored.
  refused boolean not null default false,
  -- A column of its own, since nothing tells the planner how rare it is that two columns differ.
  unread boolean not null generated always as (read_fingerprint is distinct from fingerprint) stored,
  primary key (timing_partner_id, provider_id, event_id, registration_id)
);
-- What waits to be read, in the order in which it is read.
create index registration_outlines_unread
  on registration_outlines (timing_partner_id, provider_id, event_id, attempts, announced_at desc, registration_id)
  where unread;

-- Calls that the listing of a sync took, over all runs that made it; the rest of api_calls were for single registrations.
alter table sync_history add column listing_calls integer;
`,
};
