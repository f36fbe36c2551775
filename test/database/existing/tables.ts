/**
 * The tables of the programs that p88sync replaces, as production has them. `!` is not null; the key stands in brackets
 * behind the table's name.
 */
export const existingTables = `
copernico_events (event_id)
  event_id varchar(100)!, competition_id varchar(100), event_name varchar(255), event_description text,
  event_date timestamp, location varchar(255), discipline varchar(100), categories jsonb, status varchar(50),
  created_at timestamp, updated_at timestamp, fetched_date timestamp, credentials_used varchar(255),
  timing_partner_id int
copernico_participants (id serial)
  id int!, event_id varchar(100), participant_id varchar(100), bib_number varchar(20), first_name varchar(100),
  last_name varchar(100), date_of_birth date, gender varchar(20), nationality varchar(50), club_team varchar(255),
  category varchar(100), license_number varchar(50), registration_status varchar(50), created_at timestamp,
  updated_at timestamp, fetched_date timestamp, credentials_used varchar(255), timing_partner_id int
copernico_results (id serial)
  id int!, event_id varchar(100), participant_id varchar(100), bib_number varchar(20), first_name varchar(100),
  last_name varchar(100), category varchar(100), start_time timestamp, finish_time timestamp, total_time interval,
  split_times jsonb, overall_position int, category_position int, status varchar(20), created_at timestamp,
  updated_at timestamp, fetched_date timestamp, credentials_used varchar(255), timing_partner_id int
ct_events (event_id)
  event_id varchar(100)!, event_tag varchar(50), event_name varchar(255), event_description text,
  event_start_time timestamp, event_end_time timestamp, event_site_uri varchar(255), event_is_published boolean,
  event_device_protocol varchar(50), event_external_id varchar(100), organization_id varchar(100),
  organization_name varchar(255), location jsonb, timing_partner_id int, created_at timestamp
ct_participants (entry_id)
  entry_id varchar(100)!, event_id varchar(100), race_id varchar(100), entry_external_id varchar(100),
  entry_name varchar(255), entry_type varchar(50), entry_status varchar(50), entry_bib varchar(20),
  entry_race_age int, athlete_id varchar(100), athlete_first_name varchar(100), athlete_last_name varchar(100),
  athlete_sex varchar(10), athlete_birthdate date, athlete_email varchar(255), athlete_home_phone varchar(20),
  athlete_mobile_phone varchar(20), location jsonb, team_id varchar(100), team_name varchar(255),
  timing_partner_id int, created_at timestamp, credentials_used varchar(255)
ct_races (race_id, event_id)
  race_id varchar(100)!, event_id varchar(100)!, race_tag varchar(50), race_name varchar(255), race_type varchar(50),
  race_subtype varchar(50), race_course_distance numeric(10,2), race_pref_distance_unit varchar(20),
  race_planned_start_time timestamp, race_planned_end_time timestamp, race_actual_start_time timestamp,
  race_actual_end_time timestamp, race_age_ref_time timestamp, timing_partner_id int, created_at timestamp
ct_results (id serial)
  id int!, event_id varchar(100), race_id varchar(100), entry_id varchar(100), results_bib varchar(20),
  results_first_name varchar(100), results_last_name varchar(100), results_sex varchar(10), results_age int,
  results_hometown varchar(100), results_state_code varchar(10), results_postal_code varchar(20),
  results_country_code varchar(10), results_time interval, results_gun_time interval, results_pace interval,
  results_gun_pace interval, results_rank int, results_bracket_name varchar(100),
  results_primary_bracket_name varchar(100), timing_partner_id int, created_at timestamp,
  credentials_used varchar(255)
haku_events (event_id)
  event_id varchar(100)!, organization_id varchar(100), event_name varchar(255), event_description text,
  start_date timestamp, end_date timestamp, location varchar(255), event_type varchar(50), distance numeric(10,2),
  registration_limit int, registration_count int, registration_fee numeric(10,2), currency varchar(10),
  status varchar(50), created_at timestamp, updated_at timestamp, fetched_date timestamp,
  credentials_used varchar(255), timing_partner_id int
haku_participants (id serial)
  id int!, event_id varchar(100), participant_id varchar(100), bib_number varchar(20), first_name varchar(100),
  last_name varchar(100), email varchar(255), phone varchar(20), date_of_birth date, gender varchar(20),
  nationality varchar(50), emergency_contact jsonb, team_affiliation varchar(255), category varchar(100),
  registration_date timestamp, payment_status varchar(50), amount_paid numeric(10,2), special_requirements text,
  fetched_date timestamp, credentials_used varchar(255), timing_partner_id int, created_at timestamp
partner_provider_credentials (partner_provider_credential_id serial; unique (timing_partner_id, provider_id))
  partner_provider_credential_id int!, provider_id int, timing_partner_id int, principal varchar(255),
  secret varchar(255), credential_type varchar(50), additional_config jsonb, created_at timestamp,
  updated_at timestamp
providers (provider_id serial; unique (name))
  provider_id int!, name varchar(100)!, provider_type varchar(50), api_base_url varchar(255),
  rate_limit_per_hour int, created_at timestamp
raceroster_events (event_id)
  event_id int!, race_id int, name varchar(255), description text, start_date timestamp, end_date timestamp,
  location_name varchar(255), address jsonb, timezone varchar(50), distance numeric(10,2), event_type varchar(50),
  registration_open_date timestamp, registration_close_date timestamp, max_participants int,
  current_participants int, price numeric(10,2), currency varchar(10), status varchar(50), fetched_date timestamp,
  credentials_used varchar(255), timing_partner_id int, created_at timestamp
raceroster_participants (id serial)
  id int!, event_id int, registration_id int, bib_number varchar(20), first_name varchar(100),
  last_name varchar(100), email varchar(255), phone varchar(20), date_of_birth date, gender varchar(20),
  address jsonb, emergency_contact jsonb, team_name varchar(255), division varchar(100), registration_date timestamp,
  registration_status varchar(50), payment_status varchar(50), amount_paid numeric(10,2), additional_info jsonb,
  fetched_date timestamp, credentials_used varchar(255), timing_partner_id int, created_at timestamp
runsignup_events (event_id)
  event_id int!, race_id int, name text, details text, start_time timestamp, end_time timestamp,
  age_calc_base_date date, registration_opens timestamp, event_type varchar(50), distance numeric(10,2),
  volunteer boolean, require_dob boolean, require_phone boolean, giveaway text, fetched_date timestamp,
  credentials_used varchar(255), timing_partner_id int, created_at timestamp
runsignup_participants (id serial)
  id int!, race_id int, event_id int, registration_id int, user_id int, first_name varchar(100),
  middle_name varchar(100), last_name varchar(100), email varchar(255), address jsonb, dob date, gender varchar(20),
  phone varchar(20), profile_image_url varchar(255), bib_num varchar(20), chip_num varchar(20), age int,
  registration_date timestamp, team_info jsonb, payment_info jsonb, additional_data jsonb, fetched_date timestamp,
  credentials_used varchar(255), timing_partner_id int, created_at timestamp, last_modified timestamp
runsignup_races (race_id)
  race_id int!, name text, last_date timestamp, last_end_date timestamp, next_date timestamp,
  next_end_date timestamp, is_draft_race boolean, is_private_race boolean, is_registration_open boolean,
  created timestamp, last_modified timestamp, description text, url varchar(255), external_race_url varchar(255),
  external_results_url varchar(255), fb_page_id varchar(50), fb_event_id varchar(50), address jsonb,
  timezone varchar(50), logo_url varchar(255), real_time_notifications_enabled boolean, fetched_date timestamp,
  credentials_used varchar(255), timing_partner_id int, created_at timestamp
sync_history (sync_history_id serial)
  sync_history_id int!, timing_partner_id int, provider_id int, event_id varchar(100), operation_type varchar(50),
  sync_direction varchar(50), sync_time timestamp, status varchar(20), num_of_synced_records int,
  entries_success int, entries_failed int, error_details jsonb, data_snapshot jsonb, duration_seconds int,
  callback_url varchar(255), reason text
sync_queue (sync_queue_id serial)
  sync_queue_id int!, timing_partner_id int, provider_id int, event_id varchar(100), operation_type varchar(50)!,
  sync_direction varchar(50), priority int, status varchar(20), scheduled_time timestamp, retry_count int,
  max_retries int, payload jsonb, created_at timestamp, started_at timestamp, completed_at timestamp
timing_partners (timing_partner_id serial)
  timing_partner_id int!, company_name varchar(255)!, access_password varchar(255), created_at timestamp,
  updated_at timestamp
users (user_id serial; unique (email))
  user_id int!, email varchar(255)!, timing_partner_id int, created_at timestamp, updated_at timestamp
`;

/** What the later of the two programs has in place of Race Roster's tables: uuids of its own, ids that are text. */
export const laterRaceRoster = `
raceroster_events (event_id)
  event_id uuid!, external_event_id varchar(100), event_name varchar(255), start_date timestamp, fetched_date timestamp,
  current_participants int, timing_partner_id int, created_at timestamp
raceroster_participants (id serial)
  id int!, event_id uuid, registration_id varchar(100), bib_number varchar(20), first_name varchar(100),
  last_name varchar(100), email varchar(255), phone varchar(20), date_of_birth date, gender varchar(20), address jsonb,
  emergency_contact jsonb, team_name varchar(255), division varchar(100), registration_date timestamp,
  registration_status varchar(50), payment_status varchar(50), amount_paid numeric(10,2), additional_info jsonb,
  fetched_date timestamp, credentials_used varchar(255), timing_partner_id int, created_at timestamp
`;
