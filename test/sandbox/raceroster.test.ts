import { describe, expect, test } from 'vitest';
import { addEvent, addRace, addRegistration, addRegistrations, addSubEvent } from '../../src/sandbox/build-world.ts';
import { changeSubEvent, moveStart, refund, setBib, vanish } from '../../src/sandbox/changes.ts';
import { get, logIn, raceRosterWorld } from './ask.ts';

type Rows = { data: { participantId: string; isActive: boolean }[] };
const idsOf = (body: unknown) => (body as Rows).data.map((row) => row.participantId);

describe('login', () => {
  test.each([
    ['bare', (body: unknown) => body],
    ['data', (body: unknown) => (body as { data: unknown }).data],
    ['data-array', (body: unknown) => (body as { data: unknown[] }).data[0]],
  ] as const)('the %s envelope', async (envelope, unwrap) => {
    const { sandbox } = await raceRosterWorld();
    sandbox.world.behaviour.raceroster.tokenEnvelope = envelope;
    expect(unwrap((await logIn(sandbox)).body)).toEqual({
      access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.sandbox$/),
      refresh_token: expect.any(String),
      expires_in: 86_400,
      token_type: 'Bearer',
    });
  });

  test.each([
    [{ client_secret: 'no' }, 401, 'invalid_client'],
    [{ username: 'no' }, 401, 'invalid_client'],
    [{ grant_type: 'client_credentials' }, 400, 'unsupported_grant_type'],
    [{ grant_type: 'refresh_token', refresh_token: 'no' }, 401, 'invalid_grant'],
  ])('%o is refused', async (fields: Record<string, string>, status, error) => {
    const { sandbox } = await raceRosterWorld();
    expect(await logIn(sandbox, fields)).toMatchObject({ status, body: { error } });
  });

  test('a refresh token gives new tokens, once', async () => {
    const { sandbox } = await raceRosterWorld();
    const first = (await logIn(sandbox)).body as { data: { refresh_token: string; access_token: string } };
    const fields = { grant_type: 'refresh_token', refresh_token: first.data.refresh_token };
    const second = (await logIn(sandbox, fields)).body as typeof first;
    expect(second.data.access_token).not.toBe(first.data.access_token);
    const headers = { authorization: `Bearer ${second.data.access_token}` };
    expect((await get(sandbox, '/raceroster/v1/events', headers)).status).toBe(200);
    expect((await logIn(sandbox, fields)).status).toBe(401);
  });

  test('a token ends after its time, and with its account', async () => {
    const { sandbox, clock, account, headers } = await raceRosterWorld();
    const bearer = await headers();
    const status = async () => (await get(sandbox, '/raceroster/v1/events', bearer)).status;
    expect(await status()).toBe(200);
    account.enabled = false;
    expect(await status()).toBe(401);
    account.enabled = true;
    clock.forward(86_400_000);
    expect(await status()).toBe(401);
    expect((await get(sandbox, '/raceroster/v1/events')).body).toMatchObject({ error: 'access_denied' });
  });
});

describe('events', () => {
  test('in the wire form of Race Roster', async () => {
    const { sandbox, event, headers } = await raceRosterWorld();
    const wire = {
      eventId: event.id,
      name: 'Harbour Half',
      url: `https://raceroster.com/events/${event.id}`,
      startDate: '2026-05-03T09:00:00-03:00',
      city: 'Ely',
      country: { code: 'US' },
      subEvents: {
        data: [
          {
            subEventId: '250001',
            name: 'Half Marathon',
            distance: '21.1',
            distanceType: 'km',
            subEventDistance: { type: 'custom', inMeters: '21097.5' },
          },
        ],
      },
    };
    expect((await get(sandbox, '/raceroster/v1/events', await headers())).body).toEqual({ data: [wire] });
    expect((await get(sandbox, `/raceroster/v1/events/${event.id}`, await headers())).body).toEqual({ data: wire });
  });

  test('only upcoming ones unless dates are asked for', async () => {
    const { sandbox, account, event, headers } = await raceRosterWorld();
    const { world } = sandbox;
    const past = addRace(world, { provider: 'raceroster' });
    addEvent(world, past, { startAt: new Date('2025-05-03T12:00:00Z') });
    account.raceIds.add(past.id);
    const list = async (query: string) => {
      const { body } = await get(sandbox, `/raceroster/v1/events?${query}`, await headers());
      return (body as { data: { eventId: string }[] }).data.map(({ eventId }) => eventId);
    };
    expect(await list('')).toEqual([event.id]);
    expect(await list('eventDateFrom=2000-01-01T00:00:00Z&sort=startDate')).toEqual([past.id, event.id]);
    expect(await list('eventDateFrom=2000-01-01T00:00:00Z&sort=startDate&order=desc')).toEqual([event.id, past.id]);
    expect(await list('eventDateFrom=2000-01-01T00:00:00Z&eventDateTo=2026-01-01T00:00:00Z')).toEqual([past.id]);
    expect(await list('eventDateFrom=2026-05-03T09:00:00-03:00')).toEqual([event.id]);
    expect(await list('eventDateFrom=2026-05-03T12:00:01Z')).toEqual([]);
    moveStart(world, event, new Date('2025-01-01T12:00:00Z'));
    expect(await list('')).toEqual([]);
  });

  test('a plus sign that was not written as %2B is no date', async () => {
    const { sandbox, headers } = await raceRosterWorld();
    const { status } = await get(
      sandbox,
      '/raceroster/v1/events?eventDateFrom=2026-05-03T08:00:00+01:00',
      await headers(),
    );
    expect(status).toBe(400);
  });

  test('an event of another account is refused, an unknown one not found', async () => {
    const { sandbox, headers } = await raceRosterWorld();
    const other = addEvent(sandbox.world, addRace(sandbox.world, { provider: 'raceroster' }));
    const status = async (id: string) =>
      (await get(sandbox, `/raceroster/v1/events/${id}/participants`, await headers())).status;
    expect([await status(other.id), await status('none')]).toEqual([403, 404]);
  });
});

