/** Status data as the command gathers it, with overrides: a quiet Saturday morning two hours before a start. */
import type { StatusQueueItem } from '../../src/domain/queue.ts';
import type { StatusCredential, StatusData, StatusEvent, StatusLink } from '../../src/domain/status.ts';

/** Saturday, 04:20 in Chicago. */
export const now = new Date('2026-08-08T09:20:00Z');

export function minutesFrom(minutes: number): Date {
  return new Date(now.getTime() + minutes * 60_000);
}

export function statusEvent(overrides: Partial<StatusEvent> = {}): StatusEvent {
  return {
    partnerId: 1,
    partner: 'Peak Timing',
    provider: 'runsignup',
    credentialId: 3,
    eventId: '974559',
    name: 'Lakefront Half Marathon',
    startAt: minutesFrom(130),
    timeZone: 'America/Chicago',
    timeZoneAssumed: false,
    participants: 1234,
    removed: 0,
    rejectedRows: 0,
    pace: { priority: 'high', everyMinutes: 1, dueAt: minutesFrom(0.3), lagMs: 42_000 },
    lastSync: {
      at: minutesFrom(-0.7),
      kind: 'incremental',
      counts: { fetched: 3, inserted: 1, updated: 2, unchanged: 0, removed: 0, failed: 0 },
    },
    failure: undefined,
    running: false,
    leftOut: undefined,
    ...overrides,
  };
}

/** Synced `ago` minutes before now at an interval of `every`. */
export function synced(ago: number, every: number, priority: 'high' | 'medium' | 'low'): Partial<StatusEvent> {
  return {
    pace: { priority, everyMinutes: every, dueAt: minutesFrom(every - 0.5 - ago), lagMs: ago * 60_000 },
    lastSync: {
      at: minutesFrom(-ago),
      kind: 'incremental',
      counts: { fetched: 0, inserted: 0, updated: 0, unchanged: 0, removed: 0, failed: 0 },
    },
  };
}

export function statusCredential(overrides: Partial<StatusCredential> = {}): StatusCredential {
  return {
    credentialId: 3,
    partnerId: 1,
    partner: 'Peak Timing',
    provider: 'runsignup',
    callsLastHour: 412,
    callsPerHour: 1000,
    refused: undefined,
    notBefore: undefined,
    lastCallAt: minutesFrom(-0.2),
    registrations: true,
    lastDiscovery: { at: minutesFrom(-200), status: 'completed', reason: undefined },
    ...overrides,
  };
}

function queueItem(overrides: Partial<StatusQueueItem> = {}): StatusQueueItem {
  return {
    id: 17,
    what: 'participants pull of 1:runsignup:974559',
    status: 'pending',
    priority: 5,
    scheduledAt: undefined,
    createdAt: minutesFrom(-0.5),
    retries: 0,
    reason: undefined,
    ...overrides,
  };
}

export function statusData(overrides: Partial<StatusData> = {}): StatusData {
  return {
    now,
    database: 'postgresql db.example.org:5432/p88',
    partners: 1,
    credentials: [statusCredential()],
    events: [statusEvent()],
    links: [],
    running: [],
    lastDiscoveryAt: minutesFrom(-200),
    lastSyncAt: minutesFrom(-0.7),
    rejectedRows: 0,
    queue: [],
    ...overrides,
  };
}

/** A scoring event that was pushed to three minutes ago and is not pulled from yet. */
export function statusLink(overrides: Partial<StatusLink> = {}): StatusLink {
  const work = { running: false, failure: undefined, leftOut: undefined };
  return {
    event: {
      partnerId: 1,
      providerId: 5,
      provider: 'copernico',
      credentialId: 7,
      eventId: 'LAKE/HALF',
      can: { push: true, results: true },
      linked: [
        {
          providerId: 2,
          provider: 'runsignup',
          eventId: '974559',
          name: 'Lakefront Half Marathon',
          startAt: minutesFrom(130),
          changedAt: minutesFrom(-4),
        },
      ],
      history: {
        push: { lastCompleted: undefined, lastFailure: undefined, running: undefined },
        results: { lastCompleted: undefined, lastFailure: undefined, running: undefined },
      },
    },
    partner: 'Peak Timing',
    push: {
      ...work,
      lastAt: minutesFrom(-3),
      dueAt: minutesFrom(237),
      waiting: { add: 0, change: 0, remove: 0, refused: 0, byHand: 0 },
    },
    results: { ...work, lastAt: undefined, dueAt: minutesFrom(130), results: 0, rejectedRows: 0 },
    ...overrides,
  };
}

