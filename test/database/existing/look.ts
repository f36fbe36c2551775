/** What a test compares of a database before and after: rows, files, views and what hangs on them. */
import type pg from 'pg';

export interface TableContent {
  readonly table: string;
  readonly columns: readonly string[];
  readonly rows: number;
  /** Over all rows, in an order of their own. */
  readonly digest: string;
}

/** Every table that is there now, with the columns it has now. */
export async function contentOf(client: pg.Client): Promise<readonly TableContent[]> {
  const { rows } = await client.query<{ table: string; columns: string[] }>(`
    select c.relname as "table", array_agg(a.attname::text order by a.attnum) as columns
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' group by 1 order by 1`);
  return contentAgain(client, rows);
}

/** The same tables and columns as before, as they are now. */
export async function contentAgain(
  client: pg.Client,
  before: readonly { readonly table: string; readonly columns: readonly string[] }[],
): Promise<readonly TableContent[]> {
  const contents: TableContent[] = [];
  for (const { table, columns } of before) {
    const { rows } = await client.query<{ rows: number; digest: string }>(
      `select count(*)::int as rows, coalesce(md5(string_agg(text, e'\\n' order by text)), '') as digest
       from (select row(${columns.join(', ')})::text as text from ${rowsOf(table)}) r`,
    );
    contents.push({ table, columns, rows: rows[0]?.rows ?? 0, digest: rows[0]?.digest ?? '' });
  }
  return contents;
}

/** `migrate` adds a row for each provider that the older programs did not know. */
function rowsOf(table: string): string {
  return table === 'providers' ? "(select * from providers where name not in ('Let''s Do This')) p" : table;
}

/** Where PostgreSQL keeps each table: another file means that it was rewritten. */
export async function filesOf(client: pg.Client, tables: readonly string[]) {
  const { rows } = await client.query(
    'select t as "table", pg_relation_filenode(t::regclass) as file from unnest($1::text[]) t',
    [tables],
  );
  return rows;
}

/** Definition, owner, rights, comments, options and triggers of every view but the unified ones. */
export async function viewsOf(client: pg.Client) {
  const { rows } = await client.query(`
    select c.relname, pg_get_viewdef(c.oid) as definition, array(select x::text from unnest(coalesce(c.relacl, acldefault('r', c.relowner))) x order by 1) as rights, c.reloptions, c.relowner::regrole::text as owner,
      obj_description(c.oid, 'pg_class') as comment,
      array(select a.attname || ' ' || coalesce(col_description(c.oid, a.attnum), '-') || ' ' || coalesce(a.attacl::text, '-')
        from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 order by a.attnum) as columns,
      array(select pg_get_triggerdef(t.oid) from pg_trigger t where t.tgrelid = c.oid order by t.tgname) as triggers
    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'v' and c.relname not like 'unified%' order by 1`);
  // What was varchar is text: PostgreSQL writes fewer casts into the same definition.
  return rows.map((row) => ({ ...row, definition: row.definition.replace(/::text|[()]/g, '') }));
}

/** Queries of the race display, the dashboard and the web application. */
const queries = {
  events: `select source_provider, timing_partner_id, event_id, event_name, event_date, city, state, distance, fetched_date
    from unified_events where source_provider = any($1)`,
  people: `select source_provider, timing_partner_id, event_id, first_name, last_name, email, gender, bib_number, city, state, age,
    registration_date, fetched_date from unified_participants where source_provider = any($1)`,
  results: `select source_provider, timing_partner_id, event_id, bib_number, first_name, last_name, gender, age, results_time,
    results_gun_time, overall_place, fetched_date from unified_results where source_provider = any($1)`,
  lastSyncs: `select distinct on (event_id) event_id, status, sync_time, num_of_synced_records from sync_history
    where status in ('completed', 'success') and $1::text[] is not null order by event_id, sync_time desc`,
  failures: `select timing_partner_id, status, count(*), max(sync_time) from sync_history where $1::text[] is not null group by 1, 2`,
  queue: `select sync_queue_id, event_id, operation_type, priority, status, retry_count, max_retries, scheduled_time from sync_queue
    where status <> 'pending' and $1::text[] is not null`,
};

export type OldAnswers = Readonly<Record<keyof typeof queries, readonly string[]>>;

/** @param providers of which rows of the views are wanted, by `source_provider`. */
export async function oldAnswers(client: pg.Client, providers: readonly string[]): Promise<OldAnswers> {
  const answers: Record<string, readonly string[]> = {};
  for (const [name, query] of Object.entries(queries)) {
    const { rows } = await client.query<{ text: string }>(`select q::text as text from (${query}) q order by 1`, [
      providers,
    ]);
    answers[name] = rows.map(({ text }) => text);
  }
  return answers as OldAnswers;
}

/** Rows of `before` that `after` has not, as often as they are. */
export function lost(before: readonly string[], after: readonly string[]): readonly string[] {
  const left = new Map<string, number>();
  for (const row of after) left.set(row, (left.get(row) ?? 0) + 1);
  return before.filter((row) => {
    const n = left.get(row) ?? 0;
    left.set(row, n - 1);
    return n === 0;
  });
}
