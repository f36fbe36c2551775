/** One question of the audit: a SELECT of everything that is looked at, with a column that says what is broken. */
import { type RawBuilder, sql } from 'kysely';
import type { Check } from '../../domain/audit.ts';
import type { Db } from '../database.ts';

/** So many examples of each thing show what is wrong; counts say how often. */
const examplesShown = 3;

export interface Question<Row> extends Pick<Check, 'of' | 'hint'> {
  /** Yields a row for each thing looked at, with `at` (when it happened) and `broken` (boolean; null is not broken). */
  readonly judged: RawBuilder<unknown>;
  /** A broken row in words; its instants are ISO text. */
  readonly words: (row: Row) => string;
}

export async function judge<Row>(tx: Db, question: Question<Row>): Promise<Check> {
  const result = await sql<{ checked: number; broken: number; examples: readonly Row[] }>`
    with judged as materialized (${question.judged})
    select count(*)::int as checked, (count(*) filter (where broken))::int as broken,
      (select coalesce(jsonb_agg(to_jsonb(e)), '[]'::jsonb) from (
        select * from judged where broken order by at desc limit ${sql.lit(examplesShown)}) e) as examples
    from judged`.execute(tx);
  const { checked, broken, examples } = result.rows[0] ?? { checked: 0, broken: 0, examples: [] };
  return { of: question.of, hint: question.hint, checked, broken, examples: examples.map(question.words) };
}

/** Of checks that ask the same of several tables: one. */
export function together(checks: readonly Check[]): Check {
  const [first] = checks;
  if (!first) throw new Error('nothing was checked');
  return {
    of: first.of,
    hint: first.hint,
    checked: checks.reduce((sum, check) => sum + check.checked, 0),
    broken: checks.reduce((sum, check) => sum + check.broken, 0),
    examples: checks.flatMap((check) => check.examples).slice(0, examplesShown),
  };
}

/** An instant of an example, exact and in UTC. */
export function instant(at: string | null): string {
  return at === null ? 'an unknown time' : new Date(at).toISOString();
}