describe('participants', () => {
  test('in the wire form of Race Roster; who got a refund stays in the list', async () => {
    const { sandbox, event, headers } = await raceRosterWorld();
    const person = { userId: 7, firstName: 'Noor', lastName: 'Haddad', gender: 'F' } as const;
    const { id } = addRegistration(sandbox.world, event, { person, bib: '1042' });
    addRegistration(sandbox.world, event, { person: { ...person, gender: 'X' } });
    addRegistration(sandbox.world, event, { person: { ...person, gender: null } });
    refund(sandbox.world, id);
    const { body } = await get(sandbox, `/raceroster/v1/events/${event.id}/participants`, await headers());
    const row = {
      participantId: String(id),
      firstName: 'Noor',
      lastName: 'Haddad',
      profile: { email: 'runner7@example.org' },
      bibNumber: '1042',
      gender: 2,
      registrationDate: '2026-03-07T14:05:00Z',
      isActive: false,
      subEventId: '250001',
    };
    const others = { ...row, bibNumber: null, isActive: true };
    expect(body).toEqual({
      data: [
        row,
        { ...others, participantId: String(id + 1), gender: 9 },
        { ...others, participantId: String(id + 2), gender: 0 },
      ],
    });
  });

  test('offset and limit, with a cap below what was asked', async () => {
    const { sandbox, event, headers } = await raceRosterWorld();
    sandbox.world.behaviour.raceroster.pageCap = 4;
    const ids = addRegistrations(sandbox.world, event, 10).map(({ id }) => String(id));
    const page = async (offset: number) =>
      idsOf(
        (
          await get(
            sandbox,
            `/raceroster/v1/events/${event.id}/participants?offset=${offset}&limit=100`,
            await headers(),
          )
        ).body,
      );
    expect(await page(0)).toEqual(ids.slice(0, 4));
    expect(await page(3)).toEqual(ids.slice(3, 7));
    expect(await page(8)).toEqual(ids.slice(8));
    expect(await page(10)).toEqual([]);
    vanish(sandbox.world, Number(ids[0]));
    expect(await page(3)).toEqual(ids.slice(4, 8));
  });

  test('updated_since, honoured and ignored', async () => {
    const { sandbox, clock, event, headers } = await raceRosterWorld();
    const [first, second] = addRegistrations(sandbox.world, event, 2);
    clock.forward(60_000);
    setBib(sandbox.world, second?.id ?? 0, 'A7');
    const since = async () =>
      idsOf(
        (
          await get(
            sandbox,
            `/raceroster/v1/events/${event.id}/participants?updated_since=2026-03-07T14:06:00Z`,
            await headers(),
          )
        ).body,
      );
    expect(await since()).toEqual([String(second?.id)]);
    sandbox.world.behaviour.raceroster.honoursUpdatedSince = false;
    expect(await since()).toEqual([String(first?.id), String(second?.id)]);
  });

  test('a change of the sub-event keeps the id', async () => {
    const { sandbox, account, headers } = await raceRosterWorld();
    const race = addRace(sandbox.world, { provider: 'raceroster' });
    account.raceIds.add(race.id);
    const parts = [addSubEvent(sandbox.world), addSubEvent(sandbox.world, '10K', '10000')];
    const event = addEvent(sandbox.world, race, { subEvents: parts });
    const { id } = addRegistration(sandbox.world, event, { subEventId: parts[0]?.id ?? '' });
    changeSubEvent(sandbox.world, id, parts[1]?.id ?? '');
    const { body } = await get(sandbox, `/raceroster/v1/events/${event.id}/participants`, await headers());
    expect(body).toMatchObject({ data: [{ participantId: String(id), subEventId: parts[1]?.id, isActive: true }] });
  });
});
