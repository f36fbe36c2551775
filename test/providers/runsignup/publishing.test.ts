/** Result sets over real HTTP handling (createCaller over msw) against the stand-in. */
import { setupServer } from 'msw/node';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  CallRefused,
  CredentialRefused,
  ProviderThrottled,
  ProviderUnavailable,
  UnknownAnswer,
} from '../../../src/domain/errors.ts';
import type { Json } from '../../../src/domain/json.ts';
import type { PublishableResult, PublishingSession } from '../../../src/domain/publishing.ts';
import { adapter } from '../../../src/providers/runsignup/adapter.ts';
import { runsignup } from '../../../src/providers/runsignup/provider.ts';
import { addRegistrations } from '../../../src/sandbox/build-world.ts';
import { refund } from '../../../src/sandbox/changes.ts';
import { recordingCaller } from '../../http/recording-caller.ts';
import { runSignUpWorld } from '../../sandbox/ask.ts';
import { sandboxHandlers } from '../../sandbox/msw.ts';
import { allOf, scriptedTools } from '../scripted-session.ts';

const server = setupServer();
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }));
afterAll(() => server.close());

let world: ReturnType<typeof runSignUpWorld>;
beforeEach(() => {
  world = runSignUpWorld();
  server.resetHandlers(...sandboxHandlers(world.sandbox, ['runsignup']));
});

const credential = { principal: 'key', secret: 'hush', additionalConfig: { key_style: 'v2' } };
const half = { name: 'Half', isPublic: false, isPreliminary: true, notify: false };

function publishingOf(tools: Parameters<typeof adapter.connect>[1]): PublishingSession {
  const { publishing } = adapter.connect(credential, tools);
  if (!publishing) throw new Error('the session publishes nothing');
  return publishing;
}

function connect() {
  const baseUrl = new URL(runsignup.defaults.baseUrl);
  const { call, recording } = recordingCaller({ baseUrl });
  const { tools } = scriptedTools(() => null, { baseUrl, call });
  return { session: publishingOf(tools), recording };
}

const eventOf = () => ({ eventId: world.event.id, raceId: world.race.id });
const published = async (session: PublishingSession, id: string) =>
  (await allOf(session.listPublished(eventOf(), id))).flatMap((page) => page.results);

function finish(registrationId: number | string, changes: Partial<PublishableResult> = {}): PublishableResult {
  const key = { registrationId: String(registrationId) };
  return { key, outcome: 'finished', place: 1, clockMs: 2_472_000, chipMs: 2_467_300, splits: {}, ...changes };
}

describe('a set', () => {
  it('is made as asked for, found by its event, and empty', async () => {
    const { session } = connect();
    expect(await session.listResultSets(eventOf())).toEqual([]);
    const id = await session.createResultSet(eventOf(), half);
    await session.createResultSet(eventOf(), { name: 'Men', isPublic: true, isPreliminary: false, notify: true });
    expect(await session.listResultSets(eventOf())).toEqual([
      { resultSetId: id, name: 'Half', isPublic: false, isPreliminary: true },
      { resultSetId: '502', name: 'Men', isPublic: true, isPreliminary: false },
    ]);
    expect(world.sandbox.world.resultSets.map((set) => set.notifies)).toEqual([false, true]);
    expect(await published(session, id)).toEqual([]);
  });

  it.each(['query', 'form'] as const)('is made and cleared where parameters are read from the %s', async (place) => {
    world.sandbox.world.behaviour.runsignup.results.parametersIn = place;
    const [runner] = addRegistrations(world.sandbox.world, world.event, 1);
    const { session } = connect();
    const id = await session.createResultSet(eventOf(), half);
    await session.postResults(eventOf(), id, [finish(runner?.id ?? 0)]);
    expect(await published(session, id)).toHaveLength(1);
    await session.clearResults(eventOf(), id);
    expect(await published(session, id)).toEqual([]);
  });

  it('keeps one row for each key; a split without a value goes, and nobody is notified', async () => {
    const [a, b] = addRegistrations(world.sandbox.world, world.event, 2, (index) => ({ bib: String(17 + index) }));
    const { session } = connect();
    const id = await session.createResultSet(eventOf(), half);
    await session.postResults(eventOf(), id, [
      finish(a?.id ?? 0, { splits: { '41': 1_000, '42': 2_000 } }),
      finish(b?.id ?? 0, { place: 2 }),
      finish(0, { key: { bib: '900' }, place: 3, chipMs: null }),
    ]);
    await session.postResults(eventOf(), id, [
      finish(a?.id ?? 0, { splits: { '41': null, '42': 2_500 }, place: 4 }),
      finish(b?.id ?? 0, { outcome: 'dq', place: null, clockMs: null, chipMs: null }),
    ]);
    const times = { clock: { ms: 2_472_000, stepMs: 1 }, chip: { ms: 2_467_300, stepMs: 1 } };
    const dq = { outcome: 'dq' };
    expect(await published(session, id)).toEqual([
      { registrationId: String(a?.id), bib: '17', place: 4, ...times, splits: { '42': { ms: 2_500, stepMs: 1 } } },
      { registrationId: String(b?.id), bib: '18', place: null, clock: dq, chip: dq, splits: {} },
      { registrationId: undefined, bib: '900', place: 3, ...times, chip: null, splits: {} },
    ]);
    expect(world.sandbox.world.resultSets[0]?.notified).toEqual([]);
  });

  it.each([100, 30])('is read to its end, with %d rows a page', async (cap) => {
    world.sandbox.world.behaviour.runsignup.results.pageCap = cap;
    const runners = addRegistrations(world.sandbox.world, world.event, 200);
    const { session } = connect();
    const id = await session.createResultSet(eventOf(), half);
    await session.postResults(
      eventOf(),
      id,
      runners.map((one) => finish(one.id)),
    );
    expect((await published(session, id)).map((row) => row.registrationId)).toEqual(
      runners.map((one) => String(one.id)),
    );
  });
});

