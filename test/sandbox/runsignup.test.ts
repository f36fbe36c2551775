import { describe, expect, test } from 'vitest';
import { addAccount, addEvent, addRace, addRegistration, addRegistrations } from '../../src/sandbox/build-world.ts';
import { deferral, refund, setBib, transfer } from '../../src/sandbox/changes.ts';
import type { Person } from '../../src/sandbox/world.ts';
import { askRunSignUp, get, runSignUpWorld, start } from './ask.ts';

const dana: Person = {
  userId: 40011223,
  firstName: 'Dana',
  middleName: null,
  lastName: 'Okafor',
  dob: '1988-04-09',
  gender: 'F',
  place: { city: 'Ely', state: 'MN', zip: '55731', country: 'US' },
};

type Row = { registration_id: number; event_id: number; last_modified: number; user: { gender: string } };
type Element = { event: { event_id: number; participants: Row[] }; participants?: Row[] };

const idsOf = (body: unknown) =>
  (body as Element[]).flatMap((element) => element.participants ?? []).map((row) => row.registration_id);

describe('participants', () => {
  test('rows stand beside the event, in the wire form of RunSignUp', async () => {
    const { sandbox, event, race } = runSignUpWorld();
    const empty = addEvent(sandbox.world, race);
    addRegistration(sandbox.world, event, { id: 91000001, person: dana, bib: '214', team: null });
    const { body } = await askRunSignUp(sandbox, `/Race/${race.id}/Participants`, {
      event_id: `${event.id},${empty.id}`,
      include_questions: 'T',
    });
    expect(body).toEqual([
      {
        event: { event_id: Number(event.id), participants: [] },
        participants: [
          {
            user: {
              user_id: 40011223,
              first_name: 'Dana',
              middle_name: null,
              last_name: 'Okafor',
              email: 'runner40011223@example.org',
              address: { street: '764 Mill Rd', city: 'Ely', state: 'MN', zipcode: '55731', country_code: 'US' },
              dob: '1988-04-09',
              gender: 'F',
              phone: '555-0123',
              profile_image_url: null,
            },
            registration_id: 91000001,
            event_id: Number(event.id),
            rsu_transaction_id: 70000001,
            transaction_id: '1I6G1T',
            bib_num: 214,
            chip_num: null,
            age: 38,
            registration_date: '3/7/2026 09:05',
            team_id: null,
            team_name: null,
            team_type_id: null,
            team_type: null,
            team_gender: null,
            team_bib_num: null,
            last_modified: start.getTime() / 1000,
            imported: 'F',
            race_fee: '$55.00',
            offline_payment_amount: '$0.00',
            processing_fee: '$4.30',
            processing_fee_paid_by_user: '$4.30',
            processing_fee_paid_by_race: '$0.00',
            partner_fee: '$0.00',
            affiliate_profit: '$0.00',
            extra_fees: '$0.00',
            amount_paid: '$59.30',
            usatf_discount_amount_in_cents: '$0.00',
            usatf_discount_additional_field: null,
            giveaway: 'Shirt: W-M',
            giveaway_option_id: 1203,
            question_responses: [{ question_id: '5501', question_text: 'Shuttle?', response: 'Yes' }],
          },
        ],
      },
      { event: { event_id: Number(empty.id), participants: [] } },
    ]);
  });

  test('keyset paging over several events gives everybody once', async () => {
    const { sandbox, event, race } = runSignUpWorld();
    const other = addEvent(sandbox.world, race);
    for (let index = 0; index < 60; index++) addRegistration(sandbox.world, index % 3 === 0 ? other : event);
    const seen: number[] = [];
    for (let after = 0, rows = 1; rows > 0; ) {
      const { body } = await askRunSignUp(sandbox, `/race/${race.id}/participants`, {
        event_id: `${event.id},${other.id}`,
        sort: 'registration_id ASC',
        after_registration_id: String(after),
        results_per_page: '7',
      });
      const ids = idsOf(body);
      rows = ids.length;
      seen.push(...ids);
      after = Math.max(after, ...ids);
    }
    expect(seen.toSorted()).toEqual([...sandbox.world.registrations.keys()]);
  });

  test('numbered pages give everybody once, newest first unless sorted, also when a page is asked for out of turn', async () => {
    const { sandbox, event, race } = runSignUpWorld();
    const ids = addRegistrations(sandbox.world, event, 25).map(({ id }) => id);
    const page = async (number: number, query = {}) =>
      idsOf(
        (
          await askRunSignUp(sandbox, `/race/${race.id}/participants`, {
            event_id: event.id,
            results_per_page: '10',
            page: String(number),
            ...query,
          })
        ).body,
      );
    const newestFirst = ids.toReversed();
    expect(await page(1)).toEqual(newestFirst.slice(0, 10));
    expect(await page(2)).toEqual(newestFirst.slice(10, 20));
    expect(await page(3)).toEqual(newestFirst.slice(20));
    expect(await page(4)).toEqual([]);
    expect(await page(3, { sort: 'registration_id ASC' })).toEqual(ids.slice(20));
    const [first = 0] = ids;
    refund(sandbox.world, first);
    expect(await page(2, { sort: 'registration_id ASC' })).toEqual(ids.slice(11, 21));
  });

  test('a page holds 2500 rows at most', async () => {
    const { sandbox, event, race } = runSignUpWorld();
    addRegistrations(sandbox.world, event, 2501);
    const query = { event_id: event.id, results_per_page: '9999' };
    expect(idsOf((await askRunSignUp(sandbox, `/race/${race.id}/participants`, query)).body)).toHaveLength(2500);
  });

  test('modified_after_timestamp is inclusive, in seconds', async () => {
    const { sandbox, clock, event, race } = runSignUpWorld();
    const [first, second] = addRegistrations(sandbox.world, event, 3);
    clock.forward(10_500);
    setBib(sandbox.world, second?.id ?? 0, '9');
    const since = async (seconds: number) =>
      idsOf(
        (
          await askRunSignUp(sandbox, `/race/${race.id}/participants`, {
            event_id: event.id,
            modified_after_timestamp: String(seconds),
          })
        ).body,
      );
    const now = start.getTime() / 1000 + 10;
    expect(await since(now)).toEqual([second?.id]);
    expect(await since(now + 1)).toEqual([]);
    expect(await since(0)).toContain(first?.id);
  });

  test('gender X and blank', async () => {
    const { sandbox, event, race } = runSignUpWorld();
    addRegistration(sandbox.world, event, { person: { gender: 'X' } });
    addRegistration(sandbox.world, event, { person: { gender: null, dob: null } });
    const genders = async (query: Record<string, string>) =>
      (
        (
          await askRunSignUp(sandbox, `/race/${race.id}/participants`, {
            event_id: event.id,
            sort: 'registration_id ASC',
            ...query,
          })
        ).body as Element[]
      )
        .flatMap((element) => element.participants ?? [])
        .map((row) => row.user.gender);
    expect(await genders({})).toEqual(['', '']);
    expect(await genders({ supports_nb: 'T' })).toEqual(['X', '']);
  });

  test('a weaker key does not see every field', async () => {
    const { sandbox, event, race } = runSignUpWorld();
    addAccount(sandbox.world, { principal: 'weak', secret: 'hush', races: [race], omit: ['registration_id', 'dob'] });
    addRegistration(sandbox.world, event);
    const { body } = await askRunSignUp(sandbox, `/race/${race.id}/participants`, {
      event_id: event.id,
      rsu_api_key: 'weak',
    });
    const text = JSON.stringify(body);
    expect(text).not.toMatch(/"registration_id"|"dob"/);
    expect(text).toContain('"bib_num"');
  });
});

