import { describe, expect, test } from 'vitest';
import type { CredentialState, EventState, Plan } from '../../src/domain/planning.ts';
import { defaultSettings, type Settings } from '../../src/domain/settings.ts';
import { planTick } from '../../src/plan/plan.ts';
import { at, callsByAge, credentialState, eventState, failure, hour, minute, now, second, synced } from './facts.ts';

const settings: Settings = defaultSettings;
const low = { startAt: at(100 * hour) };
const medium = { startAt: at(10 * hour) };

function plan(events: EventState[], credentials: CredentialState[] = [credentialState()], over = settings): Plan {
  return planTick({ now, events, credentials, settings: over });
}

const ids = ({ units }: Plan) => units.map((unit) => unit.events.map((event) => event.eventId).join('+'));
const reasons = ({ units }: Plan) => units.map((unit) => unit.reason);
const left = ({ leftOut }: Plan) => leftOut.map(({ event, why, reason }) => [event.eventId, why, reason]);

function many(count: number, overrides: Partial<EventState> = {}): EventState[] {
  return Array.from({ length: count }, (_, index) => eventState({ eventId: String(1000 + index), ...overrides }));
}

describe('order', () => {
  const events = [
    eventState({ eventId: 'low new', ...low }),
    eventState({ eventId: 'low late', ...low, ...synced(10 * hour) }),
    eventState({ eventId: 'medium', ...medium, ...synced(15 * minute) }),
    eventState({ eventId: 'medium later', ...medium, ...synced(40 * minute) }),
    eventState({ eventId: 'high', ...synced(minute) }),
    eventState({ eventId: 'high nearer', startAt: at(-30 * minute), ...synced(minute) }),
    eventState({ eventId: 'not due', ...medium, ...synced(minute) }),
    eventState({ eventId: 'ended', startAt: at(-2 * hour) }),
  ];
  const expected = ['high nearer', 'high', 'medium later', 'medium', 'low new', 'low late'];

  test('by class, then relative lateness, then the nearest start', () => {
    expect(ids(plan(events))).toEqual(expected);
    expect(plan(events).leftOut).toEqual([]);
  });

  test('does not depend on the order of the facts', () => {
    expect(ids(plan(events.toReversed()))).toEqual(expected);
    const ties = [...many(60), ...many(40, { running: { host: 'a', pid: 1, startedAt: now } })];
    const credential = [credentialState({ callsPerHour: 100_000 })];
    expect(plan(ties.toReversed(), credential)).toEqual(plan(ties, credential));
  });

  test('a whole plan', () => {
    const event = eventState({ ...medium, ...synced(17 * minute) });
    expect(plan([event])).toEqual({
      now,
      units: [
        {
          partnerId: 1,
          providerId: 2,
          provider: 'runsignup',
          credentialId: 1,
          raceId: undefined,
          kind: 'incremental',
          priority: 'medium',
          since: at(-18 * minute),
          events: [event],
          cost: 1,
          lateness: 17 / 15,
          reason: 'last sync 17 min ago, due every 15 min; start in 10 h',
        },
      ],
      leftOut: [],
    });
  });
});

describe('reasons', () => {
  test.each<[string, Partial<EventState>]>([
    ['never synced; start in 2 h', {}],
    ['last sync 45 s ago, due every 1 min; started 10 min ago', { startAt: at(-10 * minute), ...synced(45 * second) }],
    ['its last sync lies in the future and is ignored; start in 2 h', synced(-hour)],
    [
      'last sync 2 min ago, due every 1 min; full, since the last sync left no watermark; start in 2 h',
      { lastCompleted: { startedAt: at(-2 * minute), watermark: undefined } },
    ],
    [
      'retry 2 of 3: the provider answered 502; last sync 2 min ago, due every 1 min; start in 2 h',
      { ...synced(2 * minute), lastFailure: failure({ failures: 2 }) },
    ],
    [
      'failed 4 times in a row: the provider answered 502; never synced, due every 1 min; start in 2 h',
      { lastFailure: failure({ status: 'failed_permanent', failures: 4, retryAt: undefined }) },
    ],
    [
      'the run that had it ended without a result: lease ran out; last sync 2 min ago, due every 1 min; start in 2 h',
      { ...synced(2 * minute), lastFailure: failure({ status: 'abandoned', failures: 0, reason: 'lease ran out' }) },
    ],
  ])('%s', (expected, event) => {
    expect(reasons(plan([eventState(event)]))).toEqual([expected]);
  });

  test('of a listing that is old, and of a race', () => {
    const credential = credentialState({ unit: 'race', removals: 'absence' });
    const event = { raceId: '7', ...synced(2 * minute), lastFullAt: at(-25 * hour) };
    expect(
      reasons(plan([eventState({ ...event, eventId: 'a' }), eventState({ ...event, eventId: 'b' })], [credential])),
    ).toEqual([
      'last sync 2 min ago, due every 1 min; full, since the last full listing is 25 h old; start in 2 h; latest of 2 events',
    ]);
  });

  test('of a stretched class', () => {
    const events = many(30, { calls: { incremental: 2 }, ...synced(4 * minute) });
    const found = plan(events);
    expect(found.units).toHaveLength(30);
    expect(reasons(found)[0]).toBe(
      'last sync 4 min ago, due every 3.8 min instead of 1: 30 events need 3600 calls/h of 1000; start in 2 h',
    );
  });
});

