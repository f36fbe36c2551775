/** The views over all providers that other programs read; each provider contributes its SELECT. */
import { sql } from 'kysely';
import type { Provider } from '../domain/provider.ts';
import { unifiedResults } from '../domain/unified-columns.ts';
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
const noResults = `select ${Object.entries(unifiedResults)
  .map(([name, type]) => `null::${type} as ${name}`)
  .join(', ')} where false`;