test('removed people have a list of their own, with rows inside the event', async () => {
  const { sandbox, clock, event, race } = runSignUpWorld();
  const target = addEvent(sandbox.world, race);
  const moved = addRegistration(sandbox.world, event, { id: 91000077, person: { ...dana, dob: null }, bib: '90' });
  const deferred = addRegistration(sandbox.world, event);
  clock.forward(86_400_000);
  const { id } = transfer(sandbox.world, moved.id, target);
  deferral(sandbox.world, deferred.id);
  const events = { event_id: `${event.id},${target.id}` };
  const removed = await askRunSignUp(sandbox, `/race/${race.id}/removed-participants`, {
    ...events,
    results_per_page: '1',
    sort: 'registration_id ASC',
  });
  expect(removed.body).toEqual([
    {
      event: {
        event_id: Number(event.id),
        participants: [
          {
            user: {
              user_id: 40011223,
              first_name: 'Dana',
              middle_name: null,
              last_name: 'Okafor',
              email: 'runner40011223@example.org',
              address: { street: '764 Mill Rd', city: 'Ely', state: 'MN', zipcode: '55731', country_code: 'US' },
              dob: null,
              gender: 'F',
            },
            registration_id: 91000077,
            event_id: Number(event.id),
            bib_num: 90,
            age: null,
            // The clocks went forward in between.
            registration_date: '2026-03-07 09:05:00',
            last_modified: '2026-03-08 10:05:00',
            last_modified_ts: start.getTime() / 1000 + 86_400,
            removed_reason: 'transferred',
            new_registration_id: id,
          },
        ],
      },
    },
    { event: { event_id: Number(target.id), participants: [] } },
  ]);
  expect(idsOf((await askRunSignUp(sandbox, `/race/${race.id}/participants`, events)).body)).toEqual([id]);
});

