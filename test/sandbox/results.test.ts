import { describe, expect, test } from 'vitest';
import { addRegistration } from '../../src/sandbox/build-world.ts';
import { setBib } from '../../src/sandbox/changes.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { askRunSignUp, get, runSignUpWorld } from './ask.ts';

async function post(sandbox: Sandbox, path: string, query: Record<string, string>, form: Record<string, string> = {}) {
  const search = new URLSearchParams({ format: 'json', rsu_api_key: 'key', ...query });
  const request = new Request(`http://sandbox/runsignup${path}?${search}`, {
    method: 'POST',
    headers: { 'x-rsu-api-secret': 'hush', 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
  });
  return (await sandbox.handle(request)).json();
}

/** A set with the id 501, and a short way to post to it. */
async function withSet(flags: Record<string, string> = {}) {
  const world = runSignUpWorld();
  const { sandbox, race, event } = world;
  const runner = addRegistration(sandbox.world, event, { bib: '17' });
  const path = `/race/${race.id}/results`;
  const made = await post(sandbox, `${path}/new-result-set`, {
    event_id: event.id,
    individual_result_set_name: 'Half',
    ...flags,
  });
  const ids = { event_id: event.id, individual_result_set_id: '501' };
  return {
    ...world,
    runner,
    path,
    ids,
    made,
    send: (...results: object[]) =>
      post(sandbox, `${path}/full-results`, ids, { request_format: 'json', request: JSON.stringify({ results }) }),
    read: async () => (await askRunSignUp(sandbox, `${path}/get-results`, { ...ids, results_per_page: '100' })).body,
    set: () => sandbox.world.resultSets[0],
  };
}

const row = { registration_id: 91000001, place: 1, clock_time: '0:41:12.000', chip_time: '0:41:07.300' };

describe('result sets', () => {
  test('are made and listed, in the documented spelling', async () => {
    const { sandbox, path, event, made } = await withSet();
    expect(made).toEqual({ individual_result_set_id: 501 });
    expect((await askRunSignUp(sandbox, `${path}/get-result-sets`, { event_id: event.id })).body).toEqual({
      individual_results_sets: [
        {
          individual_result_set_id: 501,
          individual_result_set_name: 'Half',
          public_results: 'T',
          preliminary_results: 'F',
          results: [],
          results_headers: {},
        },
      ],
    });
  });

  test('take rows by registration, bib or chip, and show the bib that a registration has now', async () => {
    const { sandbox, runner, send, read } = await withSet();
    const others = [
      { bib_num: 900, clock_time: 'DQ' },
      { chip_num: 'A1', clock_time: '1:00:00' },
    ];
    expect(await send({ ...row, registration_id: runner.id, 'split-41': '0:20:40.000' }, ...others)).toEqual({
      success: 'T',
    });
    setBib(sandbox.world, runner.id, '18');
    expect(await read()).toMatchObject({
      individual_results_sets: [
        {
          results: [
            {
              registration_id: runner.id,
              bib_num: 18,
              place: 1,
              clock_time: '0:41:12.000',
              chip_time: '0:41:07.300',
              'split-41': '0:20:40.000',
            },
            { bib_num: 900, place: null, clock_time: 'DQ', chip_time: null },
            { bib_num: null, clock_time: '1:00:00' },
          ],
        },
      ],
    });
  });

  test('a row that comes again replaces the one of its key; a blank split leaves, X clears', async () => {
    const { runner, send, set } = await withSet();
    const key = `registration ${runner.id}`;
    const mine = { ...row, registration_id: runner.id };
    await send({ ...mine, 'split-41': '0:20:00', 'split-42': '0:30:00' });
    await send({ registration_id: runner.id, clock_time: 'DNF', 'split-41': '', 'split-42': 'X' });
    expect(set()?.rows.get(key)).toMatchObject({
      place: null,
      clockTime: 'DNF',
      chipTime: null,
      splits: { '41': '0:20:00' },
    });
    expect(set()?.rows.size).toBe(1);
  });

  test('are cleared', async () => {
    const { sandbox, path, ids, runner, send, set } = await withSet();
    await send({ ...row, registration_id: runner.id });
    await post(sandbox, `${path}/clear-results`, ids);
    expect(set()?.rows.size).toBe(0);
  });

  test.each<[string, Record<string, string>, number]>([
    ['unless they were switched off', {}, 2],
    ['and none where they were', { disable_notifications: 'T' }, 0],
  ])('runners are notified once for each row that lands, %s', async (_, flags, count) => {
    const { runner, send, set } = await withSet(flags);
    await send({ ...row, registration_id: runner.id });
    await send({ ...row, registration_id: runner.id });
    expect(set()?.notified).toHaveLength(count);
  });

  test.each<[string, object, number]>([
    ['an unknown registration', { ...row, registration_id: 5 }, 15],
    ['no key', { place: 1, clock_time: '1:00:00' }, 15],
    ['a time that is none', { bib_num: 1, clock_time: '61:00' }, 3],
    ['no time', { bib_num: 1, place: 3 }, 3],
    ['a place that is none', { bib_num: 1, place: 0, clock_time: '1:00:00' }, 3],
    ['a field that nobody knows', { bib_num: 1, clock_time: '1:00:00', pace: '4:00' }, 3],
  ])('%s is refused, and no row of the call lands', async (_, bad, code) => {
    const { send, set } = await withSet();
    expect(await send({ bib_num: 900, clock_time: 'DNS' }, bad)).toMatchObject({ error: { error_code: code } });
    expect(set()?.rows.size).toBe(0);
  });

  test.each<[string, string, number]>([
    ['full-results', '{', 11],
    ['full-results', '{"results":{}}', 11],
    ['results', '{}', 1],
  ])('%s with %s is refused', async (method, request, code) => {
    const { sandbox, path, ids } = await withSet();
    const answer = await post(sandbox, `${path}/${method}`, ids, { request_format: 'json', request });
    expect(answer).toMatchObject({ error: { error_code: code } });
  });

  test('a GET of what changes, and a set of another event, are refused', async () => {
    const { sandbox, path, ids } = await withSet();
    expect((await askRunSignUp(sandbox, `${path}/clear-results`, ids)).body).toMatchObject({
      error: { error_code: 2 },
    });
    const other = { ...ids, individual_result_set_id: '502' };
    expect((await askRunSignUp(sandbox, `${path}/get-results`, other)).body).toMatchObject({
      error: { error_code: 15 },
    });
  });

  test('are told to whoever asks the control interface', async () => {
    const { sandbox, event, runner, send } = await withSet();
    await send({ ...row, registration_id: runner.id });
    const told = { id: 501, eventId: event.id, rows: [{ key: `registration ${runner.id}`, clockTime: '0:41:12.000' }] };
    expect((await get(sandbox, `/control/result-sets?event=${event.id}`)).body).toMatchObject([told]);
    expect((await get(sandbox, '/control/result-sets?event=1')).body).toEqual([]);
  });
});
