import type { Migration } from '../../domain/tables.ts';

/** A sync that finds the provider's clock set back asks again, and does not take what comes for older than what is stored. */
export const providerClock: Migration = {
  name: '0011-provider-clock',
  sql: `
-- How far the provider's clock was ahead of ours in the first answer of a completed listing; in place of what it showed.
alter table sync_history add column if not exists provider_ahead_ms bigint;
alter table sync_history drop column if exists provider_at;
`,
};
