/** The whole way of a preset: its address, its envelopes and encodings, its limits. */
import { HttpResponse, http } from 'msw';
import { setupServer } from 'msw/node';
import { describe, expect, test } from 'vitest';
import { CallRefused, type P88Error, ProviderUnavailable, UnknownAnswer } from '../../../src/domain/errors.ts';
import type { ApiRequest } from '../../../src/domain/provider.ts';
import type { ResultRecord } from '../../../src/domain/scoring.ts';
import { copernico } from '../../../src/providers/copernico/provider.ts';
import { addRegistration, addRegistrations } from '../../../src/sandbox/build-world.ts';
import type { CopernicoBehaviour } from '../../../src/sandbox/copernico/behaviour.ts';
import { copernicoEventId } from '../../../src/sandbox/copernico/names.ts';
import { runEvent, swapBibs } from '../../../src/sandbox/finishes.ts';
import { recordingCaller } from '../../http/recording-caller.ts';
import { allOf } from '../scripted-session.ts';
import { copernicoWorld, scoringOver } from './connect.ts';
import { expectedFlat, flatOf } from './flat-results.ts';

/** Forty people, most of whom finished. */
function worldThatWasRun(eventName?: string) {
  const built = copernicoWorld(eventName);
  const { world } = built.sandbox;
  addRegistrations(world, built.event, 40, (index) => ({
    bib: String(100 + index),
    ...(index % 2 === 0 ? { externalId: `runsignup-${91_000_000 + index}` } : {}),
  }));
  addRegistration(world, built.event, { bib: '7', person: { firstName: 'SÃO', lastName: 'D’Ângelo', gender: 'F' } });
  runEvent(world, built.event, { splits: ['5K', 'Km 7,5'], dnfPercent: 10 });
  return built;
}

async function pulled(built: ReturnType<typeof copernicoWorld>): Promise<ResultRecord[]> {
  const pages = await allOf(built.connect().listResults(copernicoEventId(built.event)));
  expect(pages.map((page) => [page.rejected, page.listing])).toEqual([[[], 'complete']]);
  return pages.flatMap((page) => page.records);
}

async function errorOf(work: Promise<unknown>): Promise<P88Error> {
  return work.then(
    () => {
      throw new Error('did not throw');
    },
    (error: P88Error) => error,
  );
}

describe('the address', () => {
  test('holds every name encoded and the separator as it is; the log has neither login nor preset', async () => {
    const { connect, event, requests, logged } = worldThatWasRun('10 km / Снежная');
    await connect().findEvent(copernicoEventId(event));
    const name = '10%20km%20%2F%20%D0%A1%D0%BD%D0%B5%D0%B6%D0%BD%D0%B0%D1%8F';
    const race = '/copernico/api/races/carrera-de-la-mujer-2026';
    expect(requests.map(({ url }) => new URL(url).pathname)).toEqual([
      `${race}/preset/timer%40example.org:::All%20%26%20everyone/${name}`,
    ]);
    expect(logged).toEqual([`GET ${race}/preset/*/${name}`]);
  });

  test('is the public host, without the key, where nothing stands in for Copernico', async () => {
    const asked: Request[] = [];
    const server = setupServer(
      http.get('https://public-api.copernico.cloud/*', ({ request }) => {
        asked.push(request);
        return HttpResponse.json([]);
      }),
    );
    server.listen({ onUnhandledRequest: 'error' });
    try {
      const baseUrl = new URL(copernico.defaults.baseUrl);
      const requests: ApiRequest[] = [];
      const { call } = recordingCaller({ baseUrl });
      const recorded = (request: ApiRequest) => {
        requests.push(request);
        return call(request);
      };
      await scoringOver({ call: recorded, baseUrl }).findEvent('run/10K');
      expect(asked.map((request) => [request.url, request.headers.get('x-api-key')])).toEqual([
        ['https://public-api.copernico.cloud/api/races/run/preset/timer%40example.org:::all/10K', null],
      ]);
      // Answers were seen to begin after 150 s.
      expect(requests.map((request) => request.headersTimeoutMs)).toEqual([180_000]);
    } finally {
      server.close();
    }
  });
});

