/**
 * The columns of the views over all providers. Those up to `fetched_date` are read by other programs, in this order;
 * ours stand behind them. Each provider's SELECT yields them in the order of these lists, with these types.
 */
export const unifiedEvents = {
  source_provider: 'text',
  timing_partner_id: 'integer',
  event_id: 'text',
  event_name: 'text',
  event_date: 'timestamp',
  city: 'text',
  state: 'text',
  distance: 'numeric',
  fetched_date: 'timestamp',
  start_at: 'timestamptz',
  time_zone: 'text',
} as const;

export const unifiedParticipants = {
  source_provider: 'text',
  timing_partner_id: 'integer',
  event_id: 'text',
  first_name: 'text',
  last_name: 'text',
  email: 'text',
  gender: 'text',
  bib_number: 'text',
  city: 'text',
  state: 'text',
  age: 'integer',
  registration_date: 'timestamp',
  fetched_date: 'timestamp',
  registration_id: 'text',
  removed_at: 'timestamptz',
  removed_reason: 'text',
  date_of_birth: 'date',
  team_name: 'text',
  /** What the provider calls category, sub-event, division or ticket. */
  division: 'text',
  /** Of an older duplicate in an adopted table: the row that syncs go to. */
  duplicate_of: 'text',
} as const;

export const unifiedResults = {
  source_provider: 'text',
  timing_partner_id: 'integer',
  event_id: 'text',
  bib_number: 'text',
  first_name: 'text',
  last_name: 'text',
  gender: 'text',
  age: 'integer',
  /** Net (chip) time. */
  results_time: 'interval',
  results_gun_time: 'interval',
  overall_place: 'integer',
  fetched_date: 'timestamp',
  /** Unique in the event. */
  result_id: 'text',
  /** The scoring system's id of the person: a ChronoTrack entry, or the id that was pushed (`runsignup-91000001`). */
  participant_id: 'text',
  /** A `ResultStatus`. */
  status: 'text',
  /** The race or category in the event. */
  division: 'text',
  gender_place: 'integer',
  division_place: 'integer',
  /** `[{"name": "5K", "time_ms": 1240000}, …]` in the order of the course; `time_ms` null: withdrawn. */
  splits: 'jsonb',
  /** The scoring system no longer has it. */
  removed_at: 'timestamptz',
} as const;
