/**
 * Views forbid to change the type of a column that they read. They are dropped and made again in the same transaction,
 * with everything that hangs on them: owner, rights, comments, options, triggers, rules, defaults.
 */
import { sql } from 'kysely';
import type { Db } from '../database.ts';
import { unifiedViewNames } from '../unified-views.ts';
import { quoted } from './steps.ts';

export interface SavedView {
  /** With its schema where that is not in the path, quoted where it needs to be. */
  readonly name: string;
  readonly owner: string;
  readonly owned: boolean;
  /** Once made again it can be given to its owner, who needs the right to create in the schema for that. */
  readonly givable: boolean;
  readonly drop: string;
  /** In the order in which they have to run. */
  readonly create: readonly string[];
}

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
        ...own.filter(({ kind }) => kind === 'm').map(({ name }) => `materialized view ${name}`),
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

/** @param keepDefinition false: only what hangs on the view is saved; it gets another definition. */
export async function saveView(db: Db, name: string, keepDefinition = true): Promise<SavedView> {
  const found = await sql<{
    owner: string;
    owned: boolean;
    mine: boolean;
    givable: boolean;
    create: string;
    after: string[];
  }>`
    with v as (select c.*, c.oid::regclass::text as shown from pg_class c where c.oid = ${name}::regclass),
    o as (select v.relacl is not null and array(select x from aclexplode(v.relacl) x where x.grantee = v.relowner order by 1)
      <> array(select x from aclexplode(acldefault('r', v.relowner)) x order by 1) as changed from v)
    select pg_get_userbyid(v.relowner) as owner, pg_has_role(v.relowner, 'usage') as owned, v.relowner = current_user::regrole as mine,
      v.relowner = current_user::regrole or has_schema_privilege(v.relowner, v.relnamespace, 'create')
        or (select rolsuper from pg_roles where oid = current_user::regrole) as givable,
      'create view ' || shown || coalesce(' with (' || array_to_string(v.reloptions, ', ') || ')', '') || ' as ' || pg_get_viewdef(v.oid) as create,
      array(
        -- What an owner has by default, is there again by itself.
        select format('revoke all on %s from %I', shown, pg_get_userbyid(v.relowner)) from o where o.changed
        union all
        select format('grant %s on %s to %s%s', string_agg(lower(x.privilege_type), ', ' order by x.privilege_type), shown,
          case x.grantee when 0 then 'public' else x.grantee::regrole::text end, case when x.is_grantable then ' with grant option' else '' end)
        from o, aclexplode(v.relacl) x where o.changed or x.grantee <> v.relowner group by x.grantee, x.is_grantable)
      || array(
        select format('grant %s (%I) on %s to %s%s', lower(x.privilege_type), a.attname, shown,
          case x.grantee when 0 then 'public' else x.grantee::regrole::text end, case when x.is_grantable then ' with grant option' else '' end)
        from pg_attribute a cross join lateral aclexplode(a.attacl) x where a.attrelid = v.oid and a.attnum > 0 order by 1)
      || array(select format('comment on view %s is %L', shown, d) from obj_description(v.oid, 'pg_class') d where d is not null)
      || array(
        select format('comment on column %s.%I is %L', shown, a.attname, col_description(v.oid, a.attnum)) from pg_attribute a
        where a.attrelid = v.oid and a.attnum > 0 and col_description(v.oid, a.attnum) is not null order by a.attnum)
      || array(
        select format('alter view %s alter column %I set default %s', shown, a.attname, pg_get_expr(d.adbin, d.adrelid))
        from pg_attrdef d join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum where d.adrelid = v.oid order by a.attnum)
      || array(select pg_get_triggerdef(t.oid) from pg_trigger t where t.tgrelid = v.oid and not t.tgisinternal order by t.tgname)
      || array(select rtrim(pg_get_ruledef(r.oid), ';') from pg_rewrite r where r.ev_class = v.oid and r.rulename <> '_RETURN' order by r.rulename)
      as after
    from v`.execute(db);
  const [view] = found.rows;
  if (!view) throw new Error(`there is no view ${name}`);
  return {
    name,
    owner: view.owner,
    owned: view.owned,
    givable: view.givable,
    drop: `drop view ${name}`,
    create: [
      ...(keepDefinition ? [view.create.replace(/;\s*$/, '')] : []),
      ...(view.mine ? [] : [`alter view ${name} owner to ${quoted(view.owner)}`]),
      ...view.after,
    ],
  };
}
