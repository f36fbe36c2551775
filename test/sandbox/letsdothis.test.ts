import { describe, expect, test } from 'vitest';
import { addAccount, addEvent, addRace, addRegistration, addRegistrations } from '../../src/sandbox/build-world.ts';
import { deferral, refund, setBib, vanish } from '../../src/sandbox/changes.ts';
import type { LetsDoThisBehaviour } from '../../src/sandbox/letsdothis/behaviour.ts';
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import { control, get, handClock } from './ask.ts';

interface Row {
  readonly id: string;
  readonly [field: string]: unknown;
}
interface Listed {
  readonly data: readonly Row[];
  readonly page: { readonly next: string | null };
}

/** One organiser with two events, and somebody else's. */
function letsDoThisWorld(behaviour: Partial<LetsDoThisBehaviour> = {}) {
  const clock = handClock();
  const sandbox = createSandbox({ now: clock.now });
  const { world } = sandbox;
  Object.assign(world.behaviour.letsdothis, behaviour);
  const races = ['City 10K', 'Lake Mile'].map((name) =>
    addRace(world, { provider: 'letsdothis', name, timeZone: 'Europe/London' }),
  );
  const [city, lake] = races.map((race, index) =>
    addEvent(world, race, { startAt: new Date(`2026-09-2${index}T08:30:00Z`) }),
  );
  const other = addEvent(world, addRace(world, { provider: 'letsdothis', name: 'Elsewhere' }));
  if (city === undefined || lake === undefined) throw new Error('two events');
  const account = addAccount(world, { provider: 'letsdothis', principal: 'City Runs', secret: 'key', races });
  const ask = (path: string, query: Record<string, string> = {}, key = 'key') =>
    get(sandbox, `/letsdothis${path}?${new URLSearchParams(query)}`, { authorization: `Bearer ${key}` });
  const list = async (path: string, query: Record<string, string> = {}) => {
    const { status, body } = await ask(path, query);
    expect(status).toBe(200);
    return body as Listed;
  };
  return { sandbox, world, clock, city, lake, other, account, ask, list };
}

const ids = ({ data }: Listed) => data.map((row) => row.id);

describe('the key', () => {
  test('is a Bearer token; it ends with its account', async () => {
    const { sandbox, ask, account } = letsDoThisWorld();
    expect((await ask('/events')).status).toBe(200);
    expect((await ask('/events', {}, 'other')).status).toBe(401);
    expect((await get(sandbox, '/letsdothis/events')).status).toBe(401);
    account.enabled = false;
    expect((await ask('/events')).status).toBe(401);
  });

  test('may stand in the principal, where there is no secret', async () => {
    const { world, account, ask } = letsDoThisWorld();
    addAccount(world, { provider: 'letsdothis', principal: 'old-key', secret: '' });
    expect((await ask('/events', {}, 'old-key')).status).toBe(200);
    expect((await ask('/events', {}, account.principal)).status).toBe(401);
  });
});

describe('events', () => {
  test('of the organiser, and one of them', async () => {
    const { city, lake, other, ask, list } = letsDoThisWorld();
    const listed = await list('/events');
    expect(ids(listed)).toEqual([city.id, lake.id].sort());
    const { city: town, state, country } = city.race.place;
    const shape = {
      id: city.id,
      name: 'City 10K',
      startDateTime: '2026-09-20T08:30:00.000Z',
      timeZone: 'Europe/London',
      location: { name: `${town} Park`, city: town, region: state, country },
      status: 'published',
    };
    expect(listed.data.find((row) => row.id === city.id)).toEqual(shape);
    expect((await ask(`/events/${city.id}`)).body).toEqual({ data: shape });
    expect((await ask(`/events/${other.id}`)).status).toBe(404);
    expect((await ask('/events/none')).status).toBe(404);
  });

  test.each([
    [{ eventStart: 'wall' }, { startDateTime: '2026-09-20T09:30:00', timeZone: 'Europe/London' }],
    [{ eventStart: 'day' }, { startDate: '2026-09-20', timeZone: 'Europe/London' }],
    [{ namesTimeZone: false }, { startDateTime: '2026-09-20T08:30:00.000Z' }],
  ] as const)('with %o', async (behaviour, expected) => {
    const { city, list } = letsDoThisWorld(behaviour);
    const row = (await list('/events')).data.find(({ id }) => id === city.id) ?? { id: '' };
    const { startDate, startDateTime, timeZone } = row;
    expect(JSON.parse(JSON.stringify({ startDate, startDateTime, timeZone }))).toEqual(expected);
  });

  test('one alone may be no path at all', async () => {
    const { city, ask } = letsDoThisWorld({ hasOneEvent: false });
    expect((await ask(`/events/${city.id}`)).status).toBe(404);
  });
});

