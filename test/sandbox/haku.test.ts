import { describe, expect, test } from 'vitest';
import {
  addAccount,
  addEvent,
  addRace,
  addRegistration,
  addRegistrations,
  addSubEvent,
} from '../../src/sandbox/build-world.ts';
import { refund, setBib, vanish } from '../../src/sandbox/changes.ts';
import { expectedOf } from '../../src/sandbox/expected.ts';
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import { control, get, handClock, start } from './ask.ts';

/** One account, one event with two parts, and the header of a call with a token. */
function hakuWorld() {
  const clock = handClock();
  const sandbox = createSandbox({ now: clock.now });
  const { world } = sandbox;
  const race = addRace(world, { provider: 'haku', name: 'Bay Run', timeZone: 'America/New_York' });
  const parts = [addSubEvent(world, '10K', '10000'), addSubEvent(world, '5K', '5000')] as const;
  const event = addEvent(world, race, { startAt: new Date('2026-05-03T12:00:00Z'), subEvents: parts });
  const account = addAccount(world, { provider: 'haku', principal: 'id', secret: 'hush', races: [race] });
  const logIn = async (client = 'id:hush', grant = 'client_credentials') => {
    const headers = {
      authorization: `Basic ${Buffer.from(client).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    };
    const init = { method: 'POST', headers, body: `grant_type=${grant}` };
    const answer = await sandbox.handle(new Request('http://sandbox/haku/oauth2/token', init));
    const body = (await answer.json()) as Record<string, unknown>;
    return { status: answer.status, body };
  };
  const ask = async (path: string) => {
    const { body } = await logIn();
    return get(sandbox, `/haku${path}`, { authorization: String(body['access_token']) });
  };
  const numbers = async (query: string) => {
    const { body } = await ask(`/events/${event.id}/participants?${query}`);
    return (body as { registration_number: string }[]).map((row) => row.registration_number);
  };
  return { clock, sandbox, world, event, parts, account, logIn, ask, numbers };
}

const person = {
  userId: 7,
  firstName: 'Ana',
  middleName: null,
  lastName: 'Silva',
  dob: '1991-06-02',
  gender: 'F',
} as const;
const place = { city: 'Miami', state: 'FL', zip: '33101', country: 'US' };
const numberOf = ({ id }: { id: number }) => `HK-${id}`;

describe('login', () => {
  test('with client id and secret as HTTP Basic', async () => {
    const { logIn } = hakuWorld();
    const body = { access_token: expect.any(String), expires_in: 3600, token_type: 'Bearer' };
    expect(await logIn()).toEqual({ status: 200, body });
    expect(await logIn('id:wrong')).toEqual({ status: 400, body: { error: 'invalid_client' } });
    expect(await logIn('id:hush', 'password')).toEqual({ status: 400, body: { error: 'unsupported_grant_type' } });
  });

  test('gives a token that is the whole header, ends after its time, and with its account', async () => {
    const { sandbox, clock, account, logIn } = hakuWorld();
    const token = String((await logIn()).body['access_token']);
    const status = async (authorization: string) => (await get(sandbox, '/haku/events', { authorization })).status;
    expect([await status(token), await status(`Bearer ${token}`), await status('')]).toEqual([200, 401, 401]);
    account.enabled = false;
    expect([await status(token), (await logIn()).status]).toEqual([401, 400]);
    account.enabled = true;
    clock.forward(3_600_000);
    expect(await status(token)).toBe(401);
  });
});

describe('events', () => {
  test('with the start as an instant, or as a wall time of nobody knows which zone', async () => {
    const { world, event, ask } = hakuWorld();
    const wire = {
      id: event.id,
      name: 'Bay Run',
      description: null,
      event_date: '2026-05-03T12:00:00Z',
      event_end_date: null,
      location_name: 'Ely Common',
      location_city: 'Ely',
      location_state: 'MN',
      location_country: 'US',
      event_type: 'Race',
      distance: '10K',
    };
    expect((await ask('/events')).body).toEqual([wire]);
    world.behaviour.haku.eventTimes = 'wall';
    world.behaviour.haku.listEnvelope = 'object';
    expect((await ask('/events')).body).toEqual({ events: [{ ...wire, event_date: '2026-05-03 08:00:00' }] });
  });

  test('of another organisation are not found', async () => {
    const { world, event, ask } = hakuWorld();
    const other = addEvent(world, addRace(world, { provider: 'haku' }));
    const status = async (path: string) => (await ask(path)).status;
    expect(await status(`/events/${other.id}/participants`)).toBe(404);
    expect(await status(`/events/${event.id}/nothing`)).toBe(404);
    expect(await status(`/events/${event.id}/participants?page=0`)).toBe(422);
  });
});

describe('participants', () => {
  test('are thin rows, with and without the time of their change; who cancelled stays', async () => {
    const { world, event, ask, clock } = hakuWorld();
    const registration = addRegistration(world, event, {
      person,
      team: null,
      subEventId: event.subEvents[0]?.id ?? '',
    });
    clock.forward(60_000);
    refund(world, registration.id);
    const row = {
      registration_number: numberOf(registration),
      person_full_name: 'Ana Silva',
      email: 'runner7@example.org',
      age: 34,
      gender: 'Female',
      event_category_info: '10K',
      registered_at: '2026-03-07 14:05:00',
      is_cancelled: true,
      transaction_amount: '65.00',
      team: { name: null },
    };
    const list = async () => (await ask(`/events/${event.id}/participants`)).body;
    expect(await list()).toEqual([{ ...row, updated_at: '2026-03-07T14:06:00Z' }]);
    world.behaviour.haku.listShowsUpdatedAt = false;
    world.behaviour.haku.listEnvelope = 'object';
    expect(await list()).toEqual({ participants: [row] });
  });

  test('come newest change first, in pages that are capped; behind the last there is nothing, or the last again', async () => {
    const { world, event, numbers, clock } = hakuWorld();
    const people = addRegistrations(world, event, 30);
    const [oldest, second] = people;
    clock.forward(60_000);
    setBib(world, oldest?.id ?? 0, '7');
    const sorted = 'sort_column=updated_at&sort_direction=desc&per_page=500';
    const wanted = [oldest, ...people.slice(1).reverse()].map((one) => `HK-${one?.id}`);
    expect(await numbers(`${sorted}&page=1`)).toEqual(wanted.slice(0, 25));
    expect(await numbers(`${sorted}&page=2`)).toEqual(wanted.slice(25));
    expect(await numbers(`${sorted}&page=3`)).toEqual([]);
    world.behaviour.haku.behindTheEnd = 'last-page';
    expect(await numbers(`${sorted}&page=9`)).toEqual(wanted.slice(25));
    expect(await numbers('sort_column=updated_at&sort_direction=asc&per_page=1')).toEqual([`HK-${second?.id}`]);
    expect(await numbers('per_page=1')).toEqual([`HK-${oldest?.id}`]);
  });

  test('of what changed, where updated_since is honoured', async () => {
    const { world, event, numbers, clock } = hakuWorld();
    const [first, second] = addRegistrations(world, event, 2);
    clock.forward(60_000);
    setBib(world, second?.id ?? 0, '7');
    const since = `updated_since=${new Date(start.getTime() + 60_000).toISOString()}`;
    expect(await numbers(since)).toEqual([`HK-${second?.id}`]);
    world.behaviour.haku.honoursUpdatedSince = false;
    expect(await numbers(since)).toEqual([`HK-${first?.id}`, `HK-${second?.id}`]);
  });
});

describe('a registration', () => {
  test('in detail, with each category it holds', async () => {
    const { world, event, parts, ask } = hakuWorld();
    const [ten, five] = parts;
    const { id } = addRegistration(world, event, {
      person: { ...person, place },
      bib: '2207',
      team: { id: 1, name: 'Sole Mates' },
      subEventId: ten.id,
      categories: [{ subEventId: five.id, corral: 'B', wave: 'Wave 2' }],
    });
    const stamp = '2026-03-07T14:05:00Z';
    const category = {
      id: Number(ten.id),
      name: '10K Run',
      master_name: '10K',
      is_active: true,
      participation_option: 'In person',
      corral_name: 'B',
      wave_name: 'Wave 3',
      wave_code: 'W3',
      tag_number: '2207',
      chip_number: null,
      created_at: stamp,
      updated_at: stamp,
    };
    const wave = { wave_name: 'Wave 2', wave_code: 'W2' };
    const other = { ...category, id: Number(five.id), name: '5K Run', master_name: '5K', tag_number: null, ...wave };
    const address = { line1: '8 Mill Rd', line2: null, city: 'Miami', state: 'FL', zip_code: '33101', country: 'US' };
    expect((await ask(`/events/${event.id}/registrations/HK-${id}`)).body).toMatchObject({
      registration_number: `HK-${id}`,
      is_cancelled: false,
      cancelled_at: null,
      updated_at: stamp,
      participant: { first_name: 'Ana', last_name: 'Silva', dob: '1991-06-02', gender: 'Female', address },
      event_categories: [category, other],
      team: { name: 'Sole Mates' },
    });
  });

  test('that vanished, or is of another event, is not found', async () => {
    const { world, event, ask } = hakuWorld();
    const [here, gone] = addRegistrations(world, event, 2);
    vanish(world, gone?.id ?? 0);
    const status = async (eventId: string, number: string) =>
      (await ask(`/events/${eventId}/registrations/${number}`)).status;
    expect(await status(event.id, `HK-${here?.id}`)).toBe(200);
    expect(await status(event.id, `HK-${gone?.id}`)).toBe(404);
    expect(await status('elsewhere', `HK-${here?.id}`)).toBe(404);
    expect(await status(event.id, 'HK-none')).toBe(404);
  });

  test('gains, changes and loses categories by control; expected has a row for each', async () => {
    const { sandbox, world, event, parts, account, clock, ask } = hakuWorld();
    const [ten, five] = parts;
    const { id } = addRegistration(world, event, { person, bib: '1', subEventId: ten.id });
    const key = { registrationId: id, subEventId: five.id };
    const rows = () =>
      expectedOf([event], account).registrations.map(({ id: row, bib, lastBib, removedReason, vanishedAt }) => ({
        row,
        bib,
        lastBib,
        removedReason,
        vanishedAt,
      }));
    const plain = { removedReason: null, vanishedAt: null };
    const first = { row: `HK-${id}:${ten.id}`, bib: '1', lastBib: '1', ...plain };
    const second = { row: `HK-${id}:${five.id}`, bib: '50', lastBib: '50', ...plain };
    expect(rows()).toEqual([first]);
    await control(sandbox, 'add-category', { ...key, bib: '50' });
    expect(rows()).toEqual([first, second]);
    await control(sandbox, 'change-category', { ...key, bib: null, active: false, corral: 'E' });
    expect(rows()).toEqual([first, { ...second, bib: null, removedReason: 'inactive' }]);
    await control(sandbox, 'change-category', { registrationId: id, subEventId: ten.id, bib: '2' });
    expect(world.registrations.get(id)?.bib).toBe('2');
    clock.forward(60_000);
    await control(sandbox, 'drop-category', key);
    const dropped = { ...second, bib: null, removedReason: 'inactive', vanishedAt: '2026-03-07T14:06:00.000Z' };
    expect(rows()).toEqual([{ ...first, bib: '2', lastBib: '2' }, dropped]);
    await control(sandbox, 'add-category', key);
    expect(rows()).toEqual([
      { ...first, bib: '2', lastBib: '2' },
      { ...second, bib: null },
    ]);
    for (const { id: subEventId } of parts) await control(sandbox, 'drop-category', { ...key, subEventId });
    expect(rows().at(-1)).toEqual({ row: `HK-${id}:`, bib: null, lastBib: null, ...plain });
    const { body } = await ask(`/events/${event.id}/registrations/HK-${id}`);
    expect(body).toMatchObject({ event_categories: [], updated_at: '2026-03-07T14:06:00Z' });
  });

  test.each([
    ['add-category', { subEventId: 'none' }],
    ['change-category', { subEventId: '250002' }],
    ['drop-category', { subEventId: '250002' }],
    ['change-sub-event', { subEventId: '250002' }],
  ])('%s %o is refused where it makes no sense', async (action, input) => {
    const { sandbox, world, event, parts } = hakuWorld();
    const { id } = addRegistration(world, event, { subEventId: parts[0].id });
    expect((await control(sandbox, action, { registrationId: id, ...input })).status).toBe(400);
  });
});

test('the switches are set by control; a misspelt one is refused', async () => {
  const { sandbox, world } = hakuWorld();
  const { body } = await control(sandbox, 'behaviour', { haku: { pageCap: 500, listShowsUpdatedAt: false } });
  expect(body).toMatchObject({ haku: world.behaviour.haku });
  expect(world.behaviour.haku).toMatchObject({ pageCap: 500, listShowsUpdatedAt: false, behindTheEnd: 'empty' });
  expect((await control(sandbox, 'behaviour', { haku: { pagecap: 1 } })).status).toBe(400);
});
