/** A scoring system of the test's own: one table behind the view unified_results, and links of events to it. */
import { unifiedResults } from '../../src/domain/unified-columns.ts';
import type { Installation } from './installation.ts';

export interface ToyResult {
  readonly id: string;
  readonly participantId?: string | null;
  readonly bib?: string | null;
  readonly name?: string;
  readonly status?: string | null;
  readonly division?: string | null;
  readonly place?: number | null;
  readonly clockMs?: number | null;
  readonly chipMs?: number | null;
  readonly splits?: readonly { readonly name: string; readonly time_ms: number | null }[];
}

const columns: Readonly<Record<keyof typeof unifiedResults, string>> = {
  source_provider: "'Toy Scoring'::text",
  timing_partner_id: 'timing_partner_id',
  event_id: 'event_id',
  bib_number: 'bib',
  first_name: 'name',
  last_name: 'null::text',
  gender: 'null::text',
  age: 'null::integer',
  results_time: "chip_ms * interval '1 millisecond'",
  results_gun_time: "clock_ms * interval '1 millisecond'",
  overall_place: 'place',
  fetched_date: 'null::timestamp',
  result_id: 'id',
  participant_id: 'participant_id',
  status: 'status',
  division: 'division',
  gender_place: 'null::integer',
  division_place: 'null::integer',
  splits: 'splits',
  removed_at: 'removed_at',
};

/** Its table, its row in providers, and the view over it alone. */
export async function installToyScoring(here: Installation): Promise<void> {
  await here.query(`create table toy_results (timing_partner_id integer, event_id text, id text, participant_id text, bib text,
    name text, status text, division text, place integer, clock_ms double precision, chip_ms double precision, splits jsonb,
    removed_at timestamptz, primary key (timing_partner_id, event_id, id))`);
  await here.query("insert into providers (name) values ('Toy Scoring')");
  const select = Object.keys(unifiedResults).map(
    (name) => `${columns[name as keyof typeof unifiedResults]} as ${name}`,
  );
  await here.query(`create or replace view unified_results as select ${select.join(', ')} from toy_results`);
}

/** Ties an event of RunSignUp to a scoring event, as `link` does. */
export async function linkToy(here: Installation, eventId: string, scoringEvent = 'toy'): Promise<void> {
  await here.query(
    `insert into event_links (timing_partner_id, provider_id, event_id, scoring_provider_id, scoring_event_id, linked_at)
    select 1, r.provider_id, $1, t.provider_id, $2, now() from providers r, providers t where r.name = 'RunSignUp' and t.name = 'Toy Scoring'`,
    [eventId, scoringEvent],
  );
}

/** What the scoring event holds from now on, as pull-results stores it: what is gone is marked. */
export async function score(here: Installation, results: readonly ToyResult[], scoringEvent = 'toy'): Promise<void> {
  await here.query('update toy_results set removed_at = now() where event_id = $1', [scoringEvent]);
  const rows = results.map((one) => ({
    status: 'finished',
    participant_id: one.participantId,
    clock_ms: one.clockMs,
    chip_ms: one.chipMs,
    ...one,
  }));
  await here.query(
    `insert into toy_results (timing_partner_id, event_id, id, participant_id, bib, name, status, division, place, clock_ms, chip_ms, splits)
    select 1, $2, r.* from jsonb_to_recordset($1::jsonb) as r(id text, participant_id text, bib text, name text, status text, division text,
      place integer, clock_ms double precision, chip_ms double precision, splits jsonb)
    on conflict (timing_partner_id, event_id, id) do update set participant_id = excluded.participant_id, bib = excluded.bib,
      name = excluded.name, status = excluded.status, division = excluded.division, place = excluded.place,
      clock_ms = excluded.clock_ms, chip_ms = excluded.chip_ms, splits = excluded.splits, removed_at = null`,
    [JSON.stringify(rows), scoringEvent],
  );
}
