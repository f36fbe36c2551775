import type { Migration } from '../../domain/tables.ts';

/** What `audit` needs in order to prove from the rows alone that a run kept its promises. */
export const audit: Migration = {
  name: '0008-audit',
  sql: `
-- By the server's clock, which is one for all hosts: whether two runs overlapped is exact. started_at and finished_at are by
-- the run's own, which differs from host to host by the time that an answer of the server takes.
alter table sync_history add column if not exists claimed_at timestamptz;
-- When the run last proved that it still held the claim: with every page, and between pages.
alter table sync_history add column if not exists last_page_at timestamptz;
alter table sync_history add column if not exists released_at timestamptz;
-- Of a completed listing: the unit_id of the run that began it; several runs may have continued it.
alter table sync_history add column if not exists series uuid;
-- The provider's clock in the first answer of that listing: a watermark moves back only where this clock was set back.
alter table sync_history add column if not exists provider_at timestamptz;
-- What the call was made by: calls without a unit (a credential that is tested, an event that is linked) say nothing else.
alter table api_calls add column if not exists command text;
`,
};
