import { describe, expect, test } from 'vitest';
import { textOfKey } from '../../src/domain/publishing.ts';
import {
  type ActiveRegistration,
  type AssignmentFacts,
  assignResults,
  type LinkedEvent,
  type ScoredResult,
} from '../../src/plan/publishable-results.ts';

const half: LinkedEvent = { provider: 'runsignup', eventId: '1', names: ['Pine Ridge: Half', 'Half'] };
const ten: LinkedEvent = { provider: 'runsignup', eventId: '2', names: ['Pine Ridge: 10K', '10K'] };
const harbour: LinkedEvent = { provider: 'raceroster', eventId: 'e1', names: ['Harbour'] };

function scored(changes: Partial<ScoredResult> = {}): ScoredResult {
  return {
    resultId: 'r1',
    participantId: null,
    bib: '17',
    name: 'Ann Runner',
    status: 'finished',
    division: null,
    place: 3,
    clockMs: 2_467_300,
    chipMs: 2_460_000,
    splits: [],
    ...changes,
  };
}

const registration = (id: number, bib: string | null, event: LinkedEvent = half): ActiveRegistration => ({
  provider: event.provider,
  eventId: event.eventId,
  registrationId: String(id),
  bib,
});

function assign(results: readonly ScoredResult[], changes: Partial<AssignmentFacts> = {}) {
  const { assigned, refused, racing, elsewhere } = assignResults({
    scored: results,
    event: half,
    others: [],
    registrations: [],
    splitIds: new Map(),
    formerSplitIds: [],
    problemOf: () => undefined,
    ...changes,
  });
  return {
    results: assigned.map((one) => one.result),
    keys: assigned.map((one) => textOfKey(one.result.key)),
    refused: refused.map(({ source, why }) => `${source.resultId}: ${why}`),
    racing,
    elsewhere,
  };
}

describe('whose result it is, with one event', () => {
  test.each<[string, Partial<ScoredResult>, readonly ActiveRegistration[], string]>([
    [
      'the pushed registration',
      { participantId: 'runsignup-9' },
      [registration(9, '4'), registration(8, '17')],
      'registration 9',
    ],
    [
      'the pushed registration without a bib',
      { participantId: 'runsignup-9', bib: null },
      [registration(9, null)],
      'registration 9',
    ],
    ['the only holder of the bib', { participantId: '15500123' }, [registration(8, '17')], 'registration 8'],
    ['the only holder of a bib with blanks around it', { bib: ' 17 ' }, [registration(8, '17 ')], 'registration 8'],
    ['a holder that the table has twice', {}, [registration(8, '17'), registration(8, '17')], 'registration 8'],
    ['the bib, where nobody holds it', {}, [registration(8, '18')], 'bib 17'],
    ['the bib, where the pushed registration has left', { participantId: 'runsignup-9' }, [], 'bib 17'],
  ])('%s', (_, changes, registrations, key) => {
    expect(assign([scored(changes)], { registrations })).toMatchObject({ keys: [key], refused: [] });
  });

  test.each<[string, Partial<ScoredResult>, readonly ActiveRegistration[], string]>([
    ['neither registration nor bib', { bib: ' ' }, [], 'it has neither a registration that we know nor a bib'],
    [
      'a registration that has left, whose bib somebody else wears now',
      { participantId: 'runsignup-9' },
      [registration(8, '17')],
      "bib 17 is another registration's than the one that was scored",
    ],
    ['a bib that two hold', {}, [registration(8, '17'), registration(9, '17')], 'bib 17 belongs to 2 registrations'],
  ])('refused: %s', (_, changes, registrations, why) => {
    expect(assign([scored(changes)], { registrations })).toMatchObject({ keys: [], refused: [`r1: ${why}`] });
  });

  test('two results for one person: neither, and both are named', () => {
    const registrations = [registration(8, '17'), registration(9, '18')];
    const results = [
      scored({ resultId: 'a' }),
      scored({ resultId: 'b', participantId: 'runsignup-8', bib: '99' }),
      scored({ resultId: 'c', bib: '18' }),
    ];
    expect(assign(results, { registrations })).toMatchObject({
      keys: ['registration 9'],
      refused: ['a: one of 2 results for registration 8', 'b: one of 2 results for registration 8'],
    });
  });

  test('what the provider cannot take', () => {
    expect(assign([scored()], { problemOf: (key) => `no ${textOfKey(key)} there` }).refused).toEqual([
      'r1: no bib 17 there',
    ]);
  });
});

