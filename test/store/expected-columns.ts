/** The columns that other programs read, by table: they must exist on every database, in any order. */
const words = (text: string) => text.trim().split(/[\s,]+/);

export const expectedColumns: Readonly<Record<string, readonly string[]>> = {
  copernico_events:
    words(`event_id, competition_id, event_name, event_description, event_date, location, discipline, categories,
    status, created_at, updated_at, fetched_date, credentials_used, timing_partner_id`),
  copernico_participants:
    words(`id, event_id, participant_id, bib_number, first_name, last_name, date_of_birth, gender, nationality,
    club_team, category, license_number, registration_status, created_at, updated_at, fetched_date, credentials_used,
    timing_partner_id`),
  copernico_results:
    words(`id, event_id, participant_id, bib_number, first_name, last_name, category, start_time, finish_time,
    total_time, split_times, overall_position, category_position, status, created_at, updated_at, fetched_date,
    credentials_used, timing_partner_id`),
  ct_events:
    words(`event_id, event_tag, event_name, event_description, event_start_time, event_end_time, event_site_uri,
    event_is_published, event_device_protocol, event_external_id, organization_id, organization_name, location,
    timing_partner_id, created_at`),
  ct_participants:
    words(`entry_id, event_id, race_id, entry_external_id, entry_name, entry_type, entry_status, entry_bib,
    entry_race_age, athlete_id, athlete_first_name, athlete_last_name, athlete_sex, athlete_birthdate, athlete_email,
    athlete_home_phone, athlete_mobile_phone, location, team_id, team_name, timing_partner_id, created_at,
    credentials_used`),
  ct_races: words(`race_id, event_id, race_tag, race_name, race_type, race_subtype, race_course_distance,
    race_pref_distance_unit, race_planned_start_time, race_planned_end_time, race_actual_start_time,
    race_actual_end_time, race_age_ref_time, timing_partner_id, created_at`),
  ct_results: words(`id, event_id, race_id, entry_id, results_bib, results_first_name, results_last_name, results_sex,
    results_age, results_hometown, results_state_code, results_postal_code, results_country_code, results_time,
    results_gun_time, results_pace, results_gun_pace, results_rank, results_bracket_name,
    results_primary_bracket_name, timing_partner_id, created_at, credentials_used`),
  partner_provider_credentials:
    words(`partner_provider_credential_id, provider_id, timing_partner_id, principal, secret,
    credential_type, additional_config, created_at, updated_at`),
  providers: words('provider_id, name, provider_type, api_base_url, rate_limit_per_hour, created_at'),
  // The shape of the later of the two programs, with what both have.
  raceroster_events:
    words(`event_id, external_event_id, event_name, start_date, end_date, location_name, address, timezone,
    distance, event_type, current_participants, status, fetched_date, credentials_used, timing_partner_id, created_at`),
  raceroster_participants: words(`id, event_id, registration_id, bib_number, first_name, last_name, email, phone,
    date_of_birth, gender, address, emergency_contact, team_name, division, registration_date, registration_status,
    payment_status, amount_paid, additional_info, fetched_date, credentials_used, timing_partner_id, created_at`),
  runsignup_events:
    words(`event_id, race_id, name, details, start_time, end_time, age_calc_base_date, registration_opens,
    event_type, distance, volunteer, require_dob, require_phone, giveaway, fetched_date, credentials_used,
    timing_partner_id, created_at`),
  runsignup_participants:
    words(`id, race_id, event_id, registration_id, user_id, first_name, middle_name, last_name, email,
    address, dob, gender, phone, profile_image_url, bib_num, chip_num, age, registration_date, team_info, payment_info,
    additional_data, fetched_date, credentials_used, timing_partner_id, created_at, last_modified`),
  runsignup_races:
    words(`race_id, name, last_date, last_end_date, next_date, next_end_date, is_draft_race, is_private_race,
    is_registration_open, created, last_modified, description, url, external_race_url, external_results_url, fb_page_id,
    fb_event_id, address, timezone, logo_url, real_time_notifications_enabled, fetched_date, credentials_used,
    timing_partner_id, created_at`),
  sync_history:
    words(`sync_history_id, timing_partner_id, provider_id, event_id, operation_type, sync_direction, sync_time,
    status, num_of_synced_records, entries_success, entries_failed, error_details, data_snapshot, duration_seconds,
    callback_url, reason`),
  sync_queue:
    words(`sync_queue_id, timing_partner_id, provider_id, event_id, operation_type, sync_direction, priority, status,
    scheduled_time, retry_count, max_retries, payload, created_at, started_at, completed_at`),
  timing_partners: words('timing_partner_id, company_name, access_password, created_at, updated_at'),
  users: words('user_id, email, timing_partner_id, created_at, updated_at'),
};

/** The views over all providers begin with these, in this order. */
export const expectedViews: Readonly<Record<string, readonly string[]>> = {
  unified_events: words(
    'source_provider, timing_partner_id, event_id, event_name, event_date, city, state, distance, fetched_date',
  ),
  unified_participants:
    words(`source_provider, timing_partner_id, event_id, first_name, last_name, email, gender, bib_number,
    city, state, age, registration_date, fetched_date`),
  unified_results: words(`source_provider, timing_partner_id, event_id, bib_number, first_name, last_name, gender, age,
    results_time, results_gun_time, overall_place, fetched_date`),
};
