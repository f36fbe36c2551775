/** What a tick does for linked scoring events: when a push and a pull are due, why, and what holds them back. */
import { describe, expect, test } from 'vitest';
import type { LinkedEvent, ScoringHistory, ScoringState } from '../../src/domain/scoring-work.ts';
import { defaultSettings } from '../../src/domain/settings.ts';
import { planScoring } from '../../src/plan/scoring.ts';
import { at, callsByAge, credentialState, eventState, failure, hour, minute, now, synced } from './facts.ts';

const never: ScoringHistory = { lastCompleted: undefined, lastFailure: undefined, running: undefined };
const done = (ago: number, apiCalls = 1): ScoringHistory => ({
  ...never,
  lastCompleted: { startedAt: at(-ago), apiCalls },
});
const linked = (overrides: Partial<LinkedEvent> = {}): LinkedEvent => ({
  providerId: 2,
  provider: 'runsignup',
  eventId: '100',
  name: 'Half Marathon',
  startAt: at(2 * hour),
  changedAt: undefined,
  ...overrides,
});
const scored = (overrides: Partial<ScoringState> = {}): ScoringState => ({
  partnerId: 1,
  providerId: 5,
  provider: 'copernico',
  credentialId: 9,
  eventId: 'RACE/HALF',
  can: { push: true, results: true },
  linked: [linked()],
  history: { push: done(minute), results: never },
  ...overrides,
});
const credential = credentialState({ credentialId: 9, provider: 'copernico', callsPerHour: 2000 });

function plan(scoring: readonly ScoringState[], changes: Partial<Parameters<typeof planScoring>[0]> = {}) {
  const query = { now, events: [], credentials: [credential], settings: defaultSettings, scoring, ...changes };
  const { units, leftOut } = planScoring(query);
  return {
    units: units.map(({ kind, event, reason }) => `${kind} ${event.eventId}: ${reason}`),
    leftOut: leftOut.map(({ kind, event, why, reason }) => `${kind} ${event.eventId}: ${why}, ${reason}`),
  };
}

const units = (event: Partial<ScoringState>) => plan([scored(event)]).units;
const push = (history: ScoringHistory) => ({ push: history, results: done(minute) });
const results = (history: ScoringHistory) => ({ push: done(minute), results: history });
const started = (ago: number, changes: Partial<LinkedEvent> = {}) => [linked({ startAt: at(-ago), ...changes })];

describe('a push is due', () => {
  test.each<[string, Partial<ScoringState>, string[]]>([
    ['never pushed', { history: push(never) }, ['push RACE/HALF: never pushed']],
    ['nothing changed', {}, []],
    [
      'a sync changed something since',
      { linked: [linked({ changedAt: at(-30_000) })] },
      ['push RACE/HALF: a sync that ended 30 s ago changed something'],
    ],
    ['a sync changed something before', { linked: [linked({ changedAt: at(-2 * minute) })] }, []],
    [
      'one of several linked events changed',
      {
        linked: [linked({ startAt: at(-3 * hour) }), linked({ eventId: '200', changedAt: at(-10_000) })],
        history: push(done(minute)),
      },
      ['push RACE/HALF: a sync that ended 10 s ago changed something'],
    ],
    ['four hours are over', { history: push(done(4 * hour)) }, ['push RACE/HALF: last pushed 4 h ago, due every 4 h']],
    ['four hours are nearly over', { history: push(done(4 * hour - minute)) }, []],
    ['the race is over', { linked: started(hour + minute), history: { push: never, results: done(minute) } }, []],
    ['the race began an hour ago', { linked: started(hour), history: push(never) }, ['push RACE/HALF: never pushed']],
    ['it takes no participants', { can: { push: false, results: true }, history: push(never) }, []],
    ['none of its events is known', { linked: [linked({ startAt: undefined })], history: push(never) }, []],
  ])('%s', (_, event, expected) => {
    expect(units(event)).toEqual(expected);
  });
});

describe('results are due', () => {
  test.each<[string, Partial<ScoringState>, string[]]>([
    ['before the start', {}, []],
    ['at the start', { linked: started(0) }, ['results RACE/HALF: never pulled']],
    ['pulled 20 min ago', { linked: started(2 * hour), history: results(done(20 * minute)) }, []],
    [
      'pulled 30 min ago, as a timer jitters',
      { linked: started(2 * hour), history: results(done(29.6 * minute)) },
      ['results RACE/HALF: last pulled 30 min ago, due every 30 min'],
    ],
    [
      'a day after the start',
      { linked: started(24 * hour), history: results(done(hour)) },
      ['results RACE/HALF: last pulled 1 h ago, due every 30 min'],
    ],
    ['later', { linked: started(24 * hour + minute), history: results(never) }, []],
    [
      'from the first start until a day after the last one',
      { linked: [...started(40 * hour), linked({ eventId: '200', startAt: at(hour) })], history: results(done(hour)) },
      ['results RACE/HALF: last pulled 1 h ago, due every 30 min'],
    ],
    ['it gives no results', { can: { push: true, results: false }, linked: started(minute) }, []],
  ])('%s', (_, event, expected) => {
    expect(units(event)).toEqual(expected);
  });
});

