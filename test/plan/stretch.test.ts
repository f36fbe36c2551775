import { describe, expect, test } from 'vitest';
import type { CredentialState, EventState } from '../../src/domain/planning.ts';
import { defaultSettings as settings } from '../../src/domain/settings.ts';
import { type Stretch, stretchesOf } from '../../src/plan/stretch.ts';
import { at, callsByAge, credentialState, eventState, hour, minute, now, synced } from './facts.ts';

function high(count: number, calls: number, overrides: Partial<EventState> = {}): EventState[] {
  return Array.from({ length: count }, (_, index) =>
    eventState({ eventId: String(index), calls: { incremental: calls }, ...synced(minute), ...overrides }),
  );
}

function stretch(events: EventState[], credential: Partial<CredentialState> = {}): Stretch | undefined {
  return stretchesOf(events, [credentialState(credential)], now, settings).get(1);
}

describe('stretchesOf', () => {
  test('30 events that need 3600 calls/h of 1000 share 950 of them', () => {
    const found = stretch(high(30, 2));
    expect(found).toEqual({
      factor: expect.closeTo(60 / (950 / 60)),
      events: 30,
      callsNeeded: 3600,
      callsPerHour: 1000,
      callsPerTick: expect.closeTo(950 / 60),
    });
  });

  test.each([
    ['950 of 1000 fit', high(19, 1), { callsPerHour: 1200 }, undefined],
    ['960 of 1000 do not', high(16, 1), {}, 960 / 950],
    ['one unit of 100 calls', high(1, 100), {}, 6000 / 950],
    ['a race is one unit', high(30, 0, { raceId: '7' }), { unit: 'race' as const }, undefined],
    ['medium events do not count', high(30, 2, { startAt: at(10 * hour) }), {}, undefined],
    ['events of another credential do not count', high(30, 2, { credentialId: 2 }), {}, undefined],
  ])('%s', (_, events, credential, factor) => {
    expect(stretch(events, credential)?.factor).toEqual(factor === undefined ? undefined : expect.closeTo(factor));
  });

  test('what the log leaves free is spread as well', () => {
    // 900 calls 5 minutes ago: 100 and the lump of one unit have to do for the 55 minutes until they leave the hour.
    const found = stretch(high(30, 2), { callsByAge: callsByAge({ 5: 900 }) });
    expect(found?.factor).toBeCloseTo(60 / (102 / 55));
    expect(stretch(high(5, 1), { callsByAge: callsByAge({ 5: 900 }) })?.factor).toBeCloseTo(5 / (101 / 55));
  });

  test('a full log stretches to an hour and no further', () => {
    expect(stretch(high(1, 100), { callsByAge: callsByAge({ 0: 1200 }) })?.factor).toBeCloseTo(60);
  });

  test('after missed ticks the next one may spend their share', () => {
    expect(stretch(high(30, 2, synced(4 * minute)))?.callsPerTick).toBeCloseTo((4 * 950) / 60);
    expect(stretch(high(30, 2, { lastCompleted: undefined }))?.callsPerTick).toBeCloseTo(950 / 60);
  });
});
