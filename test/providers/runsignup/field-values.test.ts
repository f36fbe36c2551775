import { describe, expect, it } from 'vitest';
import {
  booleanOf,
  genderOf,
  idOf,
  integerOf,
  moneyOf,
  numberIn,
  textOf,
} from '../../../src/providers/runsignup/field-values.ts';

it.each([
  ['$55.00', '55.00'],
  ['$1,055.00', '1055.00'],
  ['$0.00', '0.00'],
  ['-$5.00', '-5.00'],
  ['$-5.00', '-5.00'],
  ['12', '12'],
  [59.3, '59.30'],
  ['free', null],
  ['', null],
  [null, null],
  [undefined, null],
])('money %j is %j', (value, expected) => {
  expect(moneyOf(value)).toBe(expected);
});

it.each([
  ['5K', '5'],
  ['3.1 Miles', '3.1'],
  ['Half (13.1 mi)', '13.1'],
  ['1,500 m', '1500'],
  ['Half Marathon', null],
  [10, '10'],
  [null, null],
])('the number in %j is %j', (value, expected) => {
  expect(numberIn(value)).toBe(expected);
});

describe('other values', () => {
  it.each([
    [214, '214'],
    [' 0214 ', '0214'],
    ['', null],
    ['  ', null],
    [null, null],
    [undefined, null],
  ])('text %j is %j', (value, expected) => {
    expect(textOf(value)).toBe(expected);
  });

  it.each([
    ['T', true],
    ['F', false],
    [true, true],
    ['1', true],
    [0, false],
    ['yes', null],
    [null, null],
  ])('truth %j is %j', (value, expected) => {
    expect(booleanOf(value)).toBe(expected);
  });

  it.each([
    ['M', 'M'],
    ['f', 'F'],
    ['X', 'X'],
    ['', null],
    ['U', null],
    [null, null],
  ])('gender %j is %j', (value, expected) => {
    expect(genderOf(value)).toBe(expected);
  });

  it.each([
    [37, 37],
    ['37', 37],
    [37.5, null],
    ['99999999999', null],
    ['old', null],
    [null, null],
  ])('integer %j is %j', (value, expected) => {
    expect(integerOf(value)).toBe(expected);
  });

  it.each([
    [91000001, 91000001],
    ['91000001', 91000001],
    [0, null],
    [-1, null],
    ['91000001x', null],
    ['99999999999999999999', null],
    [undefined, null],
  ])('id %j is %j', (value, expected) => {
    expect(idOf(value)).toBe(expected);
  });
});
