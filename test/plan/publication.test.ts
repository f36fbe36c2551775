import { describe, expect, test } from 'vitest';
import type { PublishableResult, PublishedResult, ShownTime } from '../../src/domain/publishing.ts';
import { type PublicationFacts, planPublication } from '../../src/plan/publication.ts';

const exactly = (ms: number): ShownTime => ({ ms, stepMs: 1 });

function wanted(changes: Partial<PublishableResult> = {}): PublishableResult {
  return {
    key: { registrationId: '9' },
    outcome: 'finished',
    place: 3,
    clockMs: 2_467_300,
    chipMs: 2_460_000,
    splits: {},
    ...changes,
  };
}

function shown(changes: Partial<PublishedResult> = {}): PublishedResult {
  return {
    registrationId: '9',
    bib: '17',
    place: 3,
    clock: exactly(2_467_300),
    chip: exactly(2_460_000),
    splits: {},
    ...changes,
  };
}

const dq = wanted({ outcome: 'dq', place: null, clockMs: null, chipMs: null });
const shownDq = { outcome: 'dq' } as const;

function plan(
  results: readonly PublishableResult[],
  published: readonly PublishedResult[],
  changes: Partial<PublicationFacts> = {},
) {
  return planPublication({ wanted: results, published, bibs: new Map(), sameAsLast: false, ...changes });
}

const kindsOf = (one: ReturnType<typeof plan>) => one.changes.map((change) => change.kind);

describe('one row that is there', () => {
  test.each<[string, PublishableResult, PublishedResult, boolean]>([
    ['equal', wanted(), shown(), true],
    ['another place', wanted(), shown({ place: 4 }), false],
    ['another ms', wanted(), shown({ clock: exactly(2_467_301) }), false],
    ['a chip time that is missing', wanted(), shown({ chip: null }), false],
    ['a text that nobody knows', wanted(), shown({ chip: { unknown: 'soon' } }), false],
    ['a word instead of a time', wanted(), shown({ clock: shownDq }), false],
    ['no chip time, shown as the clock time', wanted({ chipMs: null }), shown({ chip: exactly(2_467_300) }), true],
    ['no chip time, shown as another', wanted({ chipMs: null }), shown({ chip: exactly(2_467_000) }), false],
    ['no place of ours, and one of theirs', wanted({ place: null }), shown({ place: 12 }), true],
    ['a DQ', dq, shown({ place: null, clock: shownDq, chip: shownDq }), true],
    ['a DQ in one column', dq, shown({ place: null, clock: shownDq, chip: null }), true],
    ['a DQ that keeps its place', dq, shown({ clock: shownDq, chip: shownDq }), false],
    ['a DQ that keeps a time', dq, shown({ place: null, clock: shownDq }), false],
    ['a DQ shown as DNF', dq, shown({ place: null, clock: { outcome: 'dnf' }, chip: null }), false],
    ['equal splits', wanted({ splits: { '41': 5 } }), shown({ splits: { '41': exactly(5) } }), true],
    ['another split', wanted({ splits: { '41': 5 } }), shown({ splits: { '41': exactly(6) } }), false],
    ['a withdrawn split', wanted({ splits: { '41': null } }), shown({ splits: { '41': exactly(6) } }), false],
    ['a split that is gone', wanted({ splits: { '41': null } }), shown({ splits: { '41': null } }), true],
    ['a split of others', wanted(), shown({ splits: { '7': exactly(6) } }), true],
  ])('%s', (_, result, row, isSame) => {
    const made = plan([result], [row]);
    expect(made).toMatchObject(
      isSame
        ? { action: 'nothing', changes: [], unchanged: 1, send: [] }
        : { action: 'post', unchanged: 0, send: [result] },
    );
  });
});

describe('what the provider shows less exactly', () => {
  const seconds = (ms: number): ShownTime => ({ ms, stepMs: 1_000 });
  test.each<[string, PublishedResult, string]>([
    ['cut off', shown({ clock: seconds(2_467_000) }), 'unclear'],
    ['rounded', shown({ clock: exactly(2_467_300), chip: seconds(2_460_000) }), 'unclear'],
    ['another second', shown({ clock: seconds(2_466_000) }), 'different'],
    ['a tenth', shown({ clock: { ms: 2_467_300, stepMs: 100 } }), 'unclear'],
  ])('%s: sent again unless it is what was sent last', (_, row, likeness) => {
    expect(plan([wanted()], [row]).action).toBe('post');
    expect(plan([wanted()], [row], { sameAsLast: true }).action).toBe(likeness === 'unclear' ? 'nothing' : 'post');
  });

  test('splits that are not shown at all', () => {
    const result = wanted({ splits: { '41': 5, '42': null } });
    expect(plan([result], [shown()]).send).toEqual([result]);
    expect(plan([result], [shown()], { sameAsLast: true }).action).toBe('nothing');
  });

  test('registrations that are not shown: rows are known by their bib', () => {
    const row = shown({ registrationId: undefined });
    expect(plan([wanted()], [row], { bibs: new Map([['9', '17']]) }).action).toBe('nothing');
    expect(kindsOf(plan([wanted()], [row], { bibs: new Map([['9', '18']]) }))).toEqual(['removed', 'added']);
  });
});

describe('rows that come and go', () => {
  const other = wanted({ key: { registrationId: '10' }, place: 4, splits: { '41': null, '42': 7 } });
  const otherRow = shown({ registrationId: '10', bib: '18', place: 4, splits: { '42': exactly(7) } });

  test('an empty set: all are added, and none has a split to take away', () => {
    const made = plan([wanted(), other], []);
    expect(made).toMatchObject({ action: 'post', unchanged: 0 });
    expect(kindsOf(made)).toEqual(['added', 'added']);
    expect(made.send).toEqual([wanted(), { ...other, splits: { '42': 7 } }]);
  });

  test('one more: it alone is sent', () => {
    expect(plan([wanted(), other], [shown()])).toMatchObject({
      action: 'post',
      unchanged: 1,
      send: [{ key: other.key }],
    });
  });

  test('one less: everything is sent into the cleared set', () => {
    const made = plan([wanted()], [shown(), otherRow]);
    expect(made).toMatchObject({ action: 'replace', unchanged: 1, send: [wanted()] });
    expect(made.changes).toEqual([{ kind: 'removed', published: otherRow }]);
  });

  test('a bib that was corrected: one goes, one comes', () => {
    const made = plan([wanted({ key: { bib: '18' } })], [shown({ registrationId: undefined, bib: '17' })]);
    expect(kindsOf(made)).toEqual(['removed', 'added']);
    expect(made.action).toBe('replace');
  });

  test('a row that stands there twice: the second goes', () => {
    expect(plan([wanted()], [shown({ place: 7 }), shown()])).toMatchObject({ action: 'replace', unchanged: 1 });
  });

  test('posted by its bib, shown with the registration that the provider found', () => {
    expect(plan([wanted({ key: { bib: '17' } })], [shown()]).action).toBe('nothing');
  });

  test('a row is one result’s: the registration’s before the bib’s', () => {
    const byBib = wanted({ key: { bib: '17' } });
    const made = plan([byBib, wanted()], [shown()]);
    expect(made.changes).toEqual([{ kind: 'added', wanted: byBib }]);
  });

  test('posted by its bib before anybody knew the registration: it goes, since the other would be a second one', () => {
    const made = plan([wanted(), other], [shown({ registrationId: undefined }), otherRow]);
    expect(made.action).toBe('replace');
    expect(kindsOf(made)).toEqual(['removed', 'added']);
  });
});
