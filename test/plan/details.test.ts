import { describe, expect, test } from 'vitest';
import type { CredentialState, EventState, Plan } from '../../src/domain/planning.ts';
import { defaultSettings as settings } from '../../src/domain/settings.ts';
import { unitsAskedFor } from '../../src/plan/asked-units.ts';
import { catchUpsOf } from '../../src/plan/catch-up.ts';
import { needByMinute } from '../../src/plan/need.ts';
import { paceOf } from '../../src/plan/pace.ts';
import { planTick } from '../../src/plan/plan.ts';
import { stretchesOf } from '../../src/plan/stretch.ts';
import { at, callsByAge, credentialState, eventState, failure, hour, minute, now, synced } from './facts.ts';

const haku = { details: true, callsPerHour: 500, removals: 'absence', provider: 'haku' } as const;
const credential = (changes: Partial<CredentialState> = {}) => credentialState({ ...haku, ...changes });
const low = { startAt: at(100 * hour) };

function event(eventId: string, changes: Partial<EventState> = {}): EventState {
  return eventState({ eventId, provider: 'haku', ...low, ...synced(5 * minute), ...changes });
}

function plan(events: EventState[], credentials = [credential()]): Plan {
  return planTick({ now, events, credentials, settings });
}

/** `e1 incremental 7`: event, kind, registrations it may read. */
const units = ({ units: planned }: Plan) =>
  planned.map((unit) => [unit.events.map((one) => one.eventId).join('+'), unit.kind, unit.detailCalls].join(' '));
const left = ({ leftOut }: Plan) => leftOut.map((one) => [one.event.eventId, one.why, one.reason]);

describe('a tick', () => {
  test('without a listing reads at the pace of the hour, and says what', () => {
    const backlog = event('e1', { backlog: 4_200 });
    expect(plan([backlog])).toEqual({
      now,
      units: [
        {
          partnerId: 1,
          providerId: 2,
          provider: 'haku',
          credentialId: 1,
          raceId: undefined,
          kind: 'details',
          priority: 'low',
          since: undefined,
          events: [backlog],
          cost: 0,
          detailCalls: 8,
          lateness: 0,
          reason: 'details of 4,200 registrations, 8 calls; start in 4 days 4 h',
        },
      ],
      leftOut: [],
    });
  });

  test('lists an event with a backlog every ten minutes, and reads behind the list', () => {
    const found = plan([event('e1', { backlog: 4_200, ...synced(10 * minute) })]);
    expect(units(found)).toEqual(['e1 incremental 7']);
    expect(found.units[0]?.reason).toBe(
      'last sync 10 min ago, due every 10 min; start in 4 days 4 h; details of 4,200 registrations, 7 calls',
    );
  });

  test('reads no more than waits', () => {
    expect(units(plan([event('e1', { backlog: 3 })]))).toEqual(['e1 details 3']);
  });

  test('lets a listing read whom it finds', () => {
    expect(units(plan([event('e1', synced(5 * hour))]))).toEqual(['e1 incremental 7']);
  });

  test('gives nothing of the kind to providers whose lists hold everything', () => {
    const found = plan([event('e1', synced(5 * hour))], [credential({ details: false })]);
    expect(found.units[0]).not.toHaveProperty('detailCalls');
  });

  test('shares among the nearest first, and keeps half for what other listings find', () => {
    const events = [
      event('far', { backlog: 4_000, startAt: at(300 * hour) }),
      event('near', { backlog: 4_000 }),
      event('listed', { ...synced(5 * hour), startAt: at(200 * hour) }),
    ];
    const found = plan(events);
    expect(units(found)).toEqual(['listed incremental 1', 'near details 4', 'far details 2']);
    const alone = plan([event('far', { backlog: 4_000, startAt: at(300 * hour) }), event('near', { backlog: 4_000 })]);
    expect(units(alone)).toEqual(['near details 8']);
    expect(left(alone)).toEqual([
      [
        'far',
        'budget',
        'details of 4,000 registrations wait: the 8 calls of this tick go to nearer events and to listings',
      ],
    ]);
  });

  test.each<[string, Partial<EventState>]>([
    ['failed', { lastFailure: failure({ retryAt: at(minute) }) }],
    ['has failed for good', { lastFailure: failure({ status: 'failed_permanent', retryAt: undefined }) }],
    ['is running', { running: { host: 'a', pid: 1, startedAt: now } }],
    ['is over', { startAt: at(-2 * hour) }],
  ])('has no unit for an event that %s', (_, changes) => {
    expect(units(plan([event('e1', { backlog: 9, ...changes })]))).toEqual([]);
  });

  test.each<[string, Partial<CredentialState>, string[]]>([
    ['is refused', { refusedAt: at(-hour) }, ['probe incremental 0']],
    ['shall pause', { notBefore: at(minute) }, []],
  ])('reads nothing with a credential that %s', (_, changes, expected) => {
    const events = [event('e1', { backlog: 9 }), event('probe', synced(5 * hour))];
    expect(units(plan(events, [credential(changes)]))).toEqual(expected);
  });

  test('spreads what a long listing left of the hour', () => {
    const spent = [credential({ callsByAge: callsByAge({ 1: 200 }) })];
    // 275 and what the listings of the hour need, over 59 minutes.
    expect(units(plan([event('e1', { backlog: 4_800 })], spent))).toEqual(['e1 details 5']);
  });

  test('says so where the hour is spent', () => {
    const found = plan([event('e1', { backlog: 9 })], [credential({ callsByAge: callsByAge({ 3: 480 }) })]);
    expect(found.units).toEqual([]);
    expect(left(found)).toEqual([
      ['e1', 'budget', 'details of 9 registrations wait: none of 500 calls an hour is free beside what listings need'],
    ]);
  });

  test('leaves room for a long listing that waits for it, in its class and below', () => {
    const long = event('long', { ...synced(25 * hour), calls: { full: 200, incremental: 1 } });
    const spent = [credential({ callsByAge: callsByAge({ 10: 300 }) })];
    const found = plan([long, event('e1', { backlog: 900 })], spent);
    expect(found.units).toEqual([]);
    expect(left(found).at(-1)).toEqual([
      'e1',
      'budget',
      'details of 900 registrations wait: leaves room for event long, whose listing needs 200 calls',
    ]);
    const medium = event('e1', { backlog: 900, startAt: at(10 * hour) });
    expect(units(plan([long, medium], spent))).toEqual(['e1 details 4']);
  });

  test('counts of a listing that was interrupted only what is left of it', () => {
    const listed = { kind: 'full' as const, calls: 190 };
    const lastFailure = failure({ status: 'abandoned', retryAt: undefined, listed });
    const half = event('e1', { ...synced(25 * hour), calls: { full: 200 }, lastFailure });
    expect(plan([half]).units[0]).toMatchObject({ kind: 'full', cost: 10 });
  });
});

