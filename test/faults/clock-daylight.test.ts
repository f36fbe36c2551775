/**
 * The nights on which wall clocks jump, the leap day and the turn of the year: starts in the hour that is skipped or comes
 * twice are the same instant at every provider, and each event is synced as often as on any other day.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as chronotrack from '../../src/providers/chronotrack/map-event.ts';
import * as haku from '../../src/providers/haku/map-event.ts';
import * as letsdothis from '../../src/providers/letsdothis/map-event.ts';
import * as raceroster from '../../src/providers/raceroster/map-event.ts';
import * as runsignup from '../../src/providers/runsignup/map-event.ts';
import { addAccount, addEvent, addRace, addRegistration, addRegistrations } from '../../src/sandbox/build-world.ts';
import { expectSame } from '../e2e/compare.ts';
import { type Installation, install, minute, saturday } from '../e2e/installation.ts';
import { run as runProgram } from '../e2e/program.ts';
import { credentialState, eventState, hour } from '../plan/facts.ts';
import { everyMinute, run } from '../plan/world.ts';
import { eventRow as hakuEvent } from '../providers/haku/wire-rows.ts';
import { eventRow as rosterEvent } from '../providers/raceroster/builders.ts';
import { wireEvent, wireRace } from '../providers/runsignup/wire-rows.ts';

/** Zone, wall time, offset that counts there, instant. */
const starts: readonly (readonly [string, string, string, string])[] = [
  // Skipped: as far behind the gap as it was written into it.
  ['America/New_York', '2026-03-08T02:30', '-05:00', '2026-03-08T07:30:00Z'],
  ['Europe/Berlin', '2026-03-29T02:30', '+01:00', '2026-03-29T01:30:00Z'],
  ['Australia/Lord_Howe', '2026-10-04T02:15', '+10:30', '2026-10-03T15:45:00Z'],
  // Twice: the first time.
  ['America/New_York', '2026-11-01T01:30', '-04:00', '2026-11-01T05:30:00Z'],
  ['Europe/Berlin', '2026-10-25T02:30', '+02:00', '2026-10-25T00:30:00Z'],
  ['Australia/Lord_Howe', '2026-04-05T01:45', '+11:00', '2026-04-04T14:45:00Z'],
  // On those nights, where nothing jumps.
  ['America/Phoenix', '2026-03-08T02:30', '-07:00', '2026-03-08T09:30:00Z'],
  ['America/Phoenix', '2026-11-01T01:30', '-07:00', '2026-11-01T08:30:00Z'],
  ['Asia/Kolkata', '2026-03-29T02:30', '+05:30', '2026-03-28T21:00:00Z'],
  // In the morning after it.
  ['America/New_York', '2026-03-08T07:00', '-04:00', '2026-03-08T11:00:00Z'],
  ['America/New_York', '2026-11-01T07:00', '-05:00', '2026-11-01T12:00:00Z'],
  ['Europe/Berlin', '2028-02-29T06:30', '+01:00', '2028-02-29T05:30:00Z'],
  ['America/New_York', '2026-12-31T23:30', '-05:00', '2027-01-01T04:30:00Z'],
  ['Australia/Lord_Howe', '2027-01-01T00:15', '+11:00', '2026-12-31T13:15:00Z'],
];

test.each(starts)('%s %s is one instant, however a provider writes it', (zone, wall, offset, instant) => {
  const [day = '', clock = ''] = wall.split('T');
  const [year, month, dayOfMonth] = day.split('-').map(Number);
  const race = wireRace({ timezone: zone });
  const mapped = [
    runsignup.mapEvent(wireEvent({ start_time: `${month}/${dayOfMonth}/${year} ${clock}` }), race, undefined),
    runsignup.mapEvent(wireEvent({ start_time: `${day} ${clock}:00` }), race, undefined),
    raceroster.mapEvent(rosterEvent({ startDate: `${wall}:00${offset}`, timezone: zone }), undefined),
    haku.mapEvent(hakuEvent({ event_date: `${day} ${clock}:00`, time_zone: zone }), undefined),
    haku.mapEvent(hakuEvent({ event_date: `${wall}:00${offset}`, timezone: zone }), undefined),
    letsdothis.mapEvent({ id: 1, startDate: day, startTime: clock, timeZone: zone }, undefined),
    chronotrack.mapEvent(
      { event_id: '1', event_start_time: String(Date.parse(instant) / 1000), location_time_zone: zone },
      undefined,
    ),
  ];
  const seen = mapped.map((one) => ('event' in one ? one.event : 'record' in one ? one.record : one));
  expect(seen).toEqual(seen.map(() => expect.objectContaining({ startAt: new Date(instant), timeZone: zone })));
});

