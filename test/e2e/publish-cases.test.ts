/** Which set results are published to, and what is not known of how a provider shows and takes them. */
import { describe, expect, test } from 'vitest';
import type { usualResultsBehaviour } from '../../src/sandbox/result-sets.ts';
import { half, here, installPublishing, keyOf, posts, publish, result, rowsOf, spec, three } from './publish-world.ts';
import { score } from './toy-scoring.ts';

installPublishing();

describe('which set', () => {
  test('public, final and with notifications only where that is asked for', async () => {
    await score(here, three());
    await publish({ public: true, final: true, notify: true, name: 'Overall' });
    const [set] = here.world.resultSets;
    expect(set).toMatchObject({ name: 'Overall', isPublic: true, isPreliminary: false, notifies: true });
    expect(set?.notified).toHaveLength(3);
  });

  test('the name is remembered; another one is refused, since a set cannot be renamed', async () => {
    await score(here, three());
    await publish({ name: 'Overall' });
    expect((await publish()).json).toMatchObject({ status: 'unchanged', resultSet: { id: '501', name: 'Overall' } });
    await expect(publish({ name: 'Men' })).rejects.toThrow(/^result set 501 "Overall" has another name/);
    expect(here.world.resultSets).toHaveLength(1);
  });

  test('one that was published before anybody remembered it is found by its name', async () => {
    await score(here, three());
    await publish();
    await here.query('delete from published_result_sets');
    posts();
    expect((await publish()).json).toMatchObject({ status: 'unchanged', resultSet: { id: '501' } });
    expect(posts()).toEqual([]);
    expect(here.world.resultSets).toHaveLength(1);
  });

  test('somebody else’s results are not replaced unless the set is named', async () => {
    await score(here, [...three(), result(900, { place: 4 })]);
    await publish();
    await here.query('delete from published_result_sets');
    await score(here, three());
    await expect(publish()).rejects.toMatchObject({
      name: 'UsageError',
      message: 'the event has a result set 501 "Half" with results that are not ours (1)',
      hint: expect.stringContaining('--result-set 501'),
    });
    expect(rowsOf()[0]).toHaveProperty('bib 900');
    const { json } = await publish({ resultSet: '501' });
    expect(json).toMatchObject({ action: 'replace', resultSet: { id: '501', notify: null } });
    expect(rowsOf()[0]).not.toHaveProperty('bib 900');
  });

  test('one that was deleted there is made anew', async () => {
    await score(here, three());
    await publish();
    here.world.resultSets.splice(0, 1, { ...here.world.resultSets[0], id: 77, name: 'Other' } as never);
    const { json } = await publish();
    expect(json).toMatchObject({ status: 'published', resultSet: { id: '502', name: 'Half' } });
  });
});

describe('splits', () => {
  const split = (ms: number | null) => [{ name: '5K', time_ms: ms }];

  test('are published where their id is known, which is remembered; a corrected id takes the old one away', async () => {
    await score(here, [result(101, { splits: split(1_240_000) })]);
    const first = await publish();
    expect(first.json['unmappedSplits']).toEqual(['5K']);
    const splits = () => [...(here.world.resultSets[0]?.rows.values() ?? [])].map((row) => row.splits);
    await publish({ split: ['5k=41'] });
    expect(splits()).toEqual([{ '41': '0:20:40.000' }]);
    expect((await publish()).json).toMatchObject({ status: 'unchanged', unmappedSplits: [] });
    await publish({ split: ['5K=42'] });
    expect(splits()).toEqual([{ '42': '0:20:40.000' }]);
    await score(here, [result(101, { splits: split(null) })]);
    expect((await publish()).json).toMatchObject({ action: 'post', counts: { changed: 1 } });
    expect(splits()).toEqual([{}]);
  });
});

