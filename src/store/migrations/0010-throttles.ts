import type { Migration } from '../../domain/tables.ts';

/** How many times in a row the provider asked a credential to slow down: each rest is longer than the one before. */
export const throttles: Migration = {
  name: '0010-throttles',
  sql: `
alter table partner_provider_credentials add column if not exists throttles integer not null default 0;
`,
};
