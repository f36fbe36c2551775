/**
 * No secret in history and logs. What is known is compared here and not in SQL: a server that logs slow statements, or all of
 * them, writes their parameters with them, and the secrets would stand in its log.
 */
import { type RawBuilder, sql } from 'kysely';
import type { Check } from '../../domain/audit.ts';
import type { Db } from '../database.ts';
import type { Cipher } from '../encryption.ts';
import type { AuditScope } from './scope.ts';
import { type KnownSecrets, readKnownSecrets, secretIn } from './secret-texts.ts';

export interface SecretsToFind {
  readonly cipher: Cipher;
  /** Secrets that are not in the database, by whose they are. */
  readonly others: readonly { readonly of: string; readonly secret: string }[];
}

/** A table's texts; `id` orders and names its rows. */
interface Place {
  readonly table: string;
  readonly id: string;
  readonly columns: readonly string[];
  /** Which rows, of the table as `t`. */
  readonly where: (scope: AuditScope) => RawBuilder<unknown>;
}

const places: readonly Place[] = [
  {
    table: 'api_calls',
    id: 'api_call_id',
    columns: ['path', 'error'],
    where: ({ from }) => sql`t.called_at >= ${from}::timestamptz
      and t.api_call_id >= (select min(api_call_id) from api_calls where called_at >= ${from}::timestamptz)`,
  },
  {
    table: 'sync_history',
    id: 'sync_history_id',
    columns: ['reason', 'error_details', 'checkpoint', 'data_snapshot', 'callback_url'],
    // Rows of older programs have no start.
    where: ({ from }) => sql`t.started_at >= ${from}::timestamptz
      and t.sync_history_id >= (select min(sync_history_id) from sync_history where started_at >= ${from}::timestamptz)
      and num_nonnulls(t.reason, t.error_details, t.checkpoint, t.data_snapshot, t.callback_url) > 0`,
  },
  {
    table: 'sync_queue',
    id: 'sync_queue_id',
    columns: ['payload', 'reason'],
    where: ({ from }) => sql`t.created_at >= ${from}::timestamptz`,
  },
  {
    table: 'partner_provider_credentials',
    id: 'partner_provider_credential_id',
    columns: ['refused_reason'],
    where: () => sql`t.refused_reason is not null`,
  },
];

/** Tables without a number of their own, and one that not every version has; small, or rarely filled. */
const smallPlaces: readonly { readonly table: string; readonly columns: readonly string[] }[] = [
  { table: 'rejected_rows', columns: ['error'] },
  { table: 'pushed_participants', columns: ['error'] },
  { table: 'alerts', columns: [] },
];

const rowsAtOnce = 10_000;

export async function findSecrets(
  tx: Db,
  scope: AuditScope,
  { cipher, others }: SecretsToFind,
): Promise<{ check: Check; notes: readonly string[] }> {
  const known = await readKnownSecrets(tx, cipher, others);
  const tally = { checked: 0, broken: 0, examples: [] as string[] };
  for (const place of places) {
    for (let last = '0'; ; ) {
      const rows = await sql<{ id: string; text: string }>`
        select t.${sql.ref(place.id)}::text as id, ${textOf(place.columns)} as text from ${sql.table(place.table)} t
        where t.${sql.ref(place.id)} > ${last}::bigint and ${place.where(scope)}
        order by t.${sql.ref(place.id)} limit ${sql.lit(rowsAtOnce)}`.execute(tx);
      look(rows.rows, known, tally, ({ id }) => `${place.table}, ${place.id} ${id}`);
      const end = rows.rows.at(-1);
      if (!end || rows.rows.length < rowsAtOnce) break;
      last = end.id;
    }
  }
  for (const { table, columns } of smallPlaces) {
    const there = await sql<{ is: boolean }>`select to_regclass(${table}) is not null as is`.execute(tx);
    if (!there.rows[0]?.is) continue;
    const text = columns.length === 0 ? sql`t::text` : textOf(columns);
    const rows = await sql<{
      id: string;
      text: string;
    }>`select t.ctid::text as id, ${text} as text from ${sql.table(table)} t
      where ${columns.length === 0 ? sql`true` : sql`num_nonnulls(${refs(columns)}) > 0`}`.execute(tx);
    look(rows.rows, known, tally, ({ id }) => `${table}, the row with ctid '${id}'`);
  }
  return {
    check: {
      of: ['text', 'texts'],
      ...tally,
      examples: tally.examples.slice(0, 3),
      hint: 'Have the provider give out another secret, enter it with `p88sync credentials add`, then blank the text in the row. Report which call or error wrote it there.',
    },
    notes: notesOf(known),
  };
}

/** A page of rows as one text first: hardly ever is anything found, and one search is quicker than ten thousand. */
function look<Row extends { readonly text: string }>(
  rows: readonly Row[],
  known: KnownSecrets,
  tally: { checked: number; broken: number; examples: string[] },
  where: (row: Row) => string,
): void {
  tally.checked += rows.length;
  if (secretIn(rows.map(({ text }) => text).join('\n'), known) === undefined) return;
  for (const row of rows) {
    const found = secretIn(row.text, known);
    if (found === undefined) continue;
    tally.broken += 1;
    tally.examples.push(`${where(row)}: ${found}`);
  }
}

function notesOf({ short, closed }: KnownSecrets): string[] {
  const notes: string[] = [];
  if (closed > 0) {
    notes.push(
      `The encryption key that is set does not open ${closed} of the stored secrets: of these only what looks like a secret was looked for. Run it with the settings of the timers.`,
    );
  }
  if (short > 0)
    notes.push(
      `Not looked for, because they could be part of any word: ${short} ${short === 1 ? 'secret' : 'secrets'} of less than 8 characters.`,
    );
  return notes;
}

/** Blank where a column is. */
function textOf(columns: readonly string[]) {
  return sql`concat_ws(' ', ${refs(columns)})`;
}

function refs(columns: readonly string[]) {
  return sql.join(columns.map((column) => sql`t.${sql.ref(column)}`));
}