describe('a race morning', () => {
  const high = { startAt: at(2 * hour), ...synced(minute) };

  test('does not wait for the pace of the hour: 40 calls are a tick', () => {
    expect(units(plan([event('e1', high)]))).toEqual(['e1 incremental 39']);
    expect(units(plan([event('e1', { ...high, backlog: 30 })]))).toEqual(['e1 incremental 39']);
    expect(units(plan([event('e1', { ...high, ...synced(10_000), backlog: 30 })]))).toEqual(['e1 details 30']);
  });

  test('with a backfill to do keeps the pace, so that the hour lasts', () => {
    // 475 an hour, of which 60 are its listings.
    expect(units(plan([event('e1', { ...high, backlog: 4_000 })]))).toEqual(['e1 incremental 6']);
  });

  test('leaves its own listings of the coming hour their calls', () => {
    // 500 less 25 that are never planned, 400 that stay for 59 minutes, the 59 listings until then, and this one.
    const spent = [credential({ callsByAge: callsByAge({ 0: 400 }) })];
    expect(units(plan([event('e1', high)], spent))).toEqual(['e1 incremental 15']);
  });

  test('goes before the backlog of events that are far away', () => {
    const found = plan([event('far', { backlog: 4_000 }), event('e1', { ...high, ...synced(10_000), backlog: 8 })]);
    expect(units(found)).toEqual(['e1 details 8']);
  });

  test('of more events than the hour holds: listings take half of it, the other half reads', () => {
    const events = Array.from({ length: 9 }, (_, index) => event(`e${index}`, high));
    const stretch = stretchesOf(events, [credential()], now, settings).get(1);
    expect(stretch?.callsPerTick).toBeCloseTo(500 * 0.95 * 0.5 * (1 / 60));
    expect(stretchesOf(events, [credential({ details: false })], now, settings).get(1)?.callsPerTick).toBeCloseTo(
      (500 * 0.95) / 60,
    );
    const need = needByMinute({
      credential: credential(),
      events,
      priority: 'high',
      planned: new Set(),
      now,
      settings,
    });
    expect(need.at(-1)).toBeLessThanOrEqual(500 * 0.95 * 0.5 + 9);
  });
});

describe('the pace of an event with a backlog', () => {
  test.each<[string, Partial<EventState>, number]>([
    ['far away', { backlog: 1 }, 10],
    ['without a backlog', {}, 240],
    ['on the day before', { backlog: 1, startAt: at(10 * hour) }, 10],
    ['on race morning', { backlog: 1, startAt: at(hour) }, 1],
    ['that fails', { backlog: 1, lastFailure: failure() }, 240],
  ])('%s', (_, changes, every) => {
    expect(paceOf(event('e1', changes), 1, now, settings).everyMinutes).toBe(every);
  });

  test.each([
    ['short lists', 17, 1, 10],
    ['long ones take half of the hour', 17, 20, 17 * 20 * (60 / (500 * 0.95 * 0.5))],
    ['one of 200 pages', 1, 200, 200 * (60 / (500 * 0.95 * 0.5))],
  ])('%s', (_, events, calls, expected) => {
    const own = Array.from({ length: events }, (__, index) =>
      event(`e${index}`, { backlog: 5, calls: { incremental: calls } }),
    );
    expect(catchUpsOf(own, [credential()]).get(1)).toBeCloseTo(expected);
  });

  test('is what lower classes reckon with', () => {
    const own = [event('e1', { backlog: 5, startAt: at(10 * hour) })];
    const need = needByMinute({
      credential: credential(),
      events: own,
      priority: 'medium',
      planned: new Set(),
      now,
      settings,
    });
    expect(need.at(-1)).toBe(6);
  });
});

test('who asks for an event by hand asks for all of it', () => {
  const query = { events: [event('e1', { backlog: 900 })], kind: 'full', reason: 'asked', now, settings } as const;
  expect(unitsAskedFor({ ...query, credentials: [credential()] })[0]?.detailCalls).toBe(Number.POSITIVE_INFINITY);
  expect(unitsAskedFor({ ...query, credentials: [credential({ details: false })] })[0]).not.toHaveProperty(
    'detailCalls',
  );
});
