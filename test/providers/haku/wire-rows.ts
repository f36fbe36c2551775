/** Rows as Haku sends them, with overrides, and sessions over a call that a test answers. */
import type { Json, JsonObject } from '../../../src/domain/json.ts';
import type {
  ApiRequest,
  CredentialSecrets,
  ProviderSession,
  SessionTools,
  TokenCache,
} from '../../../src/domain/provider.ts';
import { adapter } from '../../../src/providers/haku/adapter.ts';
import { type ScriptedTools, scriptedTools } from '../scripted-session.ts';

export const credential: CredentialSecrets = {
  principal: 'client-7',
  secret: 'client-secret',
  additionalConfig: { organization_name: 'Bay Races' },
};

export const event = { eventId: 'E 1', raceId: undefined, timeZone: 'UTC' };

/** A token cache in memory; `log` tells what was done to it. */
export function tokenCache(token?: string): TokenCache & { log: string[] } {
  let held = token;
  const log: string[] = [];
  return {
    log,
    get: async () => held,
    set: async (text, expiresAt) => {
      held = text;
      log.push(`set ${text} until ${expiresAt.toISOString()}`);
    },
    drop: async () => {
      held = undefined;
      log.push('drop');
    },
  };
}

/** A session that holds a token unless `tools` says otherwise. */
export function connectTo(
  answer: (request: ApiRequest) => Json,
  options: { tools?: Partial<SessionTools>; credential?: CredentialSecrets } = {},
): ScriptedTools & { session: ProviderSession } {
  const tools = { pageSize: 3, tokens: tokenCache('token-1'), ...options.tools };
  const scripted = scriptedTools(answer, tools);
  return { ...scripted, session: adapter.connect(options.credential ?? credential, scripted.tools) };
}

export function listRow(overrides: JsonObject = {}): JsonObject {
  return {
    registration_number: 'HK-0012345',
    person_full_name: 'Ana Silva',
    email: 'ana@example.org',
    age: 34,
    gender: 'Female',
    event_category_info: '10K',
    registered_at: '2026-01-20 13:00:05',
    is_cancelled: false,
    transaction_amount: '65.00',
    team: { name: null },
    ...overrides,
  };
}

/** A row that says when it changed: `A@10:00`. */
export function changedRow(text: string, overrides: JsonObject = {}): JsonObject {
  const [number = '', time = '00:00'] = text.split('@');
  return listRow({ registration_number: number, updated_at: `2026-09-12T${time}:00Z`, ...overrides });
}

export function categoryRow(overrides: JsonObject = {}): JsonObject {
  return {
    id: 551,
    name: '10K Run',
    master_name: '10K',
    is_active: true,
    participation_option: 'In person',
    corral_name: 'B',
    wave_name: 'Wave 2',
    wave_code: 'W2',
    tag_number: '2207',
    chip_number: null,
    created_at: '2026-01-20T13:00:05Z',
    updated_at: '2026-02-02T09:10:11Z',
    ...overrides,
  };
}

export function participantPart(overrides: JsonObject = {}): JsonObject {
  return {
    account_number: 'A-771',
    source_system_identifier: null,
    first_name: 'Ana',
    middle_initial: null,
    last_name: 'Silva',
    email: 'ana@example.org',
    phone: '305-555-0188',
    dob: '1991-06-02',
    gender: 'Female',
    address: { line1: '9 Bay St', line2: null, city: 'Miami', state: 'FL', zip_code: '33101', country: 'US' },
    created_at: '2020-05-01T00:00:00Z',
    updated_at: '2026-02-02T09:10:11Z',
    additional_questions: [],
    ...overrides,
  };
}

export function detail(overrides: JsonObject = {}): JsonObject {
  return {
    registration_number: 'HK-0012345',
    transaction_amount: '65.00',
    is_cancelled: false,
    cancelled_at: null,
    created_at: '2026-01-20T13:00:05Z',
    updated_at: '2026-02-02T09:10:11Z',
    participant: participantPart(),
    event_categories: [categoryRow()],
    emergency_contact_name: 'R. Silva',
    emergency_contact_phone_number: '305-555-0177',
    emergency_contact_relationship: 'Spouse',
    shirt_size_name: 'Medium',
    shirt_size_code: 'M',
    current_pace: null,
    team: null,
    club: null,
    partner: null,
    products: [],
    additional_questions: [],
    formatted_submitted_result_time: null,
    ...overrides,
  };
}

export function eventRow(overrides: JsonObject = {}): JsonObject {
  return {
    id: 4711,
    name: 'Bay Run',
    description: 'Flat',
    event_date: '2026-05-03T08:00:00-04:00',
    event_end_date: '2026-05-03 12:00:00',
    location_name: 'Bayfront Park',
    location_city: 'Miami',
    location_state: 'FL',
    location_country: 'US',
    event_type: 'Run',
    distance: '10.0',
    ...overrides,
  };
}
