/** Who reads the tables: views forbid to change the type of a column, and are made again around the change (save-view.ts). */
import { sql } from 'kysely';
import type { Db } from '../database.ts';
import { unifiedViewNames } from '../unified-views.ts';
import { type SavedView, saveView } from './save-view.ts';

/** One column of a table, and who reads it. */
export interface Readers {
  readonly column: string;
  /** Views that read it, themselves or through others; `depth`: how many lie between at most, from any column. */
  readonly views: readonly { readonly name: string; readonly depth: number }[];
  /** What keeps the column's type as it is: `trigger x`, `materialized view y`. */
  readonly fixed: readonly string[];
}

interface Dependent {
  readonly column: string;
  readonly name: string;
  readonly kind: string;
  readonly depth: number;
}

/** Who depends on the columns of a table of the current schema. */
export async function readReaders(db: Db, table: string): Promise<readonly Readers[]> {
  const views = await sql<Dependent>`
    with recursive reader(num, view, depth) as (
      select d.refobjsubid, r.ev_class, 1 from pg_depend d join pg_rewrite r on r.oid = d.objid
      where d.classid = 'pg_rewrite'::regclass and d.refclassid = 'pg_class'::regclass
        and d.refobjid = ${table}::regclass and d.refobjsubid > 0 and r.ev_class <> d.refobjid
      union
      select reader.num, r.ev_class, reader.depth + 1 from reader
        join pg_depend d on d.refobjid = reader.view and d.classid = 'pg_rewrite'::regclass and d.refclassid = 'pg_class'::regclass
        join pg_rewrite r on r.oid = d.objid and r.ev_class <> reader.view)
    select a.attname as "column", c.oid::regclass::text as name, c.relkind as kind, max(reader.depth) as depth
    from reader join pg_class c on c.oid = reader.view
      join pg_attribute a on a.attrelid = ${table}::regclass and a.attnum = reader.num
    group by 1, 2, 3 order by 4, 2`.execute(db);
  const others = await sql<{ column: string; what: string }>`
    select distinct a.attname as "column", pg_describe_object(d.classid, d.objid, 0) as what
    from pg_depend d join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
    where d.refclassid = 'pg_class'::regclass and d.refobjid = ${table}::regclass and d.refobjsubid > 0
      and (d.classid in ('pg_trigger'::regclass, 'pg_policy'::regclass, 'pg_proc'::regclass, 'pg_publication_rel'::regclass)
        or (d.classid = 'pg_attrdef'::regclass and exists (select 1 from pg_attrdef f
          where f.oid = d.objid and f.adnum <> d.refobjsubid))
        or (d.classid = 'pg_constraint'::regclass and exists (select 1 from pg_constraint k
          where k.oid = d.objid and k.contype = 'c' and pg_relation_size(d.refobjid) > ${smallBytes}))
        or (d.classid = 'pg_class'::regclass and exists (select 1 from pg_index i where i.indexrelid = d.objid
          and (i.indexprs is not null or i.indpred is not null) and pg_relation_size(d.refobjid) > ${smallBytes})))
    order by 1, 2`.execute(db);
  const columns = new Set([...views.rows, ...others.rows].map(({ column }) => column));
  const depths = new Map<string, number>();
  for (const { name, depth } of views.rows) depths.set(name, Math.max(depth, depths.get(name) ?? 0));
  return [...columns].map((column) => {
    const own = views.rows.filter((one) => one.column === column);
    return {
      column,
      views: own.map(({ name }) => ({ name, depth: depths.get(name) ?? 0 })),
      fixed: [
        // Made again with its rows it would keep the table locked as long; a rule hangs on a table that stays.
        ...own.filter(({ kind }) => kind === 'm').map(({ name }) => `materialized view ${name}`),
        ...own.filter(({ kind }) => kind !== 'm' && kind !== 'v').map(({ name }) => `a rule of ${name}`),
        ...others.rows.filter((one) => one.column === column).map(({ what }) => what),
      ],
    };
  });
}

/** Checking a constraint, or building an index on an expression again, takes a moment up to this size of the table. */
const smallBytes = 32 * 1024 * 1024;

/** Our views where they are there already, and what reads them: dropped and made again around ours. */
export interface UnifiedViews {
  /** Without their definitions: only what hangs on them. */
  readonly views: readonly SavedView[];
  /** Those that read others of them behind these. */
  readonly readers: readonly SavedView[];
}

export async function readUnifiedViews(db: Db): Promise<UnifiedViews> {
  const there = await sql<{ name: string }>`select relname as name from pg_class
    where relnamespace = current_schema()::regnamespace and relkind = 'v' and relname = any(${[...unifiedViewNames]}) order by 1`.execute(
    db,
  );
  const names = there.rows.map(({ name }) => name);
  const found = await sql<{ name: string }>`
    with recursive reader(view, depth) as (
      select name::regclass::oid, 0 from unnest(${names}::text[]) as n(name)
      union
      select r.ev_class, reader.depth + 1 from reader
        join pg_depend d on d.refobjid = reader.view and d.classid = 'pg_rewrite'::regclass and d.refclassid = 'pg_class'::regclass
        join pg_rewrite r on r.oid = d.objid and r.ev_class <> reader.view)
    select reader.view::regclass::text as name from reader group by reader.view having max(depth) > 0
    order by max(depth), 1`.execute(db);
  const views: SavedView[] = [];
  for (const name of names) views.push(await saveView(db, name, false));
  const readers: SavedView[] = [];
  for (const { name } of found.rows) if (!names.includes(name)) readers.push(await saveView(db, name));
  return { views, readers };
}
