import type { Migration } from '../../domain/tables.ts';

/** A watermark does not move back: a sync that sees the provider's clock set back asks again at once (sync/provider-clock.ts). */
export const providerClock: Migration = {
  name: '0011-provider-clock',
  sql: `
alter table sync_history drop column if exists provider_at;
`,
};