/** A push that fails, and results of a race that is on. */
function troubledLink(): StatusLink {
  const { event, push, results, ...link } = statusLink();
  const first = event.linked[0];
  return {
    ...link,
    event: {
      ...event,
      eventId: 'GULF/TRI',
      partnerId: 2,
      linked: [
        {
          provider: 'runsignup',
          providerId: 2,
          changedAt: undefined,
          ...first,
          eventId: '1002003',
          name: 'Gulf Shores Triathlon',
          startAt: minutesFrom(-50),
        },
        {
          provider: 'runsignup',
          providerId: 2,
          changedAt: undefined,
          ...first,
          eventId: '1002004',
          name: 'Gulf Shores Relay',
          startAt: minutesFrom(-40),
        },
      ],
    },
    push: push && {
      ...push,
      lastAt: minutesFrom(-62),
      dueAt: minutesFrom(4),
      waiting: { add: 3, change: 1, remove: 0, refused: 1, byHand: 2 },
      failure: {
        at: minutesFrom(-4),
        status: 'failed',
        failures: 3,
        reason: 'Copernico did not answer within 150 s.',
        retryAt: minutesFrom(4),
      },
    },
    results: results && {
      ...results,
      lastAt: minutesFrom(-20),
      dueAt: minutesFrom(10),
      results: 1_204,
      rejectedRows: 1,
      leftOut: 'credential refused 5 min ago, next probe in 3 min',
    },
  };
}

/** A busy morning: something of everything that can be wrong. */
export function busyMorning(): StatusData {
  return statusData({
    partners: 3,
    rejectedRows: 3,
    queue: [
      queueItem(),
      queueItem({ id: 18, status: 'processing', what: 'events pull of 2:raceroster' }),
      queueItem({ id: 19, retries: 2, scheduledAt: minutesFrom(3), reason: 'RunSignUp did not answer within 30 s' }),
      queueItem({ id: 12, status: 'failed', retries: 3, reason: 'no event 974000 is known' }),
    ],
    links: [statusLink(), troubledLink()],
    credentials: [
      statusCredential(),
      statusCredential({
        credentialId: 4,
        provider: 'raceroster',
        callsLastHour: 871,
        lastCallAt: minutesFrom(-2),
        lastDiscovery: {
          at: minutesFrom(-200),
          status: 'failed',
          reason: 'Race Roster did not answer within 30 s (GET /events).',
        },
      }),
      statusCredential({
        credentialId: 12,
        partnerId: 2,
        partner: 'Coastal Chip & Timing Services of the Gulf',
        callsLastHour: 6,
        lastCallAt: minutesFrom(-95),
        refused: {
          since: minutesFrom(-95),
          reason: 'RunSignUp refused the API key (code 6).',
          probeAt: minutesFrom(25),
        },
        lastDiscovery: { at: minutesFrom(-200), status: 'failed', reason: 'RunSignUp refused the API key (code 6).' },
      }),
      statusCredential({
        credentialId: 13,
        partnerId: 3,
        partner: 'Alpine',
        callsLastHour: 0,
        lastCallAt: undefined,
        notBefore: minutesFrom(7),
        lastDiscovery: undefined,
      }),
    ],
    running: [
      { what: '1:runsignup race 81234 (incremental)', host: 'sync-1', pid: 40312, startedAt: minutesFrom(-0.1) },
    ],
    events: [
      statusEvent({ removed: 12 }),
      statusEvent({ eventId: '974560', name: 'Lakefront 10K', participants: 845, running: true }),
      statusEvent({
        eventId: '974561',
        name: 'Lakefront 5K presented by the Community Bank of Greater Milwaukee and Friends',
        ...synced(14, 1, 'high'),
        failure: {
          at: minutesFrom(-2),
          status: 'failed',
          failures: 3,
          reason: 'RunSignUp did not answer within 30 s (GET /rest/race/81234/participants).',
          retryAt: minutesFrom(1.5),
        },
      }),
      statusEvent({
        partnerId: 2,
        partner: 'Coastal Chip & Timing Services of the Gulf',
        eventId: '1002003',
        name: 'Gulf Shores Triathlon',
        startAt: minutesFrom(220),
        participants: 640,
        ...synced(95, 1, 'high'),
        leftOut: 'the credential is refused',
      }),
      statusEvent({
        provider: 'raceroster',
        eventId: '81234',
        name: 'São Silvestre – Corrida 东京马拉松 🏃',
        startAt: minutesFrom(26 * 60),
        timeZone: 'America/Sao_Paulo',
        timeZoneAssumed: true,
        participants: 12_034,
        removed: 210,
        rejectedRows: 3,
        ...synced(61, 240, 'low'),
      }),
      statusEvent({
        partnerId: 3,
        partner: 'Alpine',
        eventId: '55',
        name: 'Winter Trail',
        startAt: minutesFrom(60 * 24 * 330),
        timeZone: 'Europe/Madrid',
        participants: 0,
        pace: { priority: 'low', everyMinutes: 240, dueAt: now, lagMs: undefined },
        lastSync: undefined,
      }),
      statusEvent({
        partnerId: 4,
        partner: 'Pine Ridge Timing',
        credentialId: undefined,
        eventId: '77001',
        name: 'Pine Ridge Trail Festival: Half Marathon',
        startAt: minutesFrom(25),
        ...synced(300, 1, 'high'),
        failure: { at: minutesFrom(-299), status: 'failed', failures: 1, reason: '502', retryAt: minutesFrom(-298) },
        leftOut: 'its credential was removed',
      }),
      statusEvent({
        partnerId: 4,
        partner: 'Pine Ridge Timing',
        credentialId: undefined,
        eventId: '77002',
        name: 'Pine Ridge Trail Festival: 10K',
        startAt: minutesFrom(25),
        lastSync: undefined,
        participants: 0,
      }),
    ],
  });
}
