/** Runs a migration's SQL, which is one text of several statements. */
import { sql } from 'kysely';
import type { Db } from './database.ts';

/** One statement at a time: the extended protocol, which both drivers use, takes no script. */
export async function runScript(tx: Db, script: string): Promise<void> {
  for (const statement of statementsOf(script)) await sql.raw(statement).execute(tx);
}

/** A statement ends with a semicolon at the end of a line; lines that begin with `--` are comments. */
export function statementsOf(script: string): readonly string[] {
  return script
    .replace(/^\s*--.*$/gm, '')
    .split(/;\s*$/m)
    .filter((statement) => statement.trim() !== '')
    .map((statement) => statement.trim());
}
