/** Rows of sync_queue that ask for the scoring side: people pushed, results pulled, results published. */
import { beforeEach, describe, expect, test } from 'vitest';
import { runLinkAdd } from '../../src/commands/link.ts';
import { ProviderUnavailable } from '../../src/domain/errors.ts';
import type { Row } from './installation.ts';
import { half, here, installPublishing, posts, rowsOf, three } from './publish-world.ts';
import { installToys, type ToyInstallation } from './toy-installation.ts';
import { score } from './toy-scoring.ts';

type Query = (sql: string) => Promise<Row[]>;

/** @param values of the row beside its partner. */
async function ask(query: Query, values: string): Promise<number> {
  const [row] = await query(
    `insert into sync_queue (timing_partner_id, operation_type, sync_direction, event_id, provider_id, payload)
    values (1, ${values}) returning sync_queue_id as id`,
  );
  return row?.['id'] as number;
}

const stateOf = async (query: Query, id: number) =>
  (await query(`select status, retry_count, reason from sync_queue where sync_queue_id = ${id}`))[0];

const completed = { status: 'completed', retry_count: 0, reason: null };

describe('at the scoring system', () => {
  let toys: ToyInstallation;
  const scoring = "(select provider_id from providers where name = 'Toy Scoring')";
  const registration = "(select provider_id from providers where name = 'Toy Registration')";
  beforeEach(async () => {
    toys = await installToys();
    for (const id of ['a', 'b'])
      toys.registration.entrants.set(id, { id, eventId: 'L10', firstName: id, bib: id, gender: 'female' });
    await toys.discover();
    return () => toys.close();
  });
  const link = () => toys.command((context) => runLinkAdd(context, '1:toyreg:L10', '1:toyscore:LAKE/10K', {}));

  test.each([
    ['L10', registration],
    ['LAKE/10K', scoring],
  ])('people are pushed now, before the timer would try again, for %s', async (event, provider) => {
    await link();
    toys.scoring.before = () => {
      throw new ProviderUnavailable('Toy Scoring did not answer');
    };
    await toys.tick();
    toys.scoring.before = () => undefined;
    await toys.tick();
    expect([...toys.scoring.people.keys()]).toEqual([]);
    const id = await ask(toys.query, `'participants', 'push', '${event}', ${provider}, null`);
    expect((await toys.tick()).json['queue']).toMatchObject([{ id, status: 'completed' }]);
    expect(await stateOf(toys.query, id)).toEqual(completed);
    expect([...toys.scoring.people.keys()].sort()).toEqual(['toyreg-a', 'toyreg-b']);
  });

  test('results come at once, and their event with them', async () => {
    toys.scoring.results = [{ key: 'toyreg-a', bib: 'a', status: 'finished', time: '0:41:07', splits: {}, place: 1 }];
    const id = await ask(toys.query, `'results', 'pull', 'LAKE/10K', ${scoring}, null`);
    expect((await toys.tick()).code).toBe(0);
    expect(await stateOf(toys.query, id)).toEqual(completed);
    expect(await toys.query('select bib_number, event_id from unified_results')).toEqual([
      { bib_number: 'a', event_id: 'LAKE/10K' },
    ]);
  });

  test('a discovery with everything of the partner leaves the scoring system out', async () => {
    toys.registration.events.set('L5', { name: 'Lakefront 5K', startAt: toys.now() });
    const id = await ask(toys.query, "'events', 'pull', null, null, null");
    expect((await toys.tick()).code).toBe(0);
    expect(await stateOf(toys.query, id)).toEqual(completed);
    expect(await toys.query("select event_id from toyreg_events where event_id = 'L5'")).toHaveLength(1);
  });

  test('what fails is tried again, and what can never work says so', async () => {
    await link();
    toys.scoring.before = () => {
      throw new ProviderUnavailable('Toy Scoring did not answer');
    };
    const pull = await ask(toys.query, `'results', 'pull', 'LAKE/10K', ${scoring}, null`);
    const unlinked = await ask(toys.query, `'participants', 'push', 'NONE', ${registration}, null`);
    const wrong = await ask(toys.query, `'results', 'pull', 'L10', ${registration}, null`);
    expect((await toys.tick()).code).toBe(1);
    expect(await stateOf(toys.query, pull)).toEqual({
      status: 'pending',
      retry_count: 1,
      reason: 'Toy Scoring did not answer',
    });
    expect(await stateOf(toys.query, unlinked)).toMatchObject({
      reason: 'Toy Registration takes no participants, and 1:toyreg:NONE is not linked to a scoring event',
    });
    expect(await stateOf(toys.query, wrong)).toMatchObject({ reason: 'Toy Registration gives no results' });
  });
});

describe('at the registration provider', () => {
  installPublishing();
  const publish = (payload: string) => ask(here.query, `'results', 'push', '${half.id}', 2, ${payload}`);

  test('results are published once the row says that a person has confirmed it', async () => {
    await score(here, three());
    const id = await publish(`'{"confirmed": true}'`);
    expect((await here.tick()).code).toBe(0);
    expect(await stateOf(here.query, id)).toEqual(completed);
    expect(rowsOf()).toEqual([
      Object.fromEntries(three().map((_, at) => [`registration ${half.registrations[at]?.id}`, expect.any(String)])),
    ]);
  });

  test('nothing is begun that the hour cannot hold', async () => {
    await score(here, three());
    const id = await publish(`'{"confirmed": true}'`);
    const spent = await here.query("select 1 from api_calls where path like '/runsignup/%'");
    here.env['P88SYNC_RUNSIGNUP_CALLS_PER_HOUR'] = `${spent.length + 4}`;
    expect((await here.tick()).code).toBe(1);
    delete here.env['P88SYNC_RUNSIGNUP_CALLS_PER_HOUR'];
    expect(await stateOf(here.query, id)).toMatchObject({
      status: 'pending',
      retry_count: 1,
      reason: expect.stringMatching(/^publishing takes 5 more calls, and 3 of the \d+ of this hour are free$/),
    });
    expect(posts()).toEqual([]);
    expect(here.world.resultSets).toEqual([]);
  });

  test('without that word, nothing is posted', async () => {
    await score(here, three());
    const id = await publish('null');
    expect((await here.tick()).code).toBe(1);
    expect(await stateOf(here.query, id)).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('confirmed'),
    });
    expect(posts()).toEqual([]);
    expect(here.world.resultSets).toEqual([]);
  });
});
