/** Sets aside the rows of a page that PostgreSQL cannot hold, so that they do not stop the others. */
import { sql } from 'kysely';
import type { Db } from './database.ts';
import { isRowError } from './database-errors.ts';

export interface RefusedRow<Row> {
  readonly row: Row;
  /** For `rejected_rows`: what PostgreSQL says. */
  readonly error: string;
}

/**
 * Stores all rows at once; where a row's values are the cause of a failure, halves, until that row stands alone.
 * @param store may be called again with a part of the same rows: whatever it counts, it counts at its end.
 * @returns the rows that were refused.
 */
export async function storeIsolated<Row>(
  tx: Db,
  rows: readonly Row[],
  store: (rows: readonly Row[]) => Promise<void>,
): Promise<readonly RefusedRow<Row>[]> {
  const [first] = rows;
  if (first === undefined) return [];
  await sql`savepoint page`.execute(tx);
  try {
    await store(rows);
    await sql`release savepoint page`.execute(tx);
    return [];
  } catch (error) {
    if (!isRowError(error)) throw error;
    await sql`rollback to savepoint page`.execute(tx);
    // It outlives a rollback to it: without the release a page of bad rows would nest thousands of them.
    await sql`release savepoint page`.execute(tx);
    if (rows.length === 1) return [{ row: first, error: `PostgreSQL refuses it: ${(error as Error).message}` }];
    const middle = Math.ceil(rows.length / 2);
    const refused = await storeIsolated(tx, rows.slice(0, middle), store);
    return [...refused, ...(await storeIsolated(tx, rows.slice(middle), store))];
  }
}
