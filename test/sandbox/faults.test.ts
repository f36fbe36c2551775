import { describe, expect, test } from 'vitest';
import { addRegistrations } from '../../src/sandbox/build-world.ts';
import { ConnectionReset, type FaultOptions } from '../../src/sandbox/faults.ts';
import { askRunSignUp, get, raceRosterWorld, runSignUpWorld } from './ask.ts';

function prepared() {
  const world = runSignUpWorld();
  addRegistrations(world.sandbox.world, world.event, 3);
  const { sandbox, race, event } = world;
  const query = new URLSearchParams({ format: 'json', rsu_api_key: 'key', event_id: event.id, results_per_page: '1' });
  const ask = (page = 1) =>
    sandbox.handle(
      new Request(`http://sandbox/runsignup/race/${race.id}/participants?${query}&page=${page}`, {
        headers: { 'x-rsu-api-secret': 'hush' },
      }),
    );
  return { ...world, ask };
}

test.each<[FaultOptions, { status: number; type: string; retryAfter: string | null; body: RegExp }]>([
  [{ kind: 'status' }, { status: 503, type: 'application/json', retryAfter: null, body: /"code":503/ }],
  [
    { kind: 'status', status: 429, retryAfter: 7 },
    { status: 429, type: 'application/json', retryAfter: '7', body: /429/ },
  ],
  [{ kind: 'html' }, { status: 200, type: 'text/html; charset=utf-8', retryAfter: null, body: /^<!doctype html>/ }],
  [{ kind: 'truncated' }, { status: 200, type: 'application/json', retryAfter: null, body: /^\[\{"event".*[^\]]$/ }],
  [
    { kind: 'error-object' },
    { status: 200, type: 'application/json', retryAfter: null, body: /^\{"error":\{"error_code":14,/ },
  ],
  [
    { kind: 'error-object', code: 5 },
    { status: 200, type: 'application/json', retryAfter: null, body: /"error_code":5,/ },
  ],
  [{ kind: 'unknown-envelope' }, { status: 200, type: 'application/json', retryAfter: null, body: /^\{"result":/ }],
  [
    { kind: 'missing-id' },
    { status: 200, type: 'application/json', retryAfter: null, body: /^(?!.*"registration_id").*"bib_num"/ },
  ],
  [
    { kind: 'nul-name' },
    { status: 200, type: 'application/json', retryAfter: null, body: /"first_name":"Nul\\u0000a"/ },
  ],
  [
    { kind: 'delay', delayMs: 1 },
    { status: 200, type: 'application/json', retryAfter: null, body: /"registration_id"/ },
  ],
])('%o', async (fault, expected) => {
  const { sandbox, ask } = prepared();
  sandbox.fail(fault);
  const response = await ask();
  const { body, ...head } = expected;
  expect({
    status: response.status,
    type: response.headers.get('content-type'),
    retryAfter: response.headers.get('retry-after'),
  }).toEqual(head);
  expect(await response.text()).toMatch(body);
  expect((await ask()).status).toBe(200);
  expect(sandbox.calls.map((call) => call.fault)).toEqual([fault.kind, null]);
});

test('a reset is thrown, and logged as a call without answer', async () => {
  const { sandbox, ask } = prepared();
  sandbox.fail({ kind: 'reset' });
  await expect(ask()).rejects.toThrow(ConnectionReset);
  expect(sandbox.calls).toMatchObject([{ status: 0, fault: 'reset' }]);
});

test('a repeated page is that of the previous call, however often', async () => {
  const { sandbox, ask } = prepared();
  const first = await (await ask(1)).text();
  sandbox.fail({ kind: 'repeat-page', times: 2 });
  expect(await (await ask(2)).text()).toBe(first);
  expect(await (await ask(3)).text()).toBe(first);
  expect(await (await ask(2)).text()).not.toBe(first);
});

describe('which calls fail', () => {
  const statuses = async (fault: FaultOptions, calls: number) => {
    const { sandbox, ask } = prepared();
    sandbox.fail(fault);
    const seen: number[] = [];
    for (let call = 0; call < calls; call++) seen.push((await ask(call + 1)).status);
    return seen;
  };
  test.each<[FaultOptions, number[]]>([
    [{ kind: 'status', times: 2 }, [503, 503, 200]],
    [{ kind: 'status', skip: 1 }, [200, 503, 200]],
    [{ kind: 'status', pathIncludes: '/participants' }, [503, 200, 200]],
    [{ kind: 'status', pathIncludes: 'page=2' }, [200, 503, 200]],
    [{ kind: 'status', pathIncludes: '/removed-participants' }, [200, 200, 200]],
    [{ kind: 'status', provider: 'raceroster' }, [200, 200, 200]],
  ])('%o', async (fault, expected) => {
    expect(await statuses(fault, 3)).toEqual(expected);
  });
});

test('faults of a row reach Race Roster too', async () => {
  const { sandbox, event, headers } = await raceRosterWorld();
  const bearer = await headers();
  addRegistrations(sandbox.world, event, 2);
  sandbox.fail({ kind: 'nul-name' });
  sandbox.fail({ kind: 'missing-id' });
  const list = async () =>
    JSON.stringify((await get(sandbox, `/raceroster/v1/events/${event.id}/participants`, bearer)).body);
  expect(await list()).toContain('"firstName":"Nul\\u0000a"');
  expect((await list()).match(/"participantId"/g)).toHaveLength(1);
});

test('the log of calls holds no secret', async () => {
  const { sandbox } = runSignUpWorld();
  await askRunSignUp(sandbox, '/races', { api_secret: 'classic-secret', rsu_api_reg: 'p88sync-sandbox' });
  await askRunSignUp(sandbox, '/races', { events: 'T' });
  expect(sandbox.calls).toEqual([
    {
      time: '2026-03-07T14:05:00.000Z',
      provider: 'runsignup',
      method: 'GET',
      path: '/races?format=json',
      status: 200,
      account: null,
      fault: null,
    },
    expect.objectContaining({ path: '/races?format=json&events=T', account: 'runsignup account 1' }),
  ]);
});
