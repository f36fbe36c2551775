/** The shared tables as Kysely sees them; the migrations make them, test/store/schema.sql shows them. */
import type { ColumnType, Generated } from 'kysely';
import type { Json } from '../domain/json.ts';

/** `jsonb`: read as a value, written as JSON text. */
type JsonColumn = ColumnType<Json | null, string | null | undefined, string | null>;

export interface Tables {
  timing_partners: {
    timing_partner_id: Generated<number>;
    company_name: string;
  };
  providers: {
    provider_id: Generated<number>;
    name: string;
    provider_type: string | null;
    api_base_url: string | null;
    rate_limit_per_hour: number | null;
  };
  partner_provider_credentials: {
    partner_provider_credential_id: Generated<number>;
    provider_id: number;
    timing_partner_id: number;
    principal: string | null;
    secret: string | null;
    additional_config: JsonColumn;
    updated_at: ColumnType<string | null, string | undefined, string>;
    refused_at: Date | null;
    refused_reason: string | null;
    refusals: Generated<number>;
    not_before: Date | null;
    throttles: Generated<number>;
  };
  access_tokens: {
    partner_provider_credential_id: number;
    token: string;
    expires_at: Date;
  };
  sync_events: {
    timing_partner_id: number;
    provider_id: number;
    event_id: string;
    partner_provider_credential_id: number | null;
    race_id: string | null;
    name: string;
    start_at: Date;
    time_zone: string;
    time_zone_assumed: boolean;
    discovered_at: Date;
    changed_at: Date;
    listing_stopped_at: Date | null;
  };
  event_links: {
    timing_partner_id: number;
    provider_id: number;
    event_id: string;
    scoring_provider_id: number;
    scoring_event_id: string;
    partner_provider_credential_id: number | null;
    linked_at: Date;
  };
  published_result_sets: {
    timing_partner_id: number;
    provider_id: number;
    event_id: string;
    result_set_id: string | null;
    name: string;
    options: JsonColumn;
    splits: JsonColumn;
    published_at: Date | null;
    rows: number | null;
    fingerprint: string | null;
  };
  pushed_participants: {
    timing_partner_id: number;
    scoring_provider_id: number;
    scoring_event_id: string;
    source_id: string;
    provider_id: number;
    event_id: string;
    content_hash: string | null;
    pushed_at: Date | null;
    removed_at: Date | null;
    left_by_hand: Generated<boolean>;
    error: string | null;
  };
  sync_history: {
    sync_history_id: Generated<number>;
    timing_partner_id: number | null;
    provider_id: number | null;
    event_id: string | null;
    operation_type: string | null;
    sync_direction: string | null;
    sync_time: ColumnType<string | null, string | Date, string | Date>;
    status: string | null;
    num_of_synced_records: number | null;
    entries_success: number | null;
    entries_failed: number | null;
    error_details: JsonColumn;
    duration_seconds: number | null;
    reason: string | null;
    claim_key: string | null;
    run_id: string | null;
    unit_id: string | null;
    partner_provider_credential_id: number | null;
    host: string | null;
    process: string | null;
    started_at: Date | null;
    finished_at: Date | null;
    lease_until: Date | null;
    since: Date | null;
    watermark: Date | null;
    checkpoint: JsonColumn;
    fetched: Generated<number>;
    inserted: Generated<number>;
    updated: Generated<number>;
    unchanged: Generated<number>;
    removed: Generated<number>;
    api_calls: Generated<number>;
    listing_calls: number | null;
    claimed_at: Date | null;
    last_page_at: Date | null;
    released_at: Date | null;
    series: string | null;
    failures: Generated<number>;
    retry_at: Date | null;
  };
  rejected_rows: {
    timing_partner_id: number;
    provider_id: number;
    event_id: string;
    row_key: string;
    error: string;
    source_text: string;
    first_seen_at: Date;
    last_seen_at: Date;
  };
  alerts: {
    timing_partner_id: number;
    cause: string;
    told: string;
    told_at: Date;
    delivered_at: Date | null;
    waiting: string[];
  };
  api_calls: {
    api_call_id: Generated<number>;
    partner_provider_credential_id: number;
    timing_partner_id: number;
    provider_id: number;
    run_id: string;
    unit_id: string | null;
    called_at: Date;
    method: string;
    path: string;
    status: number | null;
    duration_ms: number | null;
    bytes: number | null;
    error: string | null;
    command: string | null;
  };
}
