/** Says before anything is changed which rights are missing, instead of stopping in the middle. */
import { sql } from 'kysely';
import { DatabaseUnavailable } from '../../domain/errors.ts';
import type { Db } from '../database.ts';
import type { Catalog } from './catalog.ts';
import type { SavedView } from './save-view.ts';
import type { Step } from './steps.ts';

/** Something that only its owner, or a member of the owning role, may change. */
export interface Need {
  /** `table runsignup_events`, `view display_board`. */
  readonly what: string;
  readonly owner: string;
  readonly owned: boolean;
  /** False: it has to be made again, and its owner may not have it then. */
  readonly givable: boolean;
}

export function needsOf(
  actual: Catalog,
  tables: readonly string[],
  keySteps: readonly Step[],
  views: readonly SavedView[],
): readonly Need[] {
  const changed = new Set(
    keySteps.flatMap((step) => step.sql).flatMap((text) => /^alter table (\S+) drop constraint/.exec(text)?.[1] ?? []),
  );
  const needs = [
    ...tables.flatMap((name) => {
      const table = actual.tables.get(name);
      return table ? [{ what: `table ${name}`, owner: table.owner, owned: table.owned, givable: true }] : [];
    }),
    ...actual.foreignKeys
      .filter((key) => changed.has(key.table))
      .map(({ table, owner, owned }) => ({ what: `table ${table}`, owner, owned, givable: true })),
    ...views.map(({ name, owner, owned, givable }) => ({ what: `view ${name}`, owner, owned, givable })),
  ];
  return [...new Map(needs.map((need) => [need.what, need])).values()];
}

/** @throws DatabaseUnavailable naming what belongs to others, what is no table, or that nothing may be created. */
export async function checkRights(
  db: Db,
  { needs, odd }: { readonly needs: readonly Need[]; readonly odd: readonly string[] },
  shown: string,
): Promise<void> {
  if (odd.length > 0) {
    throw new DatabaseUnavailable(`in the database (${shown}) these are no plain tables: ${odd.join(', ')}`, {
      hint: 'p88sync takes over tables, not views or partitioned tables of these names. Nothing was changed.',
    });
  }
  const { rows } = await sql<{ user: string; schema: string; creates: boolean }>`select current_user as user,
    current_schema() as schema, has_schema_privilege(current_schema(), 'create') as creates`.execute(db);
  const [here] = rows;
  if (!here) throw new Error('a select without from returned no row');
  const foreign = needs.filter(({ owned }) => !owned);
  if (foreign.length > 0) {
    const owners = [...new Set(foreign.map(({ owner }) => owner))];
    throw new DatabaseUnavailable(
      `the database (${shown}) lets only their owner change: ${foreign.map(({ what, owner }) => `${what} (of ${owner})`).join(', ')}`,
      {
        hint: `Run \`p88sync migrate\` as that owner, or make ${here.user} a member: ${owners.map((owner) => `grant ${owner} to ${here.user}`).join('; ')}. Nothing was changed.`,
      },
    );
  }
  const kept = needs.filter(({ givable }) => !givable);
  if (kept.length > 0) {
    const owners = [...new Set(kept.map(({ owner }) => owner))].join(', ');
    throw new DatabaseUnavailable(
      `the database (${shown}) does not let ${owners} create in the schema ${here.schema}, so ${kept.map(({ what }) => what).join(', ')} cannot be made again for its owner`,
      {
        hint: `grant create on schema ${here.schema} to ${owners}; it can be revoked after \`p88sync migrate\`. Nothing was changed.`,
      },
    );
  }
  if (!here.creates) {
    throw new DatabaseUnavailable(
      `the database (${shown}) does not let ${here.user} create tables in the schema ${here.schema}`,
      { hint: `grant create on schema ${here.schema} to ${here.user}. Nothing was changed.` },
    );
  }
}
