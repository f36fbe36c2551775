import type { Migration } from '../../domain/tables.ts';

/** Who works on a row of the queue, until when it is believed, and why a try failed. */
export const queue: Migration = {
  name: '0007-queue',
  sql: `
alter table sync_queue add column if not exists host text;
alter table sync_queue add column if not exists process text;
alter table sync_queue add column if not exists lease_until timestamptz;
alter table sync_queue add column if not exists reason text;
create index if not exists sync_queue_processing on sync_queue (lease_until) where status = 'processing';
`,
};
