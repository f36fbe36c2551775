/** The columns that other programs read, by table: they must exist on every database, in any order. */
const words = (text: string) => text.trim().split(/[\s,]+/);

export const expectedColumns: Readonly<Record<string, readonly string[]>> = {
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
