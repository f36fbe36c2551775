import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../../src/domain/json.ts';
import type { PublishableResult, ShownTime } from '../../../src/domain/publishing.ts';
import { problemOfKey, publishedResult, wireResult } from '../../../src/providers/runsignup/result-rows.ts';
import { resultTime, shownTime } from '../../../src/providers/runsignup/result-times.ts';

it.each([
  [0, '0:00:00.000'],
  [1, '0:00:00.001'],
  [999, '0:00:00.999'],
  [59_999, '0:00:59.999'],
  [60_000, '0:01:00.000'],
  [2_467_300, '0:41:07.300'],
  [3_599_999, '0:59:59.999'],
  [36_000_050, '10:00:00.050'],
  [86_399_999, '23:59:59.999'],
  [86_400_000, '24:00:00.000'],
  [397_384_005, '110:23:04.005'],
])('%d ms are written as %s, and read again', (ms, text) => {
  expect(resultTime(ms)).toBe(text);
  expect(shownTime(text)).toEqual({ ms, stepMs: 1 });
});

it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('%d ms are no time', (ms) => {
  expect(() => resultTime(ms)).toThrow(RangeError);
});

it.each<[Json | undefined, ShownTime | null]>([
  ['41:07', { ms: 2_467_000, stepMs: 1_000 }],
  ['0:41:07', { ms: 2_467_000, stepMs: 1_000 }],
  ['41:07.3', { ms: 2_467_300, stepMs: 100 }],
  ['41:07.30', { ms: 2_467_300, stepMs: 10 }],
  ['41:07.300000', { ms: 2_467_300, stepMs: 1 }],
  [' 1:00:00 ', { ms: 3_600_000, stepMs: 1_000 }],
  ['dq', { outcome: 'dq' }],
  ['DNF', { outcome: 'dnf' }],
  ['DNS', { outcome: 'dns' }],
  ['DNQ', { unknown: 'DNQ' }],
  ['soon', { unknown: 'soon' }],
  ['-0:41:07', { unknown: '-0:41:07' }],
  [2467, { unknown: '2467' }],
  ['', null],
  [null, null],
  [undefined, null],
])('%j is shown as %j', (value, expected) => {
  expect(shownTime(value)).toEqual(expected);
});

describe('rows', () => {
  const finish: PublishableResult = {
    key: { registrationId: '91000001' },
    outcome: 'finished',
    place: 12,
    clockMs: 2_472_000,
    chipMs: 2_467_300,
    splits: { '41': 1_240_000, '42': null },
  };
  const none = { place: null, clockMs: null, chipMs: null, splits: {} };

  it.each<[Partial<PublishableResult>, JsonObject]>([
    [
      {},
      {
        registration_id: 91000001,
        place: 12,
        clock_time: '0:41:12.000',
        chip_time: '0:41:07.300',
        'split-41': '0:20:40.000',
        'split-42': 'X',
      },
    ],
    [
      { ...none, key: { bib: '17' }, clockMs: 1_000 },
      { bib_num: 17, clock_time: '0:00:01.000' },
    ],
    [
      { ...none, outcome: 'dq' },
      { registration_id: 91000001, clock_time: 'DQ', chip_time: 'DQ' },
    ],
    [
      { ...none, outcome: 'dns' },
      { registration_id: 91000001, clock_time: 'DNS', chip_time: 'DNS' },
    ],
    [
      { ...none, outcome: 'dnf', splits: { '41': 5_000 } },
      { registration_id: 91000001, clock_time: 'DNF', chip_time: 'DNF', 'split-41': '0:00:05.000' },
    ],
  ])('%j is sent as %j', (changes, row) => {
    expect(wireResult({ ...finish, ...changes })).toEqual(row);
  });

  it.each<[JsonObject, object | undefined]>([
    [
      {
        registration_id: '91000001',
        bib_num: 17,
        place: '3',
        clock_time: '41:12',
        chip_time: '',
        'split-41': '20:40.0',
      },
      {
        registrationId: '91000001',
        bib: '17',
        place: 3,
        clock: { ms: 2_472_000, stepMs: 1_000 },
        chip: null,
        splits: { '41': { ms: 1_240_000, stepMs: 100 } },
      },
    ],
    [
      { bib: '17', clock_time: 'DQ' },
      { registrationId: undefined, bib: '17', place: null, clock: { outcome: 'dq' }, chip: null, splits: {} },
    ],
    [{ result_id: 5, clock_time: '41:12' }, undefined],
  ])('%j is read as %j', (row, expected) => {
    expect(publishedResult(row)).toEqual(expected);
  });

  it.each<[string, string | undefined]>([
    ['17', undefined],
    ['0', undefined],
    ['A17', 'RunSignUp takes numbers as bibs only'],
    ['1.5', 'RunSignUp takes numbers as bibs only'],
    ['-3', 'RunSignUp takes numbers as bibs only'],
    ['99999999999', 'RunSignUp takes numbers as bibs only'],
  ])('bib %s: %s', (bib, problem) => {
    expect(problemOfKey({ bib })).toBe(problem);
  });
});