describe('races', () => {
  test('the list names only races of the key, by default from today on, with the events of the current year', async () => {
    const { sandbox, account, race, event } = runSignUpWorld();
    const { world } = sandbox;
    const lastYear = addEvent(world, race, { startAt: new Date('2025-09-14T11:30:00Z'), edition: 1 });
    const past = addRace(world, { name: 'A past race' });
    addEvent(world, past, { startAt: new Date('2026-02-01T15:00:00Z') });
    account.raceIds.add(past.id);
    addEvent(world, addRace(world, { name: 'Of somebody else' }));
    const list = async (query = {}) =>
      (
        (await askRunSignUp(sandbox, '/races', { events: 'T', ...query })).body as {
          races: {
            race: {
              name: string;
              next_date: string;
              last_date: string;
              timezone: string;
              events: { event_id: number; start_time: string; volunteer: string }[];
            };
          }[];
        }
      ).races.map(({ race }) => race);
    const [first, ...others] = await list();
    expect(others).toEqual([]);
    expect(first).toMatchObject({
      name: 'Pine Ridge 50',
      next_date: '09/13/2026',
      last_date: '09/14/2025',
      timezone: 'America/Chicago',
    });
    expect(first?.events).toMatchObject([
      { event_id: Number(event.id), start_time: '9/13/2026 06:30', volunteer: 'F' },
    ]);
    expect((await list({ start_date: '2020-01-01' })).map(({ name }) => name)).toEqual([
      'A past race',
      'Pine Ridge 50',
    ]);
    expect(await list({ page: '2' })).toEqual([]);
    const { body } = await askRunSignUp(sandbox, `/race/${race.id}`);
    const events = (body as { race: { events: { event_id: number }[] } }).race.events;
    expect(events.map(({ event_id }) => event_id)).toEqual([Number(event.id), Number(lastYear.id)]);
  });

  test('without a credential every public race is listed, and nobody’s participants', async () => {
    const { sandbox, race } = runSignUpWorld();
    addEvent(sandbox.world, addRace(sandbox.world, { name: 'Hidden', isPrivate: true }));
    const { body } = await get(sandbox, '/runsignup/races?format=json');
    expect((body as { races: { race: { name: string } }[] }).races.map((item) => item.race.name)).toEqual([
      'Pine Ridge 50',
    ]);
    const refused = await get(sandbox, `/runsignup/race/${race.id}/participants?format=json&event_id=1`);
    expect(refused.body).toEqual({ error: { error_code: 7, error_msg: 'Permission Denied' } });
  });
});