describe('whose result it is, with several events scored together', () => {
  const others = [ten, harbour];
  const registrations = [registration(8, '17'), registration(9, '18', ten), registration(5, '19', harbour)];
  const both = [registration(8, '17'), registration(9, '17', ten)];

  test.each<[string, Partial<ScoredResult>, readonly ActiveRegistration[], string]>([
    ['registered here', { bib: '17' }, registrations, 'registration 8'],
    ['pushed from the other event', { participantId: 'runsignup-9', bib: '17' }, registrations, 'elsewhere'],
    ['pushed from another provider', { participantId: 'raceroster-5', bib: null }, registrations, 'elsewhere'],
    ['the bib is the other event’s', { bib: '18' }, registrations, 'elsewhere'],
    [
      'an id of the other provider that is equal to one here',
      { participantId: 'raceroster-8', bib: '19' },
      registrations,
      'elsewhere',
    ],
    ['an unknown bib whose division names this event', { bib: '1', division: ' half ' }, registrations, 'bib 1'],
    [
      'an unknown bib whose division names the race too',
      { bib: '1', division: 'pine ridge: half' },
      registrations,
      'bib 1',
    ],
    ['an unknown bib whose division names the other one', { bib: '1', division: '10k' }, registrations, 'elsewhere'],
    [
      'an unknown bib whose division names none',
      { bib: '1', division: 'Open' },
      registrations,
      'r1: nobody is registered with bib 1, and its division names none of the events',
    ],
    ['a bib in both, with a division', { division: 'Half' }, both, 'registration 8'],
    ['a bib in both, with the other division', { division: '10K' }, both, 'elsewhere'],
    ['a bib in both, without', {}, both, 'r1: bib 17 belongs to 2 registrations'],
    ['a bib twice in the other event', {}, [registration(1, '17', ten), registration(2, '17', ten)], 'elsewhere'],
  ])('%s', (_, changes, people, expected) => {
    const { keys, refused, elsewhere } = assign([scored(changes)], { others, registrations: people });
    expect([...keys, ...refused, ...Array(elsewhere).fill('elsewhere')]).toEqual([expected]);
  });

  test('each result is published to one event at most', () => {
    const results = ['17', '18', '19', '1', '2'].map((bib, at) =>
      scored({ resultId: `r${at}`, bib, division: bib === '1' ? 'Half' : bib === '2' ? '10K' : null }),
    );
    const here = assign(results, { others: [ten], registrations });
    const there = assign(results, { event: ten, others: [half], registrations });
    expect(here.keys).toEqual(['registration 8', 'bib 1']);
    expect(there.keys).toEqual(['registration 9', 'bib 2']);
  });
});

describe('what is published of it', () => {
  const finish = { place: 3, clockMs: 2_467_300, chipMs: 2_460_000 };
  const nothing = { place: null, clockMs: null, chipMs: null };
  test.each<[string | null, Partial<ScoredResult>, object]>([
    ['finished', {}, { outcome: 'finished', ...finish }],
    ['finished', { chipMs: null, place: null }, { outcome: 'finished', ...finish, chipMs: null, place: null }],
    ['finished', { clockMs: 108_000_000 }, { outcome: 'finished', ...finish, clockMs: 108_000_000 }],
    ['finished', { place: 0 }, { outcome: 'finished', ...finish, place: null }],
    [null, {}, { outcome: 'finished', ...finish }],
    ['dnf', {}, { outcome: 'dnf', ...nothing }],
    ['withdrawn', {}, { outcome: 'dnf', ...nothing }],
    ['dsq', {}, { outcome: 'dq', ...nothing }],
    ['not-started', { clockMs: null, chipMs: null, place: null }, { outcome: 'dns', ...nothing }],
  ])('status %s, %j', (status, changes, expected) => {
    expect(assign([scored({ status, ...changes })]).results).toEqual([{ key: { bib: '17' }, splits: {}, ...expected }]);
  });

  test('who is still on the course is counted and left out', () => {
    expect(assign([scored({ status: 'started' })])).toMatchObject({ keys: [], refused: [], racing: 1 });
  });

  test.each<[Partial<ScoredResult>, string]>([
    [{ clockMs: null, chipMs: null }, 'it is a finish without a time'],
    [{ status: null, clockMs: null, chipMs: null }, 'nobody knows its status (none)'],
    [{ status: 'resting' }, 'nobody knows its status (resting)'],
    [{ clockMs: -1 }, 'a time of it is not above zero'],
    [{ chipMs: 0 }, 'a time of it is not above zero'],
    [{ splits: [{ name: '5K', timeMs: -5 }] }, 'a time of it is not above zero'],
  ])('refused: %j', (changes, why) => {
    expect(assign([scored(changes)], { splitIds: new Map([['5K', '41']]) }).refused).toEqual([`r1: ${why}`]);
  });

  test('splits by their ids; one that is withdrawn, missing or no longer mapped is taken away', () => {
    const splits = [
      { name: '5k ', timeMs: 1_240_000 },
      { name: '10K', timeMs: null },
      { name: 'Bridge', timeMs: 1_000 },
    ];
    const splitIds = new Map([
      ['5K', '41'],
      ['10K', '42'],
      ['15K', '43'],
    ]);
    expect(assign([scored({ splits })], { splitIds, formerSplitIds: ['40'] }).results[0]?.splits).toEqual({
      '40': null,
      '41': 1_240_000,
      '42': null,
      '43': null,
    });
  });
});
