/** Opens the database that the configuration names. */
import type { Database, DatabaseTarget, OpenOptions } from './database.ts';

/**
 * The driver is loaded on demand: an invocation on PostgreSQL never pays for PGlite, nor the other way round.
 * @throws EmbeddedDatabaseBusy where another process holds the data folder.
 */
export async function openDatabase(target: DatabaseTarget, options: OpenOptions): Promise<Database> {
  if (target.kind === 'embedded') {
    const { openEmbedded } = await import('./embedded.ts');
    return openEmbedded(target.dataDir, options, target.source);
  }
  standInForNavigator();
  const { openPostgres } = await import('./postgres.ts');
  return openPostgres(target.connection, target.shown, options);
}

/**
 * At import node-postgres asks `navigator` whether this is Cloudflare's runtime, and where there is none (Node 20) builds a
 * Response to find out, which loads all of Node's fetch: 13 of the 160 ms of an idle tick. From Node 21 on it is there.
 */
function standInForNavigator(): void {
  const scope = globalThis as { navigator?: { readonly userAgent: string } };
  scope.navigator ??= { userAgent: `Node.js/${process.versions.node.split('.')[0]}` };
}