/** Section 5 of the design for one event, in minutes before its start; a sync every so many minutes, counted in real ones. */
function beatsOf(from: number): number {
  let beats = 1;
  let last = from;
  for (let left = from - 1; left >= -60; left -= 1) {
    const every = left > 24 * 60 ? 240 : left > 4 * 60 ? 15 : 1;
    if (last - left < every) continue;
    beats += 1;
    last = left;
  }
  return beats;
}

describe.each([...new Set(starts.map(([, , , instant]) => instant))])(
  'the day before %s, minute by minute',
  (instant) => {
    const startAt = new Date(instant);
    const from = new Date(startAt.getTime() - 30 * hour);
    const events = starts
      .filter((one) => one[3] === instant)
      .map(([zone], index) => eventState({ eventId: `${index} ${zone}`, startAt, timeZone: zone }));
    const day = run({
      events,
      credentials: [credentialState()],
      ticks: everyMinute(from, new Date(startAt.getTime() + 2 * hour)),
    });

    test('every event is synced as often as on any other day, each minute once at most', () => {
      for (const { eventId } of events) {
        const syncs = day.syncs.get(eventId) ?? [];
        expect(syncs).toHaveLength(beatsOf(30 * 60));
        expect(new Set(syncs).size).toBe(syncs.length);
        expect(syncs.filter((tick) => tick > startAt.getTime() - 4 * hour)).toHaveLength(4 * 60 + 60);
      }
      expect(day.leftOut).toEqual([]);
    });
  },
);

describe('the program on machines whose own zone is any', () => {
  let here: Installation;
  beforeAll(async () => {
    here = await install((world) => {
      for (const [provider, timeZone] of [
        ['runsignup', 'America/New_York'],
        ['haku', 'Europe/Berlin'],
        ['letsdothis', 'Australia/Lord_Howe'],
        ['raceroster', 'Asia/Kolkata'],
        ['chronotrack', 'America/Phoenix'],
      ] as const) {
        const race = addRace(world, { provider, timeZone });
        const event = addEvent(world, race, { startAt: new Date(saturday.getTime() + 2 * hour) });
        addRegistrations(world, event, 3);
        addRegistration(world, event, { person: { firstName: 'Leap', dob: '2000-02-29' } });
        addAccount(world, { company: 'Peak Timing', provider, races: [race] });
      }
    });
  });
  afterAll(() => here.close());

  const zones = ['Australia/Lord_Howe', 'Pacific/Kiritimati'];

  test('sync, status and plan are the same', async () => {
    const told: unknown[] = [];
    for (const [index, zone] of zones.entries()) {
      const env = { ...here.env, TZ: zone, PGTZ: zone };
      const now = (ms: number) => ['--now', new Date(saturday.getTime() + ms).toISOString()];
      expect((await runProgram(['discover', ...now(index * minute)], { env })).code).toBe(0);
      expect((await runProgram(['tick', ...now(index * minute)], { env })).code).toBe(0);
      await expectSame(here);
      const { json } = await runProgram(['status', '--json', ...now(zones.length * minute)], { env });
      told.push(json['events'].map(({ startAt, timeZone }: Record<string, unknown>) => ({ startAt, timeZone })));
      const { stdout } = await runProgram(['tick', '--dry-run', '--json', ...now(30 * hour)], { env });
      told.push(JSON.parse(stdout)['units'].length);
    }
    const [events, units] = told;
    expect(told).toEqual(zones.flatMap(() => [events, units]));
  });
});