describe('caps', () => {
  test('each class takes its number of units over all credentials, the latest first', () => {
    const wide = [1, 2].map((credentialId) => credentialState({ credentialId, callsPerHour: 100_000 }));
    const events = (['high', 'medium', 'low'] as const).flatMap((name, place) =>
      [2 * hour, 10 * hour, 100 * hour].slice(place, place + 1).flatMap((start) =>
        Array.from({ length: 60 }, (_, index) =>
          eventState({
            eventId: `${name} ${String(index).padStart(2, '0')}`,
            credentialId: 1 + (index % 2),
            startAt: at(start),
            ...synced(10 * hour + index * minute),
          }),
        ),
      ),
    );
    const found = plan(events, wide);
    const count = (name: string) => ids(found).filter((id) => id.startsWith(name)).length;
    expect([count('high'), count('medium'), count('low')]).toEqual([50, 20, 10]);
    expect(ids(found).slice(0, 2)).toEqual(['high 59', 'high 58']);
    expect(left(found)[0]).toEqual(['high 09', 'tick-full', '60 high units are due, a tick takes 50; next tick']);
    expect(found.leftOut).toHaveLength(10 + 40 + 50);
  });
});

describe('left out', () => {
  test('running, waiting for its retry, without a credential: only where it is due', () => {
    const running = { host: 'web1', pid: 42, startedAt: at(-40 * second) };
    const lastFailure = failure({ retryAt: at(3 * minute) });
    const events = [
      eventState({ eventId: 'a', ...medium, ...synced(hour), running }),
      eventState({ eventId: 'b', ...medium, ...synced(minute), running }),
      eventState({ eventId: 'c', ...medium, ...synced(hour), lastFailure }),
      eventState({ eventId: 'd', ...medium, ...synced(2 * minute), lastFailure }),
      eventState({ eventId: 'e', ...medium, credentialId: 9 }),
      eventState({ eventId: 'f', ...medium, credentialId: 9, ...synced(minute) }),
    ];
    const found = plan(events);
    expect(found.units).toEqual([]);
    expect(left(found)).toEqual([
      ['a', 'running', 'running for 40 s on web1 (process 42)'],
      ['c', 'retry-later', 'failed (the provider answered 502), retry in 3 min'],
      ['e', 'refused', 'its credential was removed: it is not synced until another one discovers it'],
    ]);
  });

  test('a credential that must wait', () => {
    const found = plan([eventState()], [credentialState({ notBefore: at(1) })]);
    expect([ids(found), left(found)]).toEqual([
      [],
      [['100', 'not-before', 'the provider wants no call for another 0 s']],
    ]);
    expect(ids(plan([eventState()], [credentialState({ notBefore: now })]))).toEqual(['100']);
  });

  test('a refused credential sends nothing before its probe, then its most urgent unit alone', () => {
    const events = [
      eventState({ eventId: 'low', ...low }),
      eventState({ eventId: 'high' }),
      eventState({ eventId: 'new' }),
    ];
    const refused = credentialState({ refusedAt: at(-20 * minute), notBefore: at(4 * minute) });
    expect(ids(plan(events, [refused]))).toEqual([]);
    expect(left(plan(events, [refused]))).toEqual(
      ['high', 'new', 'low'].map((id) => [id, 'refused', 'credential refused 20 min ago, next probe in 4 min']),
    );
    const probing = plan(
      [...events, eventState({ eventId: 'other', credentialId: 2 })],
      [{ ...refused, notBefore: now }, credentialState({ credentialId: 2 })],
    );
    expect(ids(probing)).toEqual(['high', 'other']);
    expect(reasons(probing)[0]).toBe('probe, credential refused 20 min ago; never synced; start in 2 h');
    expect(left(probing)).toEqual(
      ['new', 'low'].map((id) => [id, 'refused', 'credential refused 20 min ago, this tick sends one probe']),
    );
  });
});