describe('an event', () => {
  test('is what its preset tells', async () => {
    const { connect, event, race } = worldThatWasRun();
    const eventId = copernicoEventId(event);
    expect(await connect().findEvent(eventId)).toEqual({
      eventId,
      name: '10K (carrera-de-la-mujer-2026)',
      startAt: new Date('2026-04-18T07:00:00Z'),
      timeZone: undefined,
      row: {
        event_id: eventId,
        competition_id: race.id,
        event_name: '10K (carrera-de-la-mujer-2026)',
        event_description: null,
        event_date: '2026-04-18T07:00:00',
        location: null,
        discipline: null,
        categories: ['Half Marathon'],
        status: null,
        start_at: '2026-04-18T07:00:00.000Z',
      },
      source: expect.objectContaining({ gunTime: event.startAt, race: 'carrera-de-la-mujer-2026', event: '10K' }),
    });
  });

  test.each<Partial<CopernicoBehaviour>>([{ envelope: 'bare' }, { showsGunTime: false }])(
    'has no start where the answer tells none: %j',
    async (behaviour) => {
      const { sandbox, connect, event } = worldThatWasRun();
      Object.assign(sandbox.world.behaviour.copernico, behaviour);
      expect((await connect().findEvent(copernicoEventId(event))).startAt).toBeUndefined();
    },
  );

  test.each(['carrera-de-la-mujer-2026/10k', 'carrera-de-la-mujer/10K'])(
    '%s is refused, spelt like that',
    async (id) => {
      const error = await errorOf(worldThatWasRun().connect().findEvent(id));
      expect(error).toBeInstanceOf(CallRefused);
      expect(error.message).toMatch(
        /^GET 127\.0\.0\.1\/copernico\/api\/races\/[a-z0-9-]+\/preset\/\*\/10[kK] was refused/,
      );
      expect(error.hint).toMatch(/spelt exactly/);
    },
  );

  test('is refused for a preset that is not in the account', async () => {
    const { connect, event } = worldThatWasRun();
    const error = await errorOf(connect({ preset: 'all' }).findEvent(copernicoEventId(event)));
    expect(error).toBeInstanceOf(CallRefused);
  });
});

describe('results', () => {
  test.each<Partial<CopernicoBehaviour>>([
    {},
    { envelope: 'bare' },
    { gzip: true },
    { doubleEncoded: true },
    { gzip: true, doubleEncoded: true, columns: 'spanish' },
    { zeroForNoTime: false },
    { columns: 'spanish' },
  ])('are the same whatever the answer looks like: %j', async (behaviour) => {
    const built = worldThatWasRun();
    Object.assign(built.sandbox.world.behaviour.copernico, behaviour);
    expect((await pulled(built)).map(flatOf)).toEqual(expectedFlat(built.event));
  });

  test('are known by the bib in a preset without ids', async () => {
    const built = worldThatWasRun();
    built.sandbox.world.behaviour.copernico.showsIds = false;
    const expected = expectedFlat(built.event).map((one) => ({ ...one, id: one.bib }));
    expect((await pulled(built)).map(flatOf)).toEqual(expected);
  });

  test('have the id that was pushed as the id of the person', async () => {
    const built = worldThatWasRun();
    const [first, second] = await pulled(built);
    expect([first?.row['participant_id'], second?.row['participant_id']]).toEqual([
      'runsignup-91000000',
      String(built.event.registrations[1]?.id),
    ]);
    const [one, other] = built.event.registrations;
    swapBibs(built.sandbox.world, one?.id ?? 0, other?.id ?? 0);
    const bibs = (await pulled(built)).slice(0, 2).map(({ id, row }) => [id, row['bib_number']]);
    expect(bibs).toEqual([
      [first?.id, second?.row['bib_number']],
      [second?.id, first?.row['bib_number']],
    ]);
  });

  test('have places by official time where the preset has no ranking', async () => {
    const built = worldThatWasRun();
    built.sandbox.world.behaviour.copernico.rankings = 'none';
    const flat = (await pulled(built)).map(flatOf);
    const byGun = flat.filter((one) => one.status === 'finished').sort((a, b) => (a.gunMs ?? 0) - (b.gunMs ?? 0));
    expect(byGun.map((one) => one.overallPlace)).toEqual(byGun.map((_, position) => position + 1));
    expect(flat.filter((one) => one.status !== 'finished').map((one) => one.overallPlace)).not.toContain(1);
  });

  test('with a status that is not known are stored without one, and a warning names the word', async () => {
    const warnings: unknown[] = [];
    const { call } = recordingCaller({ fetch: async () => HttpResponse.json([{ dorsal: '1', status: 'protested' }]) });
    const { listResults } = scoringOver({ call, baseUrl: new URL(copernico.defaults.baseUrl), warnings });
    const [page] = await allOf(listResults('run/10K'));
    expect(page?.records.map(({ row }) => row['status'])).toEqual([null]);
    expect(warnings).toEqual([
      [expect.stringContaining('does not know'), { eventId: 'run/10K', statuses: ['protested'] }],
    ]);
  });
});

describe('a preset over the limit', () => {
  test.each([
    [{ overLimit: 'cut-off' }, UnknownAnswer],
    [{ overLimit: 'cut-off', gzip: true }, UnknownAnswer],
    [{ overLimit: 'refused' }, CallRefused],
  ] as const)('%j is no result of anybody, and the error says what to do', async (behaviour, kind) => {
    const built = worldThatWasRun();
    Object.assign(built.sandbox.world.behaviour.copernico, { presetLimit: 5_000, ...behaviour });
    const error = await errorOf(pulled(built));
    expect(error).toBeInstanceOf(kind);
    expect(error.hint).toMatch(/6 MB.*fewer columns/);
  });

  test('may also show as a server that fails', async () => {
    const built = worldThatWasRun();
    built.sandbox.fail({ kind: 'status', status: 502, times: 3 });
    const error = await errorOf(pulled(built));
    expect(error).toBeInstanceOf(ProviderUnavailable);
    expect(error.hint).toMatch(/tried again.*6 MB/);
  });
});
