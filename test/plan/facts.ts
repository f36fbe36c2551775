/** Builders of what the plan reads; a test names only what matters to it. */
import type { CompletedSync, CredentialState, EventState, FailedSync } from '../../src/domain/planning.ts';

/** The instant that the tests of the plan call now. */
export const now = new Date('2025-06-14T06:00:00Z');

export const second = 1000;
export const minute = 60 * second;
export const hour = 60 * minute;

/** An instant relative to `now` (ms). */
export function at(ms: number): Date {
  return new Date(now.getTime() + ms);
}

/** A never synced event of credential 1 that starts in two hours. */
export function eventState(overrides: Partial<EventState> = {}): EventState {
  return {
    partnerId: 1,
    providerId: 2,
    provider: 'runsignup',
    credentialId: 1,
    eventId: '100',
    raceId: undefined,
    name: 'Half Marathon',
    startAt: at(2 * hour),
    timeZone: 'America/New_York',
    lastCompleted: undefined,
    lastFullAt: undefined,
    calls: {},
    backlog: 0,
    lastFailure: undefined,
    running: undefined,
    ...overrides,
  };
}

/** A completed sync that started this long ago (ms); its watermark is a minute older. */
export function synced(ago: number): { lastCompleted: CompletedSync; lastFullAt: Date } {
  return { lastCompleted: { startedAt: at(-ago), watermark: at(-ago - minute) }, lastFullAt: at(-ago) };
}

export function failure(overrides: Partial<FailedSync> = {}): FailedSync {
  return {
    status: 'failed',
    startedAt: at(-minute),
    failures: 1,
    retryAt: at(minute),
    reason: 'the provider answered 502',
    ...overrides,
  };
}

/** A credential of 1000 calls an hour, none of them used; one event a unit, one call a sync. */
export function credentialState(overrides: Partial<CredentialState> = {}): CredentialState {
  return {
    credentialId: 1,
    partnerId: 1,
    provider: 'runsignup',
    unit: 'event',
    incremental: true,
    details: false,
    removals: 'feed',
    minimumCalls: { full: 1, incremental: 1 },
    callsPerHour: 1000,
    callsByAge: [],
    notBefore: undefined,
    refusedAt: undefined,
    ...overrides,
  };
}

/** A log of calls: `{ 5: 300 }` is 300 calls that are five minutes old. */
export function callsByAge(calls: Readonly<Record<number, number>>): number[] {
  return Array.from({ length: 60 }, (_, age) => calls[age] ?? 0);
}
