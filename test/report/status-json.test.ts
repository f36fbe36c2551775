import { expect, it } from 'vitest';
import { statusJson } from '../../src/report/status-json.ts';
import { busyMorning, minutesFrom, now, statusCredential, statusData, statusEvent } from './status-data.ts';

it('is one object with ISO times and without holes', () => {
  const json = statusJson(
    statusData({
      credentials: [
        statusCredential({
          refused: { since: minutesFrom(-5), reason: 'code 6', probeAt: minutesFrom(25) },
          notBefore: minutesFrom(25),
        }),
      ],
      running: [{ what: 'tick', host: 'a', pid: 7, startedAt: now }],
      events: [
        statusEvent({
          failure: { at: now, status: 'failed', failures: 2, reason: '502', retryAt: minutesFrom(4) },
          pace: { priority: 'high', everyMinutes: 1, dueAt: minutesFrom(-2), lagMs: 180_000 },
        }),
      ],
    }),
  );
  expect(json).toEqual({
    now: '2026-08-08T09:20:00.000Z',
    verdict: {
      level: 'bad',
      text: 'The upcoming event failed. 1 credential is refused.',
      events: 1,
      late: 0,
      failed: 1,
      neverSynced: 0,
      refusedCredentials: 1,
      discoveriesBehind: 0,
      scoringFailed: 0,
      notSynced: 0,
    },
    database: 'postgresql db.example.org:5432/p88',
    partners: 1,
    lastDiscoveryAt: '2026-08-08T06:00:00.000Z',
    lastSyncAt: '2026-08-08T09:19:18.000Z',
    queue: [],
    rejectedRows: 0,
    running: [{ what: 'tick', host: 'a', pid: 7, startedAt: '2026-08-08T09:20:00.000Z' }],
    events: [
      {
        id: '1:runsignup:974559',
        partnerId: 1,
        partner: 'Peak Timing',
        provider: 'runsignup',
        credentialId: 3,
        eventId: '974559',
        name: 'Lakefront Half Marathon',
        startAt: '2026-08-08T11:30:00.000Z',
        timeZone: 'America/Chicago',
        timeZoneAssumed: false,
        condition: 'failed',
        priority: 'high',
        everyMinutes: 1,
        dueAt: '2026-08-08T09:18:00.000Z',
        lagMs: 180_000,
        overdueMs: 120_000,
        participants: 1234,
        removed: 0,
        rejectedRows: 0,
        announced: null,
        unread: null,
        running: false,
        lastSync: {
          at: '2026-08-08T09:19:18.000Z',
          kind: 'incremental',
          counts: { fetched: 3, inserted: 1, updated: 2, unchanged: 0, removed: 0, failed: 0 },
        },
        failure: {
          at: '2026-08-08T09:20:00.000Z',
          status: 'failed',
          failures: 2,
          reason: '502',
          retryAt: '2026-08-08T09:24:00.000Z',
        },
        leftOut: null,
      },
    ],
    links: [],
    credentials: [
      {
        credentialId: 3,
        partnerId: 1,
        partner: 'Peak Timing',
        provider: 'runsignup',
        callsLastHour: 412,
        callsPerHour: 1000,
        refused: { since: '2026-08-08T09:15:00.000Z', reason: 'code 6', probeAt: '2026-08-08T09:45:00.000Z' },
        notBefore: '2026-08-08T09:45:00.000Z',
        lastCallAt: '2026-08-08T09:19:48.000Z',
        discovery: 'refused',
        lastDiscovery: { at: '2026-08-08T06:00:00.000Z', status: 'completed', reason: null },
      },
    ],
  });
});

it('keeps every field where there is nothing to say, and every event', () => {
  const json = statusJson(busyMorning());
  expect(JSON.parse(JSON.stringify(json))).toEqual(json);
  expect(json.events.map(({ eventId, condition }) => [eventId, condition])).toEqual([
    ['974561', 'failed'],
    ['1002003', 'late'],
    ['974560', 'running'],
    ['974559', 'waiting'],
    ['81234', 'waiting'],
    ['55', 'new'],
    ['77002', 'no-credential'],
    ['77001', 'no-credential'],
  ]);
  expect(json.events.at(5)).toMatchObject({ lagMs: null, lastSync: null, failure: null, leftOut: null, overdueMs: 0 });
  expect(json.events.at(-1)).toMatchObject({ credentialId: null, overdueMs: 0 });
  expect(json.verdict).toMatchObject({ events: 8, late: 1, failed: 1, neverSynced: 1, notSynced: 2 });
  expect(json.credentials.map(({ discovery, lastDiscovery }) => [discovery, lastDiscovery?.status])).toEqual([
    ['fine', 'completed'],
    ['failed', 'failed'],
    ['refused', 'failed'],
    ['never', undefined],
  ]);
});
