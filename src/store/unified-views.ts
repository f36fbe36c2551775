/** The views over all providers that other programs read; each provider contributes its SELECT. */
import { sql } from 'kysely';
import type { Provider } from '../domain/provider.ts';
import type { Db } from './database.ts';

/** `create or replace` keeps rights that were granted on the views, and refuses to drop or rename a column. */
export async function createUnifiedViews(tx: Db, providers: readonly Provider[]): Promise<void> {
  await createView(
    tx,
    'unified_events',
    providers.map((provider) => provider.views.events),
  );
  await createView(
    tx,
    'unified_participants',
    providers.map((provider) => provider.views.participants),
  );
  await createView(tx, 'unified_results', [
    ...providers.flatMap((provider) => provider.views.results ?? []),
    noResults,
  ]);
}

async function createView(tx: Db, name: string, selects: readonly string[]): Promise<void> {
  await sql`create or replace view ${sql.ref(name)} as ${sql.raw(selects.join('\nunion all\n'))}`.execute(tx);
}

/** Gives unified_results its columns while no provider of results is there. */
const noResults = `select null::text as source_provider, null::integer as timing_partner_id, null::text as event_id,
  null::text as bib_number, null::text as first_name, null::text as last_name, null::text as gender,
  null::integer as age, null::interval as results_time, null::interval as results_gun_time,
  null::integer as overall_place, null::timestamp as fetched_date where false`;