describe('what is not known of the provider', () => {
  test.each<[string, Partial<typeof usualResultsBehaviour>]>([
    ['times without decimals', { decimals: 0 }],
    ['times with one decimal', { decimals: 1 }],
    ['no splits', { showsSplits: false }],
    ['rows by their bib alone', { showsRegistrationIds: false }],
    ['parameters in the form', { parametersIn: 'form' }],
    ['two rows a page', { pageCap: 2 }],
  ])('%s: published, and nothing the second time; what is amended is seen', async (_, behaviour) => {
    Object.assign(here.world.behaviour.runsignup.results, behaviour);
    const splits = (ms: number | null) => [{ name: '5K', time_ms: ms }];
    const results = (clockMs: number, ms: number | null) => [
      ...three().slice(1),
      result(101, { clockMs, splits: splits(ms) }),
    ];
    await score(here, results(3_600_250, 1_240_000));
    expect((await publish({ split: ['5K=41'] })).code).toBe(0);
    posts();
    expect((await publish()).json).toMatchObject({ status: 'unchanged' });
    expect(posts()).toEqual([]);
    // Less than what is shown.
    await score(here, results(3_600_251, null));
    expect((await publish()).json).toMatchObject({ status: 'published', action: 'post' });
    const row = here.world.resultSets[0]?.rows.get(keyOf(half, 0));
    expect(row).toMatchObject({ clockTime: '1:00:00.251', splits: {} });
    posts();
    expect((await publish()).json).toMatchObject({ status: 'unchanged' });
    expect(posts()).toEqual([]);
    // A result that was taken back goes, whatever else is shown.
    await score(here, three().slice(1));
    expect((await publish()).json).toMatchObject({ action: 'replace', counts: { removed: 1 } });
    expect(Object.keys(rowsOf()[0] ?? {})).toEqual([keyOf(half, 1), keyOf(half, 2)]);
  });

  test('an answer that nobody knows after all was sent: that is no success, and publishing again finds it done', async () => {
    await score(here, three());
    here.sandbox.fail({ kind: 'unknown-envelope', pathIncludes: 'get-results?' });
    await expect(publish()).rejects.toMatchObject({ name: 'UnknownAnswer' });
    const history =
      "select status, error_details ->> 'kind' as kind from sync_history where operation_type = 'results'";
    expect(await here.query(history)).toEqual([{ status: 'failed', kind: 'UnknownAnswer' }]);
    expect(await here.query('select fingerprint, published_at from published_result_sets')).toEqual([
      { fingerprint: null, published_at: null },
    ]);
    expect((await publish()).json).toMatchObject({ status: 'unchanged' });
    expect(rowsOf()).toHaveLength(1);
  });

  test('it shows something else than was sent: that is no success either', async () => {
    await score(here, three());
    await publish();
    await score(here, [...three().slice(1), result(101, { clockMs: 5_000_000 })]);
    // The third reading is that of the first page after posting; it brings the empty second page once more.
    here.sandbox.fail({ kind: 'repeat-page', pathIncludes: 'get-results?', skip: 2 });
    await expect(publish()).rejects.toMatchObject({
      name: 'UnknownAnswer',
      message: 'all results were sent, yet set 501 shows rows otherwise: 3 missing',
    });
    expect((await publish()).json).toMatchObject({ status: 'unchanged' });
  });

  test('trouble in the middle: the message says that publishing again goes on', async () => {
    await score(here, three());
    here.sandbox.fail({ kind: 'status', status: 500, pathIncludes: 'full-results' });
    await expect(publish()).rejects.toMatchObject({
      name: 'ProviderUnavailable',
      hint: expect.stringContaining(`p88sync publish-results ${spec()}`),
    });
    // Its rows had landed all the same.
    expect((await publish()).json).toMatchObject({ status: 'unchanged', counts: { unchanged: 3 } });
    expect(rowsOf()).toHaveLength(1);
    const credentials = await here.query('select refused_at from partner_provider_credentials');
    expect(credentials).toEqual([{ refused_at: null }, { refused_at: null }]);
  });

  test('a key that may not publish is told so, and goes on syncing', async () => {
    await score(here, three());
    here.sandbox.fail({ kind: 'error-object', code: 7, pathIncludes: 'new-result-set' });
    await expect(publish()).rejects.toMatchObject({ name: 'CredentialRefused' });
    expect(await here.query('select 1 from partner_provider_credentials where refused_at is not null')).toEqual([]);
  });
});