test('the entity that a v2 key belongs to', async () => {
  const { sandbox } = runSignUpWorld();
  const { body } = await askRunSignUp(sandbox, '/v2/auth-info/entity-info.json');
  expect(body).toEqual({
    generic_entity_id: 5001,
    entity_type: 'partner',
    entity_name: 'Sample Timing',
    entity_specific_id: 901,
  });
});

test.each([
  ['/nothing', {}, 1],
  ['/race/85001/participants', {}, 3],
  ['/race/85001/participants', { event_id: 'x' }, 15],
  ['/race/85001/participants', { event_id: '661001', modified_after_timestamp: '2026-03-07' }, 3],
  ['/race/85001/participants', { event_id: '661001', sort: 'name' }, 3],
  ['/race/85001/participants', { event_id: '661001', page: '0' }, 3],
  ['/race/85001/participants', { event_id: '661001,5' }, 301],
  ['/race/99999', {}, 201],
  ['/races', { start_date: 'soon' }, 9],
  ['/races', { rsu_api_key: 'other' }, 6],
  ['/races', { rsu_api_reg: 'unknown' }, 6],
])('%s with %o answers 200 with error code %i', async (path, query, code) => {
  const { sandbox } = runSignUpWorld();
  const { status, body } = await askRunSignUp(sandbox, path, query);
  expect({ status, code: (body as { error: { error_code: number } }).error.error_code }).toEqual({ status: 200, code });
});

describe('callers', () => {
  const ask = async (
    query: string,
    headers: Record<string, string>,
    change: (world: ReturnType<typeof runSignUpWorld>) => void = () => {},
  ) => {
    const world = runSignUpWorld();
    addAccount(world.sandbox.world, { principal: 'old', secret: 'hush', additionalConfig: { key_style: 'classic' } });
    change(world);
    const { body } = await get(world.sandbox, `/runsignup/races?format=json&${query}`, headers);
    return 'races' in (body as object);
  };
  const pair = { 'x-rsu-api-secret': 'hush', 'x-rsu-api-reg-secret': 'sandbox-registration' };
  const required = ({ sandbox }: ReturnType<typeof runSignUpWorld>) => {
    sandbox.world.behaviour.runsignup.registrationRequired = true;
  };
  const disabled = ({ account }: ReturnType<typeof runSignUpWorld>) => {
    account.enabled = false;
  };
  test.each([
    ['classic pair', 'api_key=old&api_secret=hush', {}, undefined, true],
    ['classic pair, wrong secret', 'api_key=old&api_secret=no', {}, undefined, false],
    ['classic key in v2 style', 'rsu_api_key=old', { 'x-rsu-api-secret': 'hush' }, undefined, false],
    ['v2 key', 'rsu_api_key=key', { 'x-rsu-api-secret': 'hush' }, undefined, true],
    ['v2 key in classic style', 'api_key=key&api_secret=hush', {}, undefined, false],
    ['disabled key', 'rsu_api_key=key', { 'x-rsu-api-secret': 'hush' }, disabled, false],
    ['registration', 'rsu_api_key=key&rsu_api_reg=p88sync-sandbox', pair, required, true],
    ['registration without id', 'rsu_api_key=key', pair, undefined, false],
    ['registration missing', 'rsu_api_key=key', { 'x-rsu-api-secret': 'hush' }, required, false],
  ])('%s', async (_name, query, headers, change, accepted) => {
    expect(await ask(query, headers as Record<string, string>, change)).toBe(accepted);
  });

  test('no access to a race of another account', async () => {
    const { sandbox } = runSignUpWorld();
    const race = addRace(sandbox.world);
    expect((await askRunSignUp(sandbox, `/race/${race.id}`)).body).toMatchObject({ error: { error_code: 7 } });
  });
});

test('XML unless JSON is asked for', async () => {
  const { sandbox } = runSignUpWorld();
  const response = await sandbox.handle(new Request('http://sandbox/runsignup/races'));
  expect(response.headers.get('content-type')).toMatch('text/xml');
  expect(await response.text()).toMatch(/^<\?xml/);
  expect(response.headers.get('date')).toBe(start.toUTCString());
});
