/** Opens the database that the configuration names. */
import type { Database, DatabaseTarget, OpenOptions } from './database.ts';

/**
 * The driver is loaded on demand: an invocation on PostgreSQL never pays for PGlite, nor the other way round.
 * @throws EmbeddedDatabaseBusy where another process holds the data folder.
 */
export async function openDatabase(target: DatabaseTarget, options: OpenOptions): Promise<Database> {
  if (target.kind === 'embedded') {
    const { openEmbedded } = await import('./embedded.ts');
    return openEmbedded(target.dataDir, options);
  }
  const { openPostgres } = await import('./postgres.ts');
  return openPostgres(target.connection, target.shown, options);
}