describe('budget', () => {
  test('high is held by the hour alone', () => {
    const events = many(3, { calls: { incremental: 2 }, ...synced(hour) });
    const found = plan(events, [credentialState({ callsPerHour: 100, callsByAge: callsByAge({ 30: 95 }) })]);
    expect(ids(found)).toEqual(['1000', '1001']);
    expect(left(found)).toEqual([['1002', 'budget', 'needs 2 calls, 1 of 100 an hour are free']]);
  });

  test('what is due later in the hour is kept from low', () => {
    // 74 of 100 calls leave the hour in 55 minutes. Until then the event needs 2 calls as a medium one (minutes 15, 30)
    // and 15 as a high one (40 to 54); five calls are kept for tokens and retries: 26 - 2 - 15 - 5 is 4.
    const coming = eventState({ eventId: 'coming', startAt: at(4 * hour + 40 * minute), ...synced(0) });
    const used = (calls: number) => [credentialState({ callsPerHour: 100, callsByAge: callsByAge({ 5: calls }) })];
    const found = plan([coming, ...many(10, low)], used(74));
    expect(found.units).toHaveLength(4);
    expect(left(found)[0]).toEqual([
      '1004',
      'budget',
      'needs 1 call, 0 of 100 an hour are free beside what higher priorities need in the coming hour',
    ]);
    expect(plan([coming, ...many(10, low)], used(82)).units).toHaveLength(0);
    expect(plan(many(10, low), used(82)).units).toHaveLength(10);
  });

  test('small units leave room for a large one that has waited longer', () => {
    const large = eventState({ eventId: 'large', ...low, ...synced(40 * hour), calls: { incremental: 50 } });
    const small = (hours: number) => eventState({ eventId: `small ${hours}`, ...low, ...synced(hours * hour) });
    const credential = credentialState({ callsPerHour: 100, callsByAge: callsByAge({ 20: 60 }) });
    const found = plan([large, small(30), small(20), small(19), small(5)], [credential]);
    expect(ids(found)).toEqual(['small 30', 'small 20']);
    expect(left(found).slice(0, 2)).toEqual([
      [
        'large',
        'budget',
        'needs 50 calls, 35 of 100 an hour are free beside what higher priorities need in the coming hour',
      ],
      ['small 19', 'budget', 'leaves room for event large, which is later and needs 50 calls'],
    ]);
  });

  test('they do not where its room can never come beside what high needs', () => {
    const large = eventState({ eventId: 'large', ...low, ...synced(40 * hour), calls: { incremental: 50 } });
    const high = eventState({ eventId: 'high', ...synced(minute) });
    const found = plan(
      [large, high, eventState({ eventId: 'small', ...low, ...synced(5 * hour) })],
      [credentialState({ callsPerHour: 100 })],
    );
    expect(ids(found)).toEqual(['high', 'small']);
  });

  test('a unit that needs more than the hour starts when the hour is nearly free', () => {
    const huge = eventState({ ...low, ...synced(40 * hour), calls: { incremental: 5000 } });
    expect(ids(plan([huge], [credentialState({ callsByAge: callsByAge({ 3: 50 }) })]))).toEqual(['100']);
    expect(ids(plan([huge], [credentialState({ callsByAge: callsByAge({ 3: 51 }) })]))).toEqual([]);
  });

  test('a stretched class takes its share of the hour in each tick, the latest first', () => {
    const events = many(30, { calls: { incremental: 1 } }).map((event, index) => ({
      ...event,
      ...synced(index < 12 ? minute : 2 * minute),
    }));
    const found = plan(events);
    expect(ids(found)).toEqual(events.slice(12, 28).map((event) => event.eventId));
    expect(left(found)).toEqual(
      ['1028', '1029'].map((id) => [
        id,
        'budget',
        '16 of the 1000 calls an hour are for this tick, later events went first',
      ]),
    );
  });
});
