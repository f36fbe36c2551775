/** What doctor makes of timers, and of what the database tells of the work. */
import { describe, expect, it, test } from 'vitest';
import type { DoctorFacts } from '../../src/commands/doctor-facts.ts';
import {
  ago,
  credentialFacts,
  doctorFacts,
  failure,
  hour,
  judged,
  minute,
  off,
  on,
  told,
  withCredential,
  withEvents,
  withWork,
  type workFacts,
} from './doctor-facts.ts';

describe('timers', () => {
  const idle = { credentials: [credentialFacts({ lastDiscoveryAt: ago(20 * hour) })], events: [] };
  const stale = 'problem discovery: no new event was looked for within 13 h: 1:runsignup';
  const inactive = (name: string) => `problem timers: p88sync-${name}.timer is not active`;
  const systemd = (tick = off, discover = off) => ({ systemd: { tick, discover }, cron: false });
  it.each<[string, DoctorFacts['timers'], Parameters<typeof workFacts>[0], (string | number)[]]>([
    ['cron alone', { systemd: undefined, cron: true }, {}, [0]],
    ['cron, and a systemd that knows nothing', { ...systemd(), cron: true }, {}, [0]],
    [
      'both',
      { ...systemd(on, on), cron: true },
      {},
      ['warning timers: both systemd and /etc/cron.d/p88sync start p88sync', 0],
    ],
    ['one inactive', systemd(on), {}, [inactive('discover'), 1]],
    ['enabled, never started', systemd({ enabled: true, active: false }, on), {}, [inactive('tick'), 1]],
    [
      'started, not enabled',
      systemd(on, { enabled: false, active: true }),
      {},
      ['warning timers: p88sync-discover.timer is active, and will not be after the next start of this machine', 0],
    ],
    [
      'none here, but something syncs',
      systemd(),
      {},
      ['warning timers: nothing on this machine starts p88sync; the last run was 40 s ago', 0],
    ],
    [
      'none here, but something discovers',
      { systemd: undefined, cron: false },
      { events: [] },
      ['warning timers: nothing on this machine starts p88sync; the last run was 2 h ago', 0],
    ],
    [
      'none, and nothing happens',
      systemd(),
      idle,
      ['problem timers: nothing on this machine starts p88sync, and nothing else did for 20 h', stale, 1],
    ],
    [
      'none, and nothing to sync yet',
      systemd(),
      { credentials: [], events: [] },
      ['warning credentials: none yet', 'warning timers: nothing on this machine starts p88sync', 0],
    ],
    [
      'none, and nothing ever happened',
      systemd(),
      { credentials: [credentialFacts({ lastDiscoveryAt: undefined })], events: [] },
      [
        'problem timers: nothing on this machine starts p88sync',
        'warning discovery: events were never looked for: 1:runsignup',
        1,
      ],
    ],
  ])('%s', (_, timers, work, expected) => {
    expect(told({ ...withWork(work), timers })).toEqual(expected);
  });

  test('without a database nothing is known of other machines', () => {
    const database = failure({ message: 'gone', exit: 'database' });
    expect(told(doctorFacts({ database, timers: systemd() }))).toEqual([
      'problem database: gone',
      'warning timers: nothing on this machine starts p88sync',
      3,
    ]);
  });
});

describe('the work', () => {
  it.each<[string, DoctorFacts, (string | number)[]]>([
    ['discovery 13 h ago', withCredential({ lastDiscoveryAt: ago(13 * hour) }), [0]],
    [
      'discovery longer ago',
      withCredential({ lastDiscoveryAt: ago(13 * hour + 1) }),
      ['problem discovery: no new event was looked for within 13 h: 1:runsignup', 1],
    ],
    [
      'a refused credential discovers nothing, which is said already',
      withCredential({ lastDiscoveryAt: undefined, refused: { since: ago(hour), reason: 'x' } }),
      ['warning credentials: 3 Peak Timing, runsignup: sees 4 races; works again, though still marked as refused', 0],
    ],
    ['a lag of 3 min', withEvents({ lagMs: 3 * minute }), [0]],
    [
      'a longer lag',
      withEvents({ lagMs: 3 * minute + 1 }, { spec: '1:runsignup:5', lagMs: 9 * minute }, {}),
      [
        'problem highEvents: 2 of 3 events near the start are more than 3 min behind: 1:runsignup:5 (9 min), 1:runsignup:974559 (3 min)',
        1,
      ],
    ],
    [
      'never synced, and near its start',
      withEvents({ lagMs: undefined }),
      [
        'problem highEvents: 1 of 1 event near the start is more than 3 min behind: 1:runsignup:974559 (never synced)',
        1,
      ],
    ],
    ['being synced now', withEvents({ lagMs: 9 * minute, running: true }), [0]],
    ['far from its start', withEvents({ lagMs: 9 * hour, priority: 'low' }), [0]],
    [
      'failed for good',
      withEvents({ failure: { status: 'failed_permanent', reason: 'HTTP 500.' } }),
      ['problem failures: 1 event failed for good: 1:runsignup:974559 (HTTP 500)', 1],
    ],
    [
      'failed, and tried again',
      withEvents({ failure: { status: 'failed', reason: 'HTTP 500.' } }),
      ['warning failures: 1 event failed: 1:runsignup:974559 (HTTP 500)', 0],
    ],
    ['broken off', withEvents({ failure: { status: 'abandoned', reason: 'killed' } }), [0]],
    [
      'rejected rows',
      withWork({ rejectedRows: 2 }),
      ['warning rejectedRows: 2 rows of providers could not be stored', 0],
    ],
    [
      'assumed zones',
      withEvents(
        ...['1', '2', '3', '4'].map((id) => ({
          spec: `1:raceroster:${id}`,
          timeZone: 'Etc/GMT+4',
          timeZoneAssumed: true,
        })),
      ),
      [
        'warning timeZones: assumed for 4 upcoming events: 1:raceroster:1 (Etc/GMT+4), 1:raceroster:2 (Etc/GMT+4), 1:raceroster:3 (Etc/GMT+4) and 1 more',
        0,
      ],
    ],
  ])('%s', (_, facts, expected) => {
    expect(told(facts)).toEqual(expected);
  });

  test('a slower pace that is set tolerates more', () => {
    expect(told(withEvents({ lagMs: 15 * minute }), 5)).toEqual([0]);
  });

  it.each([
    [true, /P88SYNC_<PROVIDER>_CALLS_PER_HOUR/],
    [false, /`p88sync tick`/],
  ])('what to do where the budget binds: %s', (budgetBinds, hint) => {
    const findings = judged(withEvents({ lagMs: hour, budgetBinds }));
    expect(findings.find(({ check }) => check === 'highEvents')?.hint).toMatch(hint);
  });
});
