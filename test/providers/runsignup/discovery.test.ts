import { describe, expect, it } from 'vitest';
import type { Json } from '../../../src/domain/json.ts';
import type { EventQuery } from '../../../src/domain/provider.ts';
import { adapter } from '../../../src/providers/runsignup/adapter.ts';
import { allOf, scriptedTools } from '../scripted-session.ts';
import { wireEvent, wireRace } from './wire-rows.ts';

const startsFrom = new Date('2026-09-12T10:00:00Z');
const old = wireEvent({ event_id: 5, start_time: '9/14/2025 06:30' });
const ten = wireEvent({ event_id: 6, name: '10K', start_time: '9/12/2026 05:00' });
const early = wireEvent({ event_id: 7, name: '5K', start_time: '9/12/2026 04:59' });
const helpers = wireEvent({ event_id: 8, volunteer: 'T' });
const broken = wireEvent({ event_id: 9, start_time: 'TBD' });

const listed = (...races: Json[]) => ({ races: races.map((race) => ({ race })) });

/** Lists races with ids from `first`, one event each. */
const crowd = (count: number, first: number) =>
  listed(...Array.from({ length: count }, (_, index) => wireRace({ race_id: first + index, events: [] })));

async function discover(answers: Record<string, Json>, query: Partial<EventQuery>) {
  const { tools, asked } = scriptedTools(
    ({ path, query: { page } = {} }) =>
      answers[`${path} ${page}`] ?? answers[path] ?? { error: { error_code: 201, error_msg: 'Race not found.' } },
  );
  const session = adapter.connect({ principal: 'k', secret: 's', additionalConfig: { key_style: 'v2' } }, tools);
  const pages = await allOf(session.listEvents({ startsFrom: undefined, ...query }));
  return {
    asked: asked.map((request) => request.path),
    startDates: [...new Set(asked.map((request) => request.query?.['start_date']))],
    races: pages.flatMap((page) => page.races.map((race) => race.raceId)),
    events: pages.flatMap((page) => page.events.map((event) => event.eventId)),
    rejected: pages.flatMap((page) => page.rejected.map((row) => `${row.id}: ${row.error}`)),
    last: pages.map((page) => page.last),
  };
}

describe('upcoming events', () => {
  it('take one call: from the given instant on, without volunteers, a bad one by itself', async () => {
    const quiet = wireRace({ race_id: 2, events: [early] });
    const answers = { '/races': listed(wireRace({ events: [old, ten, early, helpers, broken] }), quiet) };
    expect(await discover(answers, { startsFrom })).toEqual({
      asked: ['/races'],
      startDates: ['2026-09-11'],
      races: ['85675'],
      events: ['6'],
      rejected: ['9: start_time: is no time'],
      last: [true],
    });
  });

  it('go on behind a full page, and end at one that is not', async () => {
    const answers = { '/races 1': crowd(1_000, 1), '/races 2': crowd(1_000, 1_001), '/races 3': listed() };
    expect(await discover(answers, { startsFrom })).toMatchObject({
      asked: ['/races', '/races', '/races'],
      last: [false, false, true],
    });
  });

  it('stop where the same page comes again', async () => {
    await expect(discover({ '/races': crowd(1_000, 1) }, { startsFrom })).rejects.toThrow(
      'RunSignUp races: page 2 holds the same rows as the page before',
    );
  });

  it('stop at the one event that was asked for', async () => {
    const answers = { '/races 1': listed(wireRace({ events: [ten, wireEvent()] })), '/races 2': listed() };
    expect(await discover(answers, { startsFrom, eventId: '6' })).toMatchObject({
      asked: ['/races'],
      events: ['6'],
      last: [true],
    });
  });

  it('have a race that cannot be read rejected, and the others read', async () => {
    const answers = { '/races': listed(wireRace({ race_id: 'x' }), wireRace({ race_id: 4, events: [ten] })) };
    expect(await discover(answers, { startsFrom })).toMatchObject({
      events: ['6'],
      rejected: ['undefined: race_id: must be a positive number'],
    });
  });
});

describe('events of the past too', () => {
  const races = {
    '/races': listed(wireRace({ race_id: 1, events: [ten] }), wireRace({ race_id: 2 }), wireRace({ race_id: 3 })),
    '/race/1': { race: wireRace({ race_id: 1, events: [old, ten, helpers] }) },
    '/race/3': { race: wireRace({ race_id: 3, events: [early] }) },
  };

  it('take a call per race; one that is gone does not stop the others', async () => {
    expect(await discover(races, {})).toEqual({
      asked: ['/races', '/race/1', '/race/2', '/race/3'],
      startDates: ['2000-01-01', undefined],
      races: ['1', '3'],
      events: ['5', '6', '7'],
      rejected: ['2: RunSignUp refused GET /race/2: race not found (code 201)'],
      last: [false, false, true],
    });
  });

  it.each([
    ['6', ['/races'], ['6'], [true]],
    ['5', ['/races', '/race/1'], ['5'], [false, true]],
    ['404', ['/races', '/race/1', '/race/2', '/race/3'], [], [false, false, false, true]],
  ])('asked for %s: looks in the listing first, then race by race', async (eventId, asked, events, last) => {
    expect(await discover(races, { eventId })).toMatchObject({ asked, events, last });
  });

  it('of a key without races end at once', async () => {
    expect(await discover({ '/races': listed() }, {})).toMatchObject({ asked: ['/races'], events: [], last: [true] });
  });
});

it.each([[{}], [[]], [{ races: {} }], [{ races: [{ name: 'flat' }] }], ['races']])(
  'an unknown envelope is no empty list: %j',
  async (body) => {
    await expect(discover({ '/races': body }, { startsFrom })).rejects.toThrow(
      /RunSignUp answered races in an unknown form/,
    );
  },
);

it('an unknown envelope of one race is no race without events', async () => {
  const answers = { '/races': listed(wireRace({ race_id: 1 })), '/race/1': { races: [] } };
  await expect(discover(answers, {})).rejects.toThrow(/RunSignUp answered race in an unknown form/);
});
