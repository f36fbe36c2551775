/** `publish-results` as a person meets it: what is refused, what is shown and asked, and whose results they are. */
import { describe, expect, test } from 'vitest';
import { refund, reinstate } from '../../src/sandbox/changes.ts';
import { minute } from './installation.ts';
import {
  half,
  harbour,
  here,
  installPublishing,
  keyOf,
  posts,
  publish,
  publishAsked,
  result,
  rowsOf,
  spec,
  ten,
  three,
} from './publish-world.ts';
import { linkToy, score } from './toy-scoring.ts';

installPublishing();

describe('refused before any call', () => {
  test.each<[string, () => Promise<unknown>, string, RegExp]>([
    [
      'where nobody can be asked',
      () => publishAsked('nobody'),
      'publishing is confirmed on a terminal, and here is none',
      /--yes/,
    ],
    [
      'with --json and without --yes',
      () => publish({ yes: false }),
      'publishing is confirmed on a terminal, and here is none',
      /--dry-run/,
    ],
    [
      'where results are not taken',
      () => publish({}, `1:raceroster:${harbour.id}`),
      'Race Roster has no known way to take results',
      /RunSignUp/,
    ],
    [
      'without a link',
      () => publish({}, spec(ten)),
      'TEN is linked to no scoring event, so it has no results',
      /p88sync link/,
    ],
    ['while there are none', () => publish(), 'HALF has no results yet', /pull-results/],
    [
      'an event that is not known',
      () => publish({}, '1:runsignup:5'),
      'Peak Timing has no event 5 at RunSignUp',
      /--include-past/,
    ],
  ])('%s', async (_, asked, message, hint) => {
    await expect(asked()).rejects.toMatchObject({
      name: 'UsageError',
      message: message.replace('TEN', spec(ten)).replace('HALF', spec()),
      hint: expect.stringMatching(hint),
    });
    expect(here.newCalls()).toEqual([]);
  });

  test.each([
    ['5K', /expected NAME=ID/],
    ['5K=x', /expected NAME=ID/],
    ['=3', /expected NAME=ID/],
    ['Bridge=3', /no result has a split of that name/],
  ])('--split %s', async (split, message) => {
    await score(here, [result(101, { splits: [{ name: '5K', time_ms: 1 }] })]);
    await expect(publish({ split: [split] })).rejects.toMatchObject({
      name: 'UsageError',
      message: expect.stringMatching(message),
    });
  });

  test('while everybody is still on the course', async () => {
    await score(here, [result(101, { status: 'started', clockMs: null, chipMs: null })]);
    await expect(publish()).rejects.toThrow(`${spec()} has no result to publish: 1 still on the course`);
  });
});

describe('on a terminal', () => {
  test('shows what would change and asks; no changes nothing, yes publishes', async () => {
    await score(here, [...three().slice(0, 2), result(103, { status: 'dnf' }), result(990, { status: 'started' })]);
    const no = await publishAsked(false);
    expect(no).toMatchObject({ code: 0, questions: ['Publish this?'], text: 'Nothing was published.' });
    expect(no.printed.split('\n')).toEqual([
      `Half (${spec()}) → a new result set "Half" at RunSignUp: not public, preliminary, nobody is`,
      'notified.',
      '3 results (2 finished, 1 DNF); left out: 1 still on the course.',
      '3 added, 0 changed, 0 removed, 0 as they are.',
      '',
      '   BIB  NAME        PLACE        CLOCK         CHIP  SPLITS  BEFORE',
      '───────────────────────────────────────────────────────────────────',
      '+  101  Runner 101      1  1:00:03.250  1:00:02.250       0',
      '+  102  Runner 102      2  1:00:06.250  1:00:05.250       0',
      '+  103  Runner 103                 DNF          DNF       0',
    ]);
    expect(posts()).toEqual([]);
    expect(await here.query("select status, reason from sync_history where operation_type = 'results'")).toEqual([
      { status: 'abandoned', reason: 'it was not confirmed' },
    ]);
    const yes = await publishAsked(true);
    expect(yes).toMatchObject({
      code: 0,
      text: 'Published to result set 501: 3 added, 0 changed, 0 removed, 0 as they are.',
    });
    expect(posts()).toEqual(['new-result-set', 'full-results']);
  });

  test('shows what was there before, and asks nothing where nothing changes', async () => {
    await score(here, three());
    await publish();
    const again = await publishAsked(true);
    expect(again).toMatchObject({ code: 0, questions: [], text: expect.stringMatching(/Nothing had to change\.$/) });
    await score(here, [result(101, { place: 2 }), result(103)]);
    const changed = await publishAsked(true);
    expect(changed.printed.split('\n').slice(2)).toEqual([
      '2 results (2 finished).',
      '0 added, 1 changed, 1 removed, 1 as they are. The set is cleared and filled again.',
      '',
      '   BIB  NAME        PLACE        CLOCK         CHIP  SPLITS  BEFORE',
      '──────────────────────────────────────────────────────────────────────────────────────',
      '−  102                  2  1:00:06.250  1:00:05.250       0',
      '~  101  Runner 101      2  1:00:03.250  1:00:02.250       0  1 1:00:03.250 1:00:02.250',
    ]);
  });

  test('--dry-run needs nobody', async () => {
    await score(here, three());
    const { code, text } = await publishAsked('nobody', { dryRun: true });
    expect(code).toBe(0);
    expect(text).toMatch(/3 added[\s\S]*Dry run: nothing was changed\.$/);
    expect(posts()).toEqual([]);
  });
});