describe('applications and participants', () => {
  test('have their fields, the bib in the second list only', async () => {
    const { world, city, list } = letsDoThisWorld();
    const person = { firstName: 'Tom', lastName: 'Baird', dob: '1990-01-31', gender: 'M', userId: 7 } as const;
    const { id, person: stored } = addRegistration(world, city, { bib: '214', team: null, person });
    const shared = {
      eventId: city.id,
      firstName: 'Tom',
      lastName: 'Baird',
      email: 'runner7@example.org',
      phone: '555-0107',
      dateOfBirth: '1990-01-31',
      gender: 'male',
      city: stored.place.city,
      region: stored.place.state,
      country: stored.place.country,
      status: 'confirmed',
      updatedAt: '2026-03-07T14:05:00.000Z',
    };
    expect(await list('/applications')).toEqual({
      data: [
        {
          ...shared,
          id: String(id),
          eventName: 'City 10K',
          eventDate: '2026-09-20',
          paymentStatus: 'paid',
          amountPaid: 4200,
          teamName: null,
          category: 'Half Marathon',
          applicationDate: '2026-03-07T14:05:00.000Z',
        },
      ],
      page: { next: null },
    });
    expect((await list('/participants')).data).toEqual([
      {
        ...shared,
        id: `par-${id}`,
        applicationId: String(id),
        bibNumber: '214',
        registrationDate: '2026-03-07T14:05:00.000Z',
        division: 'Half Marathon',
      },
    ]);
  });

  test('keep who left, with a status; who vanished is gone', async () => {
    const { world, city, list } = letsDoThisWorld();
    const [a, b, c] = addRegistrations(world, city, 3).map((row) => row.id);
    refund(world, a ?? 0);
    deferral(world, b ?? 0);
    vanish(world, c ?? 0);
    for (const path of ['/applications', '/participants']) {
      expect((await list(path)).data.map((row) => row['status'])).toEqual(['refunded', 'deferred']);
    }
  });

  test.each([
    ['field', { id: 'par-ID', applicationId: 'ID' }],
    ['object', { id: 'par-ID', application: { id: 'ID' } }],
    ['same-id', { id: 'ID' }],
  ] as const)('are joined by %s', async (join, expected) => {
    const { world, city, list } = letsDoThisWorld({ join });
    const { id } = addRegistration(world, city);
    const [{ id: own, applicationId, application } = { id: '' }] = (await list('/participants')).data;
    const told = JSON.parse(JSON.stringify({ id: own, applicationId, application }));
    expect(told).toEqual(JSON.parse(JSON.stringify(expected).replaceAll('ID', String(id))));
  });

  test('of a team come as often as the world says', async () => {
    const { world, city, list } = letsDoThisWorld({ teamEntrySize: 3 });
    const { id } = addRegistration(world, city, { bib: '1', team: { id: 1, name: 'Sole Mates' } });
    const alone = addRegistration(world, city, { team: null });
    const rows = (await list('/participants')).data;
    expect(rows.map((row) => [row.id, row['applicationId'], row['bibNumber']])).toEqual([
      [`par-${id}`, String(id), '1'],
      [`par-${id}-2`, String(id), null],
      [`par-${id}-3`, String(id), null],
      [`par-${alone.id}`, String(alone.id), null],
    ]);
    expect(rows).toEqual((await list('/participants')).data);
  });

  test('may have no list of participants', async () => {
    const { ask } = letsDoThisWorld({ hasParticipants: false });
    expect((await ask('/participants')).status).toBe(404);
    expect((await ask('/applications')).status).toBe(200);
  });

  test('changed behind an instant, itself not included; or everybody, where the filter is ignored', async () => {
    const { world, city, clock, list } = letsDoThisWorld();
    const [first, second] = addRegistrations(world, city, 2, () => ({ registeredAt: clock.now() })).map(({ id }) => id);
    clock.forward(60_000);
    setBib(world, second ?? 0, '7');
    const since = (time: string) => list('/applications', { 'updatedAt[after]': time }).then(ids);
    expect(await since('2026-03-07T14:04:59.999Z')).toEqual([String(first), String(second)]);
    expect(await since('2026-03-07T14:05:00Z')).toEqual([String(second)]);
    expect(await since('2026-03-07T14:06:00.000Z')).toEqual([]);
    world.behaviour.letsdothis.honoursUpdatedAfter = false;
    expect(await since('2026-03-07T14:06:00.000Z')).toEqual([String(first), String(second)]);
  });
});

