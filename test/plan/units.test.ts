import { describe, expect, test } from 'vitest';
import type { CredentialState, EventState, Plan } from '../../src/domain/planning.ts';
import { defaultSettings as settings } from '../../src/domain/settings.ts';
import { planTick } from '../../src/plan/plan.ts';
import { kindOf } from '../../src/plan/series.ts';
import { at, credentialState, eventState, hour, minute, now, synced } from './facts.ts';

/** The units of a tick, as far as grouping goes. */
function unitsOf(events: EventState[], credentials: CredentialState[] = [credentialState({ unit: 'race' })]) {
  const plan: Plan = planTick({ now, events, credentials, settings });
  return plan.units.map(({ kind, raceId, priority, since, cost, lateness, events: together }) => ({
    events: together.map((event) => event.eventId),
    raceId,
    kind,
    priority,
    since,
    cost,
    lateness,
  }));
}

describe('kindOf', () => {
  const feed = credentialState();
  const absence = credentialState({ removals: 'absence' });
  const noFilter = credentialState({ removals: 'absence', incremental: false });
  test.each<[string, Partial<EventState>, CredentialState, string]>([
    ['never synced', {}, feed, 'full'],
    ['synced', synced(hour), feed, 'incremental'],
    ['synced long ago', synced(1000 * hour), feed, 'incremental'],
    ['by an older program', { lastCompleted: { startedAt: at(-hour), watermark: undefined } }, feed, 'full'],
    ['synced in the future', synced(-hour), feed, 'full'],
    ['listed 24 h ago', { ...synced(hour), lastFullAt: at(-24 * hour) }, absence, 'incremental'],
    ['listed more than 24 h ago', { ...synced(hour), lastFullAt: at(-24 * hour - 1) }, absence, 'full'],
    ['never listed', { ...synced(hour), lastFullAt: undefined }, absence, 'full'],
    ['listed in the future', { ...synced(hour), lastFullAt: at(hour) }, absence, 'full'],
    ['without a filter for changes', synced(minute), noFilter, 'full'],
    ['the same, stopped an hour ago', { ...synced(minute), listingStoppedAt: at(-hour) }, noFilter, 'incremental'],
  ])('%s', (_, event, credential, kind) => {
    expect(kindOf(eventState(event), credential, now, settings)).toBe(kind);
  });
});

describe('grouping', () => {
  test('due events of a race are one unit, with the highest priority and the oldest watermark', () => {
    const events = [
      eventState({ eventId: 'b', raceId: '7', startAt: at(10 * hour), ...synced(30 * minute) }),
      eventState({ eventId: 'a', raceId: '7', startAt: at(3 * hour), ...synced(minute) }),
    ];
    expect(unitsOf(events)).toEqual([
      {
        events: ['a', 'b'],
        raceId: '7',
        kind: 'incremental',
        priority: 'high',
        since: at(-31 * minute),
        cost: 1,
        lateness: 2,
      },
    ]);
  });

  test('due events of an organiser are one unit, of whatever race', () => {
    const events = [
      eventState({ eventId: 'b', startAt: at(10 * hour), ...synced(30 * minute) }),
      eventState({ eventId: 'a', raceId: '7', ...synced(minute) }),
    ];
    const units = unitsOf(events, [credentialState({ unit: 'organiser' })]);
    expect(units).toMatchObject([{ events: ['a', 'b'], kind: 'incremental', since: at(-31 * minute) }]);
  });

  test('events of an organiser that were listed apart cost one list together, not one each', () => {
    const credential = credentialState({ unit: 'organiser', minimumCalls: { full: 2, incremental: 2 } });
    const relisted = { ...synced(5 * minute), lastFullAt: at(-25 * hour), calls: { full: 100, incremental: 3 } };
    const events = ['a', 'b', 'c'].map((eventId) => eventState({ eventId, ...relisted }));
    expect(unitsOf(events, [{ ...credential, removals: 'absence' }])).toMatchObject([
      { events: ['a', 'b', 'c'], kind: 'full', cost: 100 },
    ]);
    const recent = events.map((event) => ({ ...event, lastFullAt: at(-hour) }));
    expect(unitsOf(recent, [{ ...credential, removals: 'absence' }])).toMatchObject([{ kind: 'incremental', cost: 3 }]);
  });

  test('events that are not due stay out of the unit', () => {
    const events = [
      eventState({ eventId: 'a', raceId: '7', ...synced(minute) }),
      eventState({ eventId: 'b', raceId: '7', startAt: at(10 * hour), ...synced(minute) }),
    ];
    expect(unitsOf(events).map((unit) => unit.events)).toEqual([['a']]);
  });

  test('other race, other kind, other credential, no race: other unit', () => {
    const events = [
      eventState({ eventId: 'a', raceId: '7' }),
      eventState({ eventId: 'b', raceId: '8' }),
      eventState({ eventId: 'c', raceId: '7', ...synced(minute) }),
      eventState({ eventId: 'd', raceId: '7', credentialId: 2 }),
      eventState({ eventId: 'e' }),
      eventState({ eventId: 'f' }),
    ];
    const credentials = [credentialState({ unit: 'race' }), credentialState({ credentialId: 2, unit: 'race' })];
    expect(unitsOf(events, credentials).map((unit) => unit.events)).toEqual([['a'], ['b'], ['e'], ['f'], ['d'], ['c']]);
  });

  test('where a unit is an event, a race groups nothing', () => {
    const events = [eventState({ eventId: 'a', raceId: '7' }), eventState({ eventId: 'b', raceId: '7' })];
    expect(unitsOf(events, [credentialState()]).map((unit) => unit.events)).toEqual([['a'], ['b']]);
  });

  test('cost: the calls of the last sync of the kind, kept on one of its rows; at least the minimum', () => {
    const credential = credentialState({
      unit: 'race',
      minimumCalls: { full: 2, incremental: 3 },
      callsPerHour: 100_000,
    });
    const race = (raceId: string, calls: EventState['calls'], history = {}) => [
      eventState({ eventId: `${raceId}1`, raceId, calls, ...history }),
      eventState({ eventId: `${raceId}2`, raceId, calls: { full: 0, incremental: 0 }, ...history }),
    ];
    const costs = unitsOf(
      [
        ...race('1', {}),
        ...race('2', { full: 100, incremental: 50 }),
        ...race('3', { full: 100, incremental: 50 }, synced(minute)),
        ...race('4', { full: 100, incremental: 1 }, synced(minute)),
      ],
      [credential],
    ).map((unit) => [unit.raceId, unit.kind, unit.cost]);
    expect(costs).toEqual([
      ['1', 'full', 2],
      ['2', 'full', 100],
      ['3', 'incremental', 50],
      ['4', 'incremental', 3],
    ]);
  });
});
