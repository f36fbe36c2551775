/** Tables of one schema as PostgreSQL's catalogs describe them: what adoption compares. */
import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../database.ts';

export interface CatalogColumn {
  readonly name: string;
  /** As `format_type` spells it: `character varying(20)`. */
  readonly type: string;
  readonly notNull: boolean;
  readonly default: string | null;
  /** The expression of a stored generated column. */
  readonly generated: string | null;
  /** It numbers its rows: an identity, or a default that takes from a sequence. */
  readonly numbered: boolean;
}

export interface CatalogIndex {
  readonly name: string;
  /** Empty where it is on expressions. */
  readonly columns: readonly string[];
  readonly unique: boolean;
  readonly primary: boolean;
  /** The constraint that it belongs to; null: a plain index. */
  readonly constraint: string | null;
  readonly predicate: string | null;
  /** False: left by a CREATE INDEX CONCURRENTLY that was killed or failed. */
  readonly valid: boolean;
  /** The definition behind the table's name: `USING btree (a, b) WHERE …`. */
  readonly using: string;
}

export interface CatalogTable {
  readonly name: string;
  /** `r` table, `p` partitioned table, `v` view, `m` materialized view, `f` foreign table. */
  readonly kind: string;
  readonly owner: string;
  /** The user may change it: its owner, a member of the owning role, or a superuser. */
  readonly owned: boolean;
  /** Bytes of its rows; an index over few is rebuilt in no time. */
  readonly bytes: number;
  /** A publication sends its updates and deletes, for which it needs a replica identity. */
  readonly published: boolean;
  readonly columns: ReadonlyMap<string, CatalogColumn>;
  readonly indexes: readonly CatalogIndex[];
}

export interface CatalogForeignKey {
  readonly name: string;
  /** With its schema where that is another. */
  readonly table: string;
  readonly columns: readonly string[];
  readonly refTable: string;
  readonly refColumns: readonly string[];
  /** The index of the referenced table that it leans on. */
  readonly refIndex: string;
  /** `cascade`, `set null`, …; undefined: no action. */
  readonly onDelete: string | undefined;
  /** False: made without reading the rows that were there. */
  readonly validated: boolean;
  readonly owned: boolean;
  readonly owner: string;
  readonly hasPartner: boolean;
}

export interface Catalog {
  readonly tables: ReadonlyMap<string, CatalogTable>;
  readonly foreignKeys: readonly CatalogForeignKey[];
}

/** The schema that p88sync's tables are in, and the one of temporary tables. */
export const currentSchema = sql`current_schema()::regnamespace`;
export const temporarySchema = sql`pg_my_temp_schema()`;

export async function readCatalog(db: Db, schema: RawBuilder<unknown>): Promise<Catalog> {
  const tables = await sql<Omit<CatalogTable, 'columns' | 'indexes'>>`
    select c.relname as name, c.relkind as kind, pg_get_userbyid(c.relowner) as owner,
      pg_has_role(c.relowner, 'usage') as owned,
      case when c.relkind in ('r', 'm') then pg_relation_size(c.oid) else 0 end as bytes,
      exists (select 1 from pg_publication_tables p
        where p.schemaname = c.relnamespace::regnamespace::text and p.tablename = c.relname) as published
    from pg_class c where c.relnamespace = ${schema} and c.relkind in ('r', 'p', 'v', 'm', 'f')
    order by 1`.execute(db);
  const columns = await sql<CatalogColumn & { table: string }>`
    select c.relname as "table", a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
      a.attnotnull as "notNull", case when a.attgenerated = '' then pg_get_expr(d.adbin, d.adrelid) end as "default",
      case when a.attgenerated <> '' then pg_get_expr(d.adbin, d.adrelid) end as generated,
      a.attidentity <> '' or coalesce(pg_get_expr(d.adbin, d.adrelid) like 'nextval(%', false) as numbered
    from pg_class c join pg_attribute a on a.attrelid = c.oid
      left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    where c.relnamespace = ${schema} and c.relkind in ('r', 'p', 'v', 'm', 'f') and a.attnum > 0 and not a.attisdropped
    order by c.relname, a.attnum`.execute(db);
  const indexes = await sql<CatalogIndex & { table: string }>`
    select c.relname as "table", x.relname as name, i.indisunique as unique, i.indisprimary as primary,
      k.conname as constraint, pg_get_expr(i.indpred, i.indrelid) as predicate, i.indisvalid as valid,
      substring(pg_get_indexdef(i.indexrelid) from ' (USING .*)$') as using,
      case when i.indexprs is not null then '{}' else array(select a.attname::text
        from unnest(i.indkey::int2[]) with ordinality n(num, place)
        join pg_attribute a on a.attrelid = c.oid and a.attnum = n.num
        where n.place <= i.indnkeyatts order by n.place) end as columns
    from pg_index i join pg_class c on c.oid = i.indrelid join pg_class x on x.oid = i.indexrelid
      left join pg_constraint k on k.conindid = i.indexrelid and k.conrelid = c.oid and k.contype in ('p', 'u', 'x')
    where c.relnamespace = ${schema} order by x.relname`.execute(db);
  const foreignKeys = await sql<CatalogForeignKey>`
    select k.conname as name, k.conrelid::regclass::text as "table", r.relname as "refTable", x.relname as "refIndex",
      array(select a.attname::text from unnest(k.conkey) with ordinality n(num, place)
        join pg_attribute a on a.attrelid = k.conrelid and a.attnum = n.num order by n.place) as columns,
      array(select a.attname::text from unnest(k.confkey) with ordinality n(num, place)
        join pg_attribute a on a.attrelid = k.confrelid and a.attnum = n.num order by n.place) as "refColumns",
      case k.confdeltype when 'c' then 'cascade' when 'n' then 'set null' when 'd' then 'set default' when 'r' then 'restrict' end as "onDelete",
      k.convalidated as validated, pg_has_role(t.relowner, 'usage') as owned, pg_get_userbyid(t.relowner) as owner,
      exists (select 1 from pg_attribute a where a.attrelid = t.oid and a.attname = 'timing_partner_id' and not a.attisdropped) as "hasPartner"
    from pg_constraint k join pg_class t on t.oid = k.conrelid join pg_class r on r.oid = k.confrelid
      join pg_class x on x.oid = k.conindid
    where k.contype = 'f' and r.relnamespace = ${schema} and k.conparentid = 0 order by 2, 1`.execute(db);
  return {
    tables: new Map(
      tables.rows.map((table) => [
        table.name,
        {
          ...table,
          columns: new Map(
            columns.rows
              .filter((one) => one.table === table.name)
              .map(({ table: _, ...column }) => [column.name, column]),
          ),
          indexes: indexes.rows.filter((one) => one.table === table.name).map(({ table: _, ...index }) => index),
        },
      ]),
    ),
    foreignKeys: foreignKeys.rows.map((key) => ({ ...key, onDelete: key.onDelete ?? undefined })),
  };
}