describe('whose results', () => {
  test('two for one person are not published, the others are, and the exit code says so', async () => {
    await score(here, [...three(), result(101, { id: 'again' })]);
    const { code, json } = await publish();
    expect(code).toBe(1);
    expect(json).toMatchObject({
      exitCode: 1,
      status: 'published',
      counts: { wanted: 2 },
      refused: [
        { resultId: 'again', bib: '101', why: `one of 2 results for ${keyOf(half, 0)}` },
        { resultId: 'r101', bib: '101', why: `one of 2 results for ${keyOf(half, 0)}` },
      ],
    });
    expect(rowsOf()).toEqual([{ [keyOf(half, 1)]: '1:00:06.250', [keyOf(half, 2)]: '1:00:09.250' }]);
  });

  test('of two events that are scored together, each gets its own and nobody stands in both', async () => {
    await linkToy(here, ten.id);
    await score(here, [
      ...three(),
      result(201),
      result(202),
      result(950, { division: '10K' }),
      result(951, { division: 'Open' }),
    ]);
    const first = await publish();
    const second = await publish({}, spec(ten));
    expect([first, second].map(({ code, json }) => [code, json['counts'].wanted, json['elsewhere']])).toEqual([
      [1, 3, 3],
      [1, 3, 3],
    ]);
    expect(first.json['refused']).toEqual([expect.objectContaining({ resultId: 'r951' })]);
    expect(Object.keys(rowsOf()[0] ?? {})).toEqual([0, 1, 2].map((at) => keyOf(half, at)));
    expect(Object.keys(rowsOf(ten)[0] ?? {})).toEqual([keyOf(ten, 0), keyOf(ten, 1), 'bib 950']);
  });

  test('a registration that left meanwhile stops the call; after a sync it is published by its bib', async () => {
    await score(here, three());
    const [gone] = half.registrations;
    refund(here.world, gone?.id ?? 0);
    await expect(publish()).rejects.toMatchObject({
      name: 'CallRefused',
      hint: expect.stringContaining(`p88sync sync-event ${spec()}`),
    });
    here.pass(minute);
    expect((await here.tick()).code).toBe(0);
    expect((await publish()).code).toBe(0);
    expect(here.world.resultSets).toHaveLength(1);
    expect(Object.keys(rowsOf()[0] ?? {}).sort()).toEqual(['bib 101', keyOf(half, 1), keyOf(half, 2)]);
    // Back again: the row by the bib goes, so that nobody stands there twice.
    reinstate(here.world, gone?.id ?? 0);
    here.pass(minute);
    expect((await here.tick()).code).toBe(0);
    expect((await publish()).json).toMatchObject({ action: 'replace' });
    expect(Object.keys(rowsOf()[0] ?? {}).sort()).toEqual([0, 1, 2].map((at) => keyOf(half, at)));
  });
});