describe('pages', () => {
  const peopled = (behaviour: Partial<LetsDoThisBehaviour> = {}) => {
    const made = letsDoThisWorld(behaviour);
    const rows = [...addRegistrations(made.world, made.city, 3), ...addRegistrations(made.world, made.lake, 2)];
    return { ...made, people: rows.map(({ id }) => String(id)) };
  };
  const read = async ({ list }: Pick<ReturnType<typeof peopled>, 'list'>, path: string, size: string) => {
    const pages: string[][] = [];
    for (let after: string | null = ''; after !== null; ) {
      const page: Listed = await list(path, { 'page[size]': size, ...(after && { 'page[after]': after }) });
      pages.push(ids(page));
      after = page.page.next;
    }
    return pages;
  };

  test('end with a cursor of null, a full last page too', async () => {
    const made = peopled();
    const [a, b, c, d, e] = made.people;
    expect(await read(made, '/applications', '2')).toEqual([[a, b], [c, d], [e]]);
    expect(await read(made, '/applications', '5')).toEqual([[a, b, c, d, e]]);
    expect((await read(made, '/events', '1')).map((page) => page.length)).toEqual([1, 1]);
  });

  test('hold no more rows than the cap', async () => {
    const made = peopled({ pageCap: 3 });
    expect((await read(made, '/applications', '100')).map((page) => page.length)).toEqual([3, 2]);
  });

  test('may repeat rows, and still end', async () => {
    const made = peopled({ repeatedRows: 1 });
    const [a, b, c, d, e] = made.people;
    expect(await read(made, '/applications', '3')).toEqual([
      [a, b, c],
      [c, d, e],
    ]);
  });

  test.each(['page[size]=2&page[after]=', 'page%5Bsize%5D=2&page%5Bafter%5D='])(
    'are asked for by %s',
    async (query) => {
      const { sandbox, list, people } = peopled();
      const { page } = await list('/applications', { 'page[size]': '2' });
      const url = `/letsdothis/applications?${query}${page.next}`;
      const { body } = await get(sandbox, url, { authorization: 'Bearer key' });
      expect(ids(body as Listed)).toEqual(people.slice(2, 4));
    },
  );

  test.each([400, 404, 410, 422] as const)('a cursor runs out after its seconds: %i', async (cursorRefusal) => {
    const { ask, list, clock } = peopled({ cursorSeconds: 30, cursorRefusal });
    const { page } = await list('/applications', { 'page[size]': '2' });
    const next = async () => (await ask('/applications', { 'page[after]': page.next ?? '' })).status;
    clock.forward(30_000);
    expect(await next()).toBe(200);
    clock.forward(1);
    expect(await next()).toBe(cursorRefusal);
  });

  test('a cursor runs out after its calls', async () => {
    const { ask, list } = peopled({ cursorCalls: 2 });
    const { page } = await list('/applications', { 'page[size]': '2' });
    const next = async () => (await ask('/applications', { 'page[after]': page.next ?? '' })).status;
    expect([await next(), await next(), await next()]).toEqual([200, 200, 410]);
  });

  test('a cursor is of one list', async () => {
    const { ask, list } = peopled();
    const { page } = await list('/applications', { 'page[size]': '2' });
    expect((await ask('/participants', { 'page[after]': page.next ?? '' })).status).toBe(410);
    expect((await ask('/applications', { 'page[after]': 'nonsense' })).status).toBe(410);
  });

  test.each([{ 'page[size]': '0' }, { 'page[size]': 'x' }, { 'updatedAt[after]': '2026-03-07' }])(
    '%o is refused',
    async (query: Record<string, string>) => {
      const { ask } = peopled();
      expect((await ask('/applications', query)).status).toBe(400);
    },
  );
});

test('nothing else is there, and nothing can be written', async () => {
  const { sandbox, ask } = letsDoThisWorld();
  for (const path of ['/', '/results', '/applications/1', '/events/1/tickets'])
    expect((await ask(path)).status).toBe(404);
  const init = { method: 'POST', headers: { authorization: 'Bearer key' } };
  expect((await sandbox.handle(new Request('http://sandbox/letsdothis/applications', init))).status).toBe(405);
});

test('the control interface sets its switches, and refuses one that it does not know', async () => {
  const { sandbox, world } = letsDoThisWorld();
  const { body } = await control(sandbox, 'behaviour', { letsdothis: { cursorRefusal: 400, cursorCalls: 3 } });
  expect(body).toMatchObject({ letsdothis: { cursorRefusal: 400, cursorCalls: 3, pageCap: 100 } });
  expect(world.behaviour.letsdothis).toMatchObject({ cursorRefusal: 400, cursorCalls: 3, hasParticipants: true });
  expect((await control(sandbox, 'behaviour', { letsdothis: { cursorRefusal: 200 } })).status).toBe(400);
  expect((await control(sandbox, 'behaviour', { letsdothis: { capPage: 3 } })).status).toBe(400);
});
