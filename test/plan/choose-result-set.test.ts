import { describe, expect, test } from 'vitest';
import type { ResultSet } from '../../src/domain/publishing.ts';
import { type AskedSet, chooseResultSet, type RememberedSet } from '../../src/plan/choose-result-set.ts';

const ours: ResultSet = { resultSetId: '501', name: 'Half', isPublic: false, isPreliminary: true };
const overall: ResultSet = { resultSetId: '502', name: 'Overall Results', isPublic: true, isPreliminary: false };
const options = { isPublic: false, isPreliminary: true, notify: false };
const remembered: RememberedSet = { resultSetId: '501', name: 'Half', options };
const asked: AskedSet = {
  resultSetId: undefined,
  name: undefined,
  isPublic: false,
  isFinal: false,
  notify: false,
};

const choose = (sets: readonly ResultSet[], known?: RememberedSet, changes: Partial<AskedSet> = {}, event = 'Half') =>
  chooseResultSet(sets, known, { ...asked, ...changes }, event);

describe('an existing set', () => {
  test.each<[string, ReturnType<typeof choose>, object]>([
    ['remembered by its id', choose([overall, ours], remembered), { set: ours, foundBy: 'remembered', options }],
    [
      'remembered by its id, renamed there',
      choose([{ ...ours, name: 'Men' }], remembered),
      { set: { ...ours, name: 'Men' }, foundBy: 'remembered', options },
    ],
    [
      'begun, and perhaps made',
      choose([ours], { ...remembered, resultSetId: undefined }),
      { set: ours, foundBy: 'begun', options },
    ],
    ['of the event’s name', choose([ours]), { set: ours, foundBy: 'name', options: undefined }],
    [
      'of the name asked for, in any case',
      choose([ours, overall], undefined, { name: 'overall results ' }),
      { set: overall, foundBy: 'name', options: undefined },
    ],
    [
      'asked for by its id',
      choose([ours, overall], remembered, { resultSetId: '502' }),
      { set: overall, foundBy: 'asked', options: undefined },
    ],
    [
      'ours, asked for by its id',
      choose([ours], remembered, { resultSetId: '501' }),
      { set: ours, foundBy: 'asked', options },
    ],
    [
      'that is what is asked for already',
      choose([overall], undefined, { name: 'Overall Results', isPublic: true, isFinal: true }),
      { set: overall, foundBy: 'name', options: undefined },
    ],
  ])('%s', (_, chosen, expected) => {
    expect(chosen).toEqual({ kind: 'existing', ...expected });
  });
});

describe('a new set', () => {
  test.each<[string, ReturnType<typeof choose>, object]>([
    ['is neither public nor final, and notifies nobody', choose([overall]), { set: { name: 'Half', ...options } }],
    [
      'is made as asked for',
      choose([], undefined, { name: ' Women ', isPublic: true, isFinal: true, notify: true }),
      { set: { name: 'Women', isPublic: true, isPreliminary: false, notify: true } },
    ],
    ['of an event without a name', choose([], undefined, {}, ' '), { set: { name: 'Overall Results', ...options } }],
    [
      'in the place of one that is gone',
      choose([overall], { ...remembered, name: 'Men' }),
      { set: { name: 'Men', ...options }, lost: '501' },
    ],
  ])('%s', (_, chosen, expected) => {
    expect(chosen).toEqual({ kind: 'new', lost: undefined, ...expected });
  });
});

test.each<[string, readonly ResultSet[], RememberedSet | undefined, Partial<AskedSet>, string]>([
  ['an id that is not there', [ours], undefined, { resultSetId: '7' }, 'the event has no result set 7'],
  [
    'two of one name',
    [ours, { ...ours, resultSetId: '9' }],
    undefined,
    {},
    'the event has 2 result sets of the name "Half"',
  ],
  [
    'another name than it has',
    [ours],
    remembered,
    { name: 'Men' },
    'result set 501 "Half" has another name, and no call is known that changes it',
  ],
  [
    'public, and it is not',
    [ours],
    remembered,
    { isPublic: true },
    'result set 501 "Half" is not public, and no call is known that changes it',
  ],
  [
    'final, and it is preliminary',
    [ours],
    remembered,
    { isFinal: true },
    'result set 501 "Half" is preliminary, and no call is known that changes it',
  ],
  [
    'notifications, and it was made without',
    [ours],
    remembered,
    { notify: true },
    'result set 501 "Half" was made without notifications, and no call is known that changes it',
  ],
])('refused: %s', (_, sets, known, changes, message) => {
  expect(() => choose(sets, known, changes)).toThrow(expect.objectContaining({ name: 'UsageError', message }));
});