describe('after a failure', () => {
  const race = started(2 * hour, { changedAt: at(-hour) });
  const failed = (overrides = {}) => ({ ...done(31 * minute), lastFailure: failure(overrides) });
  test.each<[string, ScoringHistory, string[], string[]]>([
    [
      'a retry is waited for',
      failed(),
      [],
      ['results RACE/HALF: retry-later, failed (the provider answered 502), retry in 1 min'],
    ],
    [
      'and made',
      failed({ startedAt: at(-2 * minute), retryAt: now }),
      ['results RACE/HALF: retry 1 of 3: the provider answered 502; last pulled 31 min ago, due every 30 min'],
      [],
    ],
    [
      'failed for good, the normal pace is kept',
      failed({ status: 'failed_permanent', failures: 4, retryAt: undefined }),
      [],
      ['results RACE/HALF: retry-later, failed (the provider answered 502), retry in 29 min'],
    ],
    [
      'a run that died is gone on with at once',
      failed({ status: 'abandoned', failures: 0, retryAt: undefined, reason: 'its process ended' }),
      [
        'results RACE/HALF: the run that had it ended without a result: its process ended; last pulled 31 min ago, due every 30 min',
      ],
      [],
    ],
  ])('%s', (_, history, expected, left) => {
    expect(plan([scored({ linked: race, history: results(history) })])).toEqual({ units: expected, leftOut: left });
  });

  test('a push that failed for good is tried again after a change, no sooner than eight minutes later', () => {
    const history = (ago: number) =>
      push({
        ...done(hour),
        lastFailure: failure({ status: 'failed_permanent', failures: 4, startedAt: at(-ago), retryAt: undefined }),
      });
    const changed = [linked({ changedAt: at(-minute) })];
    const stale = [linked({ changedAt: at(-20 * minute) })];
    expect(units({ linked: changed, history: history(8 * minute) })).toEqual([
      'push RACE/HALF: failed 4 times in a row: the provider answered 502; a sync that ended 1 min ago changed something',
    ]);
    expect(units({ linked: changed, history: history(7 * minute) })).toEqual([]);
    expect(units({ linked: stale, history: history(8 * minute) })).toEqual([]);
  });
});

describe('left out', () => {
  const due = scored({ history: push(never) });
  test.each([
    [
      'its credential was removed',
      [],
      'refused, the credential of its link was removed: link it again with another one',
    ],
    [
      'the provider wants a pause',
      [{ ...credential, notBefore: at(5 * minute) }],
      'not-before, the provider wants no call for another 5 min',
    ],
    [
      'its credential is refused',
      [{ ...credential, refusedAt: at(-minute), notBefore: at(minute) }],
      'refused, credential refused 1 min ago, next probe in 1 min',
    ],
    [
      'the hour is spent',
      [{ ...credential, callsByAge: callsByAge({ 5: 1950 }) }],
      'budget, needs 1 call, 0 of 2000 an hour are free beside what registrations need in the coming hour',
    ],
  ])('%s', (_, credentials, expected) => {
    expect(plan([due], { credentials })).toEqual({ units: [], leftOut: [`push RACE/HALF: ${expected}`] });
  });

  test('it runs elsewhere', () => {
    const running = { host: 'sync-2', pid: 77, startedAt: at(-minute) };
    const event = scored({ history: push({ ...never, running }) });
    expect(plan([event]).leftOut).toEqual(['push RACE/HALF: running, running for 1 min on sync-2 (process 77)']);
  });

  test('a refused credential sends one probe', () => {
    const credentials = [{ ...credential, refusedAt: at(-hour), notBefore: at(-minute) }];
    expect(plan([due, scored({ eventId: 'RACE/10K', history: push(never) })], { credentials })).toEqual({
      units: ['push RACE/10K: probe, credential refused 1 h ago; never pushed'],
      leftOut: ['push RACE/HALF: refused, credential refused 1 h ago, this tick sends one probe'],
    });
  });
});

test('registrations of the same credential keep what they need in the coming hour, whatever their priority', () => {
  const shared = credentialState({ credentialId: 9, callsPerHour: 100, callsByAge: callsByAge({ 0: 20 }) });
  const events = [eventState({ credentialId: 9, ...synced(0) })];
  const scoring = [scored({ history: push(done(5 * hour, 15)) })];
  expect(plan(scoring, { credentials: [shared], events })).toEqual({
    units: ['push RACE/HALF: last pushed 5 h ago, due every 4 h'],
    leftOut: [],
  });
  const more = [eventState({ credentialId: 9, ...synced(0), calls: { incremental: 2 } })];
  expect(plan(scoring, { credentials: [shared], events: more }).leftOut).toEqual([
    'push RACE/HALF: budget, needs 15 calls, 0 of 100 an hour are free beside what registrations need in the coming hour',
  ]);
  const low = [
    eventState({ credentialId: 9, startAt: at(48 * hour), ...synced(239 * minute), calls: { incremental: 70 } }),
  ];
  expect(plan(scoring, { credentials: [shared], events: low }).leftOut).toHaveLength(1);
});

test('pushes come before pulls, the nearest start first, and spend from one hour', () => {
  const tight = { ...credential, callsPerHour: 20, callsByAge: callsByAge({}) };
  const race = (eventId: string, startAt: Date) =>
    scored({
      eventId,
      linked: [linked({ startAt })],
      history: { push: done(5 * hour, 8), results: done(5 * hour, 8) },
    });
  const scoring = [race('SUNDAY', at(26 * hour)), race('NOW', at(-minute)), race('NOON', at(3 * hour))];
  const planned = plan(scoring, { credentials: [tight] });
  expect(planned.units.map((unit) => unit.split(':')[0])).toEqual(['push NOW', 'push NOON']);
  expect(planned.leftOut.map((one) => one.split(',')[0])).toEqual(['push SUNDAY: budget', 'results NOW: budget']);
  expect(plan(scoring.toReversed(), { credentials: [tight] })).toEqual(planned);
});
