/** A plan, the outcome of a tick and the summary of a full sync, each with something of everything. */
import { noCounts, type UnitOutcome } from '../../src/domain/outcomes.ts';
import type { EventState, Plan } from '../../src/domain/planning.ts';
import type { FullSyncSummary } from '../../src/domain/summary.ts';
import type { OutcomeReport } from '../../src/report/tick-text.ts';
import { minutesFrom, now } from './status-data.ts';

export function eventState(overrides: Partial<EventState> = {}): EventState {
  return {
    partnerId: 1,
    providerId: 2,
    provider: 'runsignup',
    credentialId: 3,
    eventId: '974559',
    raceId: '81234',
    name: 'Lakefront Half Marathon',
    startAt: minutesFrom(130),
    timeZone: 'America/Chicago',
    lastCompleted: { startedAt: minutesFrom(-1), watermark: minutesFrom(-2) },
    lastFullAt: minutesFrom(-600),
    backlog: 0,
    calls: { incremental: 2 },
    lastFailure: undefined,
    running: undefined,
    ...overrides,
  };
}

export function plan(overrides: Partial<Plan> = {}): Plan {
  const half = eventState();
  const tenK = eventState({ eventId: '974560', name: 'Lakefront 10K' });
  const trail = eventState({
    partnerId: 3,
    provider: 'raceroster',
    eventId: '55',
    raceId: undefined,
    name: 'Winter Trail',
    startAt: minutesFrom(60 * 24 * 90),
    lastCompleted: undefined,
  });
  return {
    now,
    units: [
      {
        partnerId: 1,
        providerId: 2,
        provider: 'runsignup',
        credentialId: 3,
        raceId: '81234',
        kind: 'incremental',
        priority: 'high',
        since: minutesFrom(-2),
        events: [half, tenK],
        cost: 2,
        lateness: 1,
        reason: 'starts in 2 h 10 min; last sync 60 s ago, every 1 min',
      },
      {
        partnerId: 3,
        providerId: 3,
        provider: 'raceroster',
        credentialId: 13,
        raceId: undefined,
        kind: 'full',
        priority: 'low',
        since: undefined,
        events: [trail],
        cost: 1201,
        lateness: Number.POSITIVE_INFINITY,
        reason: 'never synced',
      },
    ],
    leftOut: [
      {
        event: eventState({ partnerId: 2, eventId: '1002003', name: 'Gulf Shores Triathlon' }),
        priority: 'high',
        why: 'refused',
        reason: 'the credential is refused; one probe in 25 min',
      },
    ],
    ...overrides,
  };
}

export function unitOutcome(overrides: Partial<UnitOutcome> = {}): UnitOutcome {
  return {
    status: 'completed',
    partnerId: 1,
    provider: 'runsignup',
    credentialId: 3,
    raceId: '81234',
    eventIds: ['974559', '974560'],
    kind: 'incremental',
    priority: 'high',
    counts: { fetched: 7, inserted: 3, updated: 2, unchanged: 2, removed: 1, failed: 0 },
    apiCalls: 2,
    durationMs: 1240,
    failure: undefined,
    ...overrides,
  };
}

export function outcomeReport(overrides: Partial<OutcomeReport> = {}): OutcomeReport {
  return {
    outcomes: [
      unitOutcome(),
      unitOutcome({
        status: 'failed',
        provider: 'raceroster',
        credentialId: 4,
        raceId: undefined,
        eventIds: ['55'],
        kind: 'full',
        counts: { ...noCounts, fetched: 1000, inserted: 998, failed: 2 },
        apiCalls: 11,
        durationMs: 31_000,
        failure: {
          kind: 'ProviderUnavailable',
          message: 'Race Roster did not answer within 30 s.',
          hint: 'It is tried again in 2 min.',
          exit: 'someFailed',
        },
      }),
      unitOutcome({
        status: 'deferred',
        eventIds: ['974561'],
        counts: noCounts,
        apiCalls: 0,
        durationMs: 4,
        failure: {
          kind: 'BudgetSpent',
          message: 'The credential has spent its 1000 calls of this hour',
          hint: undefined,
          exit: 'done',
        },
      }),
    ],
    leftOut: plan().leftOut,
    durationMs: 32_500,
    names: new Map([
      ['1:runsignup:974559', 'Lakefront Half Marathon'],
      ['1:runsignup:974560', 'Lakefront 10K'],
      ['1:raceroster:55', 'Winter Trail'],
    ]),
    ...overrides,
  };
}

export function summary(overrides: Partial<FullSyncSummary> = {}): FullSyncSummary {
  const counts = { fetched: 406_998, inserted: 120, updated: 45, unchanged: 406_830, removed: 12, failed: 3 };
  return {
    startedAt: now,
    finishedAt: minutesFrom(41),
    durationMs: 41 * 60_000,
    database: 'postgresql db.example.org:5432/p88',
    totals: { partners: 2, races: 410, events: 1616, participants: 406_995, apiCalls: 4120, ...counts },
    partners: [
      {
        partnerId: 1,
        partner: 'Peak Timing',
        provider: 'runsignup',
        races: 410,
        events: 1600,
        apiCalls: 4100,
        durationMs: 40 * 60_000,
        ...counts,
      },
      {
        partnerId: 2,
        partner: 'Coastal Chip & Timing Services of the Gulf',
        provider: 'raceroster',
        races: 0,
        events: 16,
        apiCalls: 20,
        durationMs: 61_000,
        ...noCounts,
      },
    ],
    failures: [
      {
        partner: 'Coastal Chip & Timing Services of the Gulf',
        provider: 'raceroster',
        eventIds: undefined,
        kind: 'CredentialRefused',
        message: 'Race Roster refused the credential 12.',
        hint: 'p88sync credentials test 12',
        exit: 'credentialRefused',
      },
      {
        partner: 'Peak Timing',
        provider: 'runsignup',
        eventIds: ['1', '2', '3', '4', '5'],
        kind: 'ProviderUnavailable',
        message: 'RunSignUp answered 502',
        hint: undefined,
        exit: 'someFailed',
      },
    ],
    left: 8,
    resumed: 700,
    ...overrides,
  };
}
