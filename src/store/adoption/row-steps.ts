/** The few values that old rows get: ids of the provider where the old column holds others, and marks of duplicates. */
import { type DuplicateCounts, duplicateKey } from './index-steps.ts';
import { keysOf, meaningOf, type Situation, shapeOf } from './shape.ts';
import { quoted, type Step } from './steps.ts';

/** Rows per transaction: their locks are short, and a killed run has done what it has done. */
const batch = 5_000;

export function rowSteps(situation: Situation, duplicates: DuplicateCounts): readonly Step[] {
  const existing = [...situation.tables].filter((name) => situation.actual.tables.has(name)).sort();
  return [
    ...existing.flatMap((table) => holderSteps(situation, table)),
    ...existing.flatMap((table) => duplicateSteps(situation, table, duplicates)),
  ];
}

function holderSteps(situation: Situation, table: string): readonly Step[] {
  const shape = shapeOf(situation, table);
  const types = situation.actual.tables.get(table)?.columns;
  const ids = Object.entries(shape?.heldBy ?? {}).flatMap(([column, holder]) => {
    const meaning = meaningOf(shape, column, types?.get(column)?.type);
    return meaning === undefined ? [] : [[holder, meaning] as const];
  });
  const repeats = Object.entries(shape?.older?.repeats ?? {}).flatMap(([old, ours]) =>
    types?.has(old) ? [[ours, `t.${quoted(old)}`] as const] : [],
  );
  return [...ids, ...repeats].map(([column, value]) => ({
    kind: 'rows',
    table,
    sql: [
      `update ${quoted(table)} o set ${quoted(column)} = n.value
from (select t.ctid as place, ${value} as value from ${quoted(table)} t
  where t.${quoted(column)} is null and ${value} is not null limit ${batch}) n
where o.ctid = n.place`,
    ],
  }));
}

/** The newest row is the one that was fetched last, of those fetched together the one with the highest id. */
function duplicateSteps(situation: Situation, table: string, duplicates: DuplicateCounts): readonly Step[] {
  const columns = situation.actual.tables.get(table)?.columns;
  const wanted = situation.target.tables.get(table)?.columns;
  return keysOf(situation, table).flatMap(({ index, columns: key }): Step[] => {
    if (!duplicates.has(duplicateKey(table, index)) || !wanted?.has('duplicate_of')) return [];
    const name = columns?.has('id')
      ? 'id'
      : (situation.actual.tables.get(table)?.indexes.find(({ primary }) => primary)?.columns[0] ?? key[0] ?? '');
    const order = ['fetched_date', 'created_at', 'id']
      .filter((one) => columns?.has(one))
      .map((one) => `t.${one} desc nulls last`);
    return [
      {
        kind: 'rows',
        table,
        sql: [
          `update ${quoted(table)} o set duplicate_of = n.kept
from (select * from (
  select t.ctid as place, first_value(t.${quoted(name)}::text) over same as kept, row_number() over same as number
  from ${quoted(table)} t where t.duplicate_of is null and ${key.map((column) => `t.${quoted(column)} is not null`).join(' and ')}
  window same as (partition by ${key.map((column) => `t.${quoted(column)}`).join(', ')} order by ${[...order, 't.ctid desc'].join(', ')})
) numbered where number > 1 limit ${batch}) n
where o.ctid = n.place`,
        ],
      },
    ];
  });
}
