/**
 * A view with everything that hangs on it: definition, options, owner, rights, comments, defaults, triggers, rules, indexes.
 * It is dropped and made again in one transaction, so that nobody ever misses it.
 */
import { sql } from 'kysely';
import type { Db } from '../database.ts';
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

/** @param keepDefinition false: only what hangs on the view is saved; it gets another definition. */
export async function saveView(db: Db, name: string, keepDefinition = true): Promise<SavedView> {
  const found = await sql<{
    owner: string;
    owned: boolean;
    mine: boolean;
    givable: boolean;
    kind: string;
    create: string;
    after: string[];
  }>`
    with v as (select c.*, c.oid::regclass::text as shown, case c.relkind when 'm' then 'materialized view' else 'view' end as kind
      from pg_class c where c.oid = ${name}::regclass),
    o as (select v.relacl is not null and array(select x from aclexplode(v.relacl) x where x.grantee = v.relowner order by 1)
      <> array(select x from aclexplode(acldefault('r', v.relowner)) x order by 1) as changed from v)
    select pg_get_userbyid(v.relowner) as owner, pg_has_role(v.relowner, 'usage') as owned, v.relowner = current_user::regrole as mine,
      v.relowner = current_user::regrole or has_schema_privilege(v.relowner, v.relnamespace, 'create')
        or (select rolsuper from pg_roles where oid = current_user::regrole) as givable,
      'create ' || kind || ' ' || shown || coalesce(' with (' || array_to_string(v.reloptions, ', ') || ')', '') || ' as ' || rtrim(pg_get_viewdef(v.oid), ';')
        || case when not v.relispopulated then ' with no data' else '' end as create, kind,
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
      || array(select format('comment on %s %s is %L', kind, shown, d) from obj_description(v.oid, 'pg_class') d where d is not null)
      || array(
        select format('comment on column %s.%I is %L', shown, a.attname, col_description(v.oid, a.attnum)) from pg_attribute a
        where a.attrelid = v.oid and a.attnum > 0 and col_description(v.oid, a.attnum) is not null order by a.attnum)
      || array(
        select format('alter view %s alter column %I set default %s', shown, a.attname, pg_get_expr(d.adbin, d.adrelid))
        from pg_attrdef d join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum where d.adrelid = v.oid order by a.attnum)
      || array(select pg_get_triggerdef(t.oid) from pg_trigger t where t.tgrelid = v.oid and not t.tgisinternal order by t.tgname)
      || array(select rtrim(pg_get_ruledef(r.oid), ';') from pg_rewrite r where r.ev_class = v.oid and r.rulename <> '_RETURN' order by r.rulename)
      || array(select pg_get_indexdef(i.indexrelid) from pg_index i where i.indrelid = v.oid order by i.indexrelid)
      as after
    from v`.execute(db);
  const [view] = found.rows;
  if (!view) throw new Error(`there is no view ${name}`);
  return {
    name,
    owner: view.owner,
    owned: view.owned,
    givable: view.givable,
    drop: `drop ${view.kind} ${name}`,
    create: [
      ...(keepDefinition ? [view.create] : []),
      ...(view.mine ? [] : [`alter ${view.kind} ${name} owner to ${quoted(view.owner)}`]),
      ...view.after,
    ],
  };
}
