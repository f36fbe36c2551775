/** Every number that can be set, with its range. Ranges are wide: they catch slips (a missing digit, seconds for minutes), not opinions. */
import { defaultSettings } from '../domain/settings.ts';
import { wholeNumber } from './kinds.ts';
import type { Reader, Variable } from './reader.ts';

export interface HttpConfig {
  /** Between two calls of one credential (ms). */
  readonly paceMs: number;
  readonly headersTimeoutMs: number;
  readonly bodyTimeoutMs: number;
  /** Short retries within one call, after the first try. */
  readonly retries: number;
}

interface NumberVariable {
  readonly meaning: string;
  readonly default: number;
  readonly min: number;
  readonly max: number;
}

const number = (value: number, min: number, max: number, meaning: string): NumberVariable => ({
  meaning,
  default: value,
  min,
  max,
});

const { cadence, massRemoval, scoring, ...plain } = defaultSettings;
const { high, medium, low } = cadence;
const day = 24 * 60;

const numbers = {
  P88SYNC_HIGH_EVERY_MINUTES: number(high.everyMinutes, 1, day, 'Minutes between syncs of a high-priority event'),
  P88SYNC_MEDIUM_EVERY_MINUTES: number(medium.everyMinutes, 1, 7 * day, 'The same for medium priority'),
  P88SYNC_LOW_EVERY_MINUTES: number(low.everyMinutes, 1, 30 * day, 'The same for low priority'),
  P88SYNC_HIGH_UNITS_PER_TICK: number(high.unitsPerTick, 1, 10_000, 'High-priority units that a tick takes at most'),
  P88SYNC_MEDIUM_UNITS_PER_TICK: number(medium.unitsPerTick, 1, 10_000, 'The same for medium priority'),
  P88SYNC_LOW_UNITS_PER_TICK: number(low.unitsPerTick, 1, 10_000, 'The same for low priority'),
  P88SYNC_HIGH_FROM_HOURS: number(plain.highFromHours, 1, 720, 'High priority from this many hours before the start'),
  P88SYNC_MEDIUM_FROM_HOURS: number(plain.mediumFromHours, 1, 8760, 'Medium priority from this many hours before it'),
  P88SYNC_STOP_AFTER_HOURS: number(plain.stopAfterHours, 0, 720, 'Syncs end this many hours after the start'),
  P88SYNC_SLACK_SECONDS: number(plain.slackSeconds, 0, 59, 'Due this many seconds early, because timers jitter'),
  P88SYNC_RELIST_HOURS: number(plain.relistHours, 1, 720, 'Hours between full listings where removals are inferred'),
  P88SYNC_OVERLAP_SECONDS: number(plain.overlapSeconds, 0, 3600, 'Seconds by which changes are asked for twice'),
  P88SYNC_LEASE_SECONDS: number(plain.leaseSeconds, 10, 3600, 'Seconds until a run that hangs loses its claim'),
  P88SYNC_MASS_REMOVAL_PEOPLE: number(massRemoval.people, 0, 1_000_000, 'Inferred removals per event always believed'),
  P88SYNC_RESULTS_EVERY_MINUTES: number(scoring.resultsEveryMinutes, 1, 7 * day, 'Minutes between pulls of results'),
  P88SYNC_RESULTS_UNTIL_HOURS: number(scoring.resultsUntilHours, 1, 8760, 'Pulls end this many hours after the start'),
  P88SYNC_PUSH_EVERY_MINUTES: number(scoring.pushEveryMinutes, 1, 30 * day, 'Minutes between pushes of participants'),
  P88SYNC_PACE_MS: number(1000, 0, 60_000, 'Milliseconds between two calls with one credential'),
  P88SYNC_HEADERS_TIMEOUT_MS: number(25_000, 100, 600_000, "Milliseconds until a provider's answer must begin"),
  P88SYNC_BODY_TIMEOUT_MS: number(20_000, 100, 600_000, 'Milliseconds that the rest of the answer may take'),
  P88SYNC_HTTP_RETRIES: number(2, 0, 5, 'Further tries of a call that failed for a passing reason'),
};

export type NumberName = keyof typeof numbers;

export const numberVariables: readonly Variable[] = Object.entries(numbers).map(
  ([name, { meaning, default: value }]) => ({
    name,
    meaning,
    default: String(value),
    secret: false,
  }),
);

/** The number that is set, or its default. */
export function readNumber(reader: Reader, name: NumberName): number {
  const { min, max, default: value } = numbers[name];
  return reader.value(name, wholeNumber(min, max)) ?? value;
}

export function readHttp(reader: Reader): HttpConfig {
  return {
    paceMs: readNumber(reader, 'P88SYNC_PACE_MS'),
    headersTimeoutMs: readNumber(reader, 'P88SYNC_HEADERS_TIMEOUT_MS'),
    bodyTimeoutMs: readNumber(reader, 'P88SYNC_BODY_TIMEOUT_MS'),
    retries: readNumber(reader, 'P88SYNC_HTTP_RETRIES'),
  };
}