describe('what is refused', () => {
  it('a registration that has left: none of the call’s rows lands', async () => {
    const [a, b] = addRegistrations(world.sandbox.world, world.event, 2);
    refund(world.sandbox.world, b?.id ?? 0);
    const { session } = connect();
    const id = await session.createResultSet(eventOf(), half);
    const posting = session.postResults(eventOf(), id, [finish(a?.id ?? 0), finish(b?.id ?? 0)]);
    await expect(posting).rejects.toBeInstanceOf(CallRefused);
    expect(await published(session, id)).toEqual([]);
  });

  it.each([
    [7, CredentialRefused],
    [14, ProviderThrottled],
    [4, ProviderUnavailable],
    [12, CallRefused],
  ])('code %d behind status 200', async (code, kind) => {
    const { session } = connect();
    world.sandbox.fail({ kind: 'error-object', code });
    await expect(session.clearResults(eventOf(), '501')).rejects.toBeInstanceOf(kind);
  });

  it('an event without its race', () => {
    const { session } = connect();
    return expect(session.listResultSets({ eventId: '1', raceId: undefined })).rejects.toThrow(
      'event 1 is stored without its race',
    );
  });
});

describe('what may be repeated', () => {
  it('a set is made once, whatever came of it; posting and clearing are tried again', async () => {
    const { session, recording } = connect();
    world.sandbox.fail({ kind: 'status', status: 503 });
    await expect(session.createResultSet(eventOf(), half)).rejects.toBeInstanceOf(ProviderUnavailable);
    expect(recording.reserved).toHaveLength(1);
    const id = await session.createResultSet(eventOf(), half);
    world.sandbox.fail({ kind: 'status', status: 503 });
    await session.clearResults(eventOf(), id);
    world.sandbox.fail({ kind: 'status', status: 503 });
    await session.postResults(eventOf(), id, [finish(0, { key: { bib: '1' } })]);
    expect(await published(session, id)).toHaveLength(1);
  });

  it('no result, and no secret, is in what is logged', async () => {
    const { session, recording } = connect();
    const id = await session.createResultSet(eventOf(), half);
    await session.postResults(eventOf(), id, [finish(0, { key: { bib: '900' } })]);
    expect(recording.reserved.at(-1)).toBe(
      `POST /rest/race/${world.race.id}/results/full-results?event_id=${world.event.id}&individual_result_set_id=${id}&format=json`,
    );
    expect(JSON.stringify(recording.reserved)).not.toMatch(/hush|900/);
  });
});

describe('an answer that nobody knows', () => {
  const answered = (body: Json) => publishingOf(scriptedTools(() => body).tools);
  const event = { eventId: '1', raceId: '2' };
  const set = { individual_result_set_id: 9, individual_result_set_name: 'Half' };

  it.each<[string, (session: PublishingSession) => Promise<unknown>, Json[]]>([
    [
      'sets',
      (session) => session.listResultSets(event),
      [{}, [], { individual_result_sets: [] }, { individual_results_sets: [{}] }],
    ],
    [
      'results',
      (session) => allOf(session.listPublished(event, '9')),
      [
        {},
        { results: [] },
        { individual_results_sets: [{ ...set, individual_result_set_id: 8 }] },
        { individual_results_sets: [{ ...set, results: {} }] },
        { individual_results_sets: [{ ...set, results: [{ place: 1 }] }] },
      ],
    ],
    ['a new set', (session) => session.createResultSet(event, half), [{}, [], { individual_result_set_id: null }]],
    ['a post', (session) => session.postResults(event, '9', []), [[], 'done', null]],
    ['a clearing', (session) => session.clearResults(event, '9'), [[], null]],
  ])('%s', async (_, ask, bodies) => {
    for (const body of bodies) await expect(ask(answered(body))).rejects.toBeInstanceOf(UnknownAnswer);
  });

  it('no set at all is a set without results', async () => {
    const pages = await allOf(answered({ individual_results_sets: [] }).listPublished(event, '9'));
    expect(pages).toEqual([{ results: [], last: true }]);
  });

  it('a page that comes again ends the list', async () => {
    const body = { individual_results_sets: [{ ...set, results: [{ bib_num: 1, clock_time: '1:00' }] }] };
    const pages = await allOf(answered(body).listPublished(event, '9'));
    expect(pages.map((page) => [page.results.length, page.last])).toEqual([
      [1, false],
      [0, true],
    ]);
  });
});
