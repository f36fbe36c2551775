import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { addAccount, addEvent, addRace, addRegistration, addSubEvent } from '../../src/sandbox/build-world.ts';
import { deferral, refund } from '../../src/sandbox/changes.ts';
import { clockText } from '../../src/sandbox/chronotrack/results.ts';
import { disqualify, runEvent, setFinish } from '../../src/sandbox/finishes.ts';
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import { handClock } from './ask.ts';

const hash = createHash('sha1').update('hush').digest('hex');
const login = { client_id: 'sample-client', user_id: 'timer@example.org', user_pass: hash };

function chronoTrackWorld() {
  const clock = handClock();
  const sandbox = createSandbox({ now: clock.now });
  const { world } = sandbox;
  const place = { city: 'Frisco', state: 'CO', zip: '80443', country: 'US' };
  const race = addRace(world, { provider: 'chronotrack', name: 'Lake Run', timeZone: 'America/Denver', place });
  const parts = [addSubEvent(world, '10K', '10000')];
  const event = addEvent(world, race, { startAt: new Date('2026-03-07T14:00:00Z'), subEvents: parts });
  const account = addAccount(world, {
    provider: 'chronotrack',
    principal: login.user_id,
    secret: 'hush',
    races: [race],
  });
  const ask = async (path: string, query: Record<string, string> = {}, headers: Record<string, string> = {}) => {
    const search = new URLSearchParams({ format: 'json', ...login, ...query });
    const response = await sandbox.handle(new Request(`http://sandbox/chronotrack${path}?${search}`, { headers }));
    const counts = ['Row-Count', 'Page-Count', 'Page-Size', 'Current-Page'].map((name) =>
      response.headers.get(`X-Ctlive-${name}`),
    );
    return { status: response.status, body: await response.json(), counts };
  };
  return { clock, sandbox, world, event, account, part: parts[0]?.id ?? '', ask };
}

const dana = { userId: 7, firstName: 'Dana', lastName: 'Cole', gender: 'F', dob: '1996-03-08' } as const;
const home = { place: { city: 'Ely', state: 'MN', zip: '', country: 'US' } };

test('an event, a race and an entry in the wire form of ChronoTrack; blank fields only where asked for', async () => {
  const { event, part, world, ask } = chronoTrackWorld();
  const { id } = addRegistration(world, event, { person: { ...dana, ...home }, bib: '77', team: null });
  const wire = {
    event_id: event.id,
    event_name: 'Lake Run',
    event_start_time: '1772892000',
    event_is_published: '1',
    location_time_zone: 'America/Denver',
    location_city: 'Frisco',
    location_region: 'CO',
    location_country: 'US',
  };
  expect((await ask('/api/event')).body).toEqual({ event: [wire] });
  expect((await ask(`/api/event/${event.id}`)).body).toEqual({ event: wire });
  expect((await ask(`/api/event/${event.id}/race`)).body).toEqual({
    event_race: [
      {
        race_id: part,
        race_name: '10K',
        race_type: 'Run',
        race_course_distance: '10',
        race_pref_distance_unit: 'kilometer',
        race_planned_start_time: '1772892000',
        event_id: event.id,
      },
    ],
  });
  const entry = {
    entry_id: String(id),
    entry_bib: '77',
    entry_name: 'Dana Cole',
    entry_status: 'CONF',
    entry_type: 'IND',
    entry_race_age: '29',
    athlete_id: '7',
    athlete_first_name: 'Dana',
    athlete_last_name: 'Cole',
    athlete_sex: 'F',
    location_city: 'Ely',
    location_region: 'MN',
    location_country: 'US',
    race_id: part,
    race_name: '10K',
    reg_choice_name: '10K',
    bracket_name: 'F 20-29',
  };
  expect((await ask(`/api/event/${event.id}/entry`)).body).toEqual({ event_entry: [entry] });
  const asked = { elide_json: 'false', contact_details: 'true', need_athlete_birthdate: 'true' };
  expect((await ask(`/api/event/${event.id}/entry`, asked)).body).toEqual({
    event_entry: [
      {
        ...entry,
        athlete_birthdate: '1996-03-08',
        athlete_email: 'runner7@example.org',
        athlete_mobile_phone: '555-0107',
        athlete_home_phone: '',
        entry_external_id: '',
        wave_name: '',
        team_name: '',
      },
    ],
  });
});

test('who left has another status, or is not listed any more', async () => {
  const { event, world, ask } = chronoTrackWorld();
  const [a, b, c] = [1, 2, 3].map(() => addRegistration(world, event));
  refund(world, a?.id ?? 0);
  deferral(world, b?.id ?? 0);
  const rows = async () => {
    const { event_entry: entries } = (await ask(`/api/event/${event.id}/entry`)).body as {
      event_entry: Record<string, string>[];
    };
    return entries.map((row) => [Number(row['entry_id']), row['entry_status']]);
  };
  expect(await rows()).toEqual([
    [a?.id, 'CANC'],
    [b?.id, 'DEFERRED'],
    [c?.id, 'CONF'],
  ]);
  world.behaviour.chronotrack.showsWhoLeft = false;
  expect(await rows()).toEqual([[c?.id, 'CONF']]);
});

test('pages are numbered, with counts in headers, and no larger than the server lets them be', async () => {
  const { event, world, ask } = chronoTrackWorld();
  const ids = [1, 2, 3, 4, 5].map(() => String(addRegistration(world, event).id));
  world.behaviour.chronotrack.pageCap = 2;
  const page = async (number: number) => {
    const { body, counts } = await ask(`/api/event/${event.id}/entry`, { page: String(number), size: '100' });
    return { ids: (body as { event_entry: { entry_id: string }[] }).event_entry.map((row) => row.entry_id), counts };
  };
  expect(await page(1)).toEqual({ ids: ids.slice(0, 2), counts: ['5', '3', '2', '1'] });
  expect(await page(3)).toEqual({ ids: ids.slice(4), counts: ['5', '3', '2', '3'] });
  expect(await page(4)).toEqual({ ids: [], counts: ['5', '3', '2', '4'] });
  world.behaviour.chronotrack.sendsCounts = false;
  expect(await page(2)).toEqual({ ids: ids.slice(2, 4), counts: [null, null, null, null] });
  expect((await ask(`/api/event/${event.id}/entry`, { page: '0' })).status).toBe(400);
});

test('results: finals, splits, and ranks in what was asked for', async () => {
  const { event, world, ask } = chronoTrackWorld();
  const people = [
    { bib: '1', person: { ...dana, dob: '1980-01-01' } },
    { bib: '2', person: { ...dana, gender: 'M', dob: '1980-01-01' } as const },
    { bib: '3', person: dana },
    { bib: '4', person: dana },
  ].map((options) => addRegistration(world, event, options));
  for (const [position, person] of people.entries()) {
    const chipMs = 2_400_000 + position * 60_000 + 750;
    const splits = [{ name: '5K', ms: position === 2 ? null : chipMs / 2 }];
    setFinish(world, person, { status: 'finished', chipMs, gunMs: chipMs + 4_000, splits });
  }
  disqualify(world, people[3]?.id ?? 0);
  const rows = async (path: string, query: Record<string, string> = {}) => {
    const { body } = await ask(path, query);
    return Object.values(body as Record<string, Record<string, string>[]>)
      .flat()
      .map((row) =>
        ['bib', 'interval_name', 'time', 'rank', 'bracket_name'].map((name) => row[`results_${name}`] ?? '').join(' '),
      );
  };
  const results = `/api/event/${event.id}/results`;
  expect(await rows(results)).toEqual([
    '1 Full Course 40:00.7 1 Overall',
    '2 Full Course 0:41:00.7 2 Overall',
    '3 Full Course 42:00.7 3 Overall',
  ]);
  expect(await rows(results, { interval: 'ALL' })).toEqual([
    '1 5K 20:00.3 1 Overall',
    '2 5K 20:30.3 2 Overall',
    '4 5K 0:21:30.3 3 Overall',
    ...(await rows(results)),
  ]);
  const women = ['1 Full Course 40:00.7 1 Female', '3 Full Course 42:00.7 2 Female'];
  expect(await rows(results, { bracket: 'SEX' })).toEqual([...women, '2 Full Course 0:41:00.7 1 Male']);
  expect(await rows(results, { bracket: 'AGE' })).toEqual([
    '1 Full Course 40:00.7 1 F 40-49',
    '2 Full Course 0:41:00.7 1 M 40-49',
    '3 Full Course 42:00.7 1 F 20-29',
  ]);
  const { event_bracket: brackets } = (await ask(`/api/event/${event.id}/bracket`)).body as {
    event_bracket: Record<string, string>[];
  };
  expect(brackets.map((one) => `${one['bracket_type']} ${one['bracket_name']}`)).toEqual([
    'OTHER Overall',
    'SEX Female',
    'SEX Male',
    'SEX Non-Binary',
    'AGE F 20-29',
    'AGE F 40-49',
    'AGE M 40-49',
  ]);
  expect(await rows(`/api/bracket/${brackets[1]?.['bracket_id']}/results`)).toEqual(women);
  world.behaviour.chronotrack.knowsBracketTypes = false;
  expect(await rows(results, { bracket: 'SEX' })).toEqual(await rows(results));
  world.behaviour.chronotrack.finishName = '';
  expect((await rows(results))[0]).toBe('1  40:00.7 1 Overall');
});

test('intervals are listed from the end of the course', async () => {
  const { event, part, world, ask } = chronoTrackWorld();
  addRegistration(world, event);
  runEvent(world, event, { splits: ['3K', '7K'], dnfPercent: 0 });
  const { body } = await ask(`/api/event/${event.id}/interval`);
  const of = { race_id: part, race_name: '10K' };
  expect(body).toEqual({
    event_interval: [
      { interval_id: `${part}53`, interval_name: 'Full Course', interval_iv_distance_m: '10000', ...of },
      { interval_id: `${part}52`, interval_name: '7K', interval_iv_distance_m: '6667', ...of },
      { interval_id: `${part}51`, interval_name: '3K', interval_iv_distance_m: '3333', ...of },
    ],
  });
});

test.each([
  [397_000, 0, '6:37'],
  [2_467_300, 1, '0:41:07.3'],
  [2_400_750, 3, '40:00.750'],
  [45_296_789, 2, '12:34:56.78'],
])('%i ms with %i digits: %s', (ms, digits, text) => {
  expect(clockText(ms, digits)).toBe(text);
});

test('whose call it is: by the style of the account, or by a token', async () => {
  const { account, clock, sandbox, ask } = chronoTrackWorld();
  const statusOf = async (query: Record<string, string>, headers: Record<string, string> = {}) =>
    (await ask('/api/event', query, headers)).status;
  const as = (additionalConfig: Record<string, string>) =>
    Object.assign(account, { additionalConfig: { client_id: 'sample-client', ...additionalConfig } });
  const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });
  const none = { user_id: '', user_pass: '' };

  expect(await statusOf({})).toBe(200);
  expect(await statusOf({ user_pass: 'hush' })).toBe(401);
  expect(await statusOf({ client_id: 'another' })).toBe(401);
  as({ auth: 'plain' });
  expect([await statusOf({ user_pass: 'hush' }), await statusOf({})]).toEqual([200, 401]);
  as({ auth: 'basic' });
  expect(await statusOf(none, basic('timer@example.org:hush'))).toBe(200);
  expect(await statusOf(none, basic('timer@example.org:no'))).toBe(401);
  as({ auth: 'oauth', client_secret: 'shh' });
  const grant = { grant_type: 'password', username: 'timer@example.org', password: 'hush' };
  expect((await ask('/oauth2/token', { ...grant, password: 'no' }, basic('sample-client:shh'))).status).toBe(400);
  expect((await ask('/oauth2/token', grant, basic('sample-client:no'))).status).toBe(400);
  const { body } = await ask('/oauth2/token', grant, basic('sample-client:shh'));
  expect(body).toEqual({ access_token: expect.any(String), token_type: 'bearer', expires_in: 3600 });
  const bearer = { authorization: `Bearer ${(body as { access_token: string }).access_token}` };
  expect([await statusOf(none, bearer), await statusOf({}, {})]).toEqual([200, 401]);
  expect(await statusOf({ client_id: 'another' }, bearer)).toBe(401);
  clock.forward(3_600_000);
  expect(await statusOf(none, bearer)).toBe(401);
  const seen = JSON.stringify(sandbox.calls);
  for (const secret of ['hush', hash, 'sample-client', 'timer@example.org']) expect(seen).not.toContain(secret);
});

test('a refusal may look like an empty list', async () => {
  const { event, world, ask } = chronoTrackWorld();
  world.behaviour.chronotrack.refusesWithEmptyList = true;
  addRegistration(world, event);
  for (const [path, key] of [
    ['event', 'event'],
    [`event/${event.id}`, 'event'],
    [`event/${event.id}/entry`, 'event_entry'],
    ['bracket/1/results', 'bracket_results'],
  ] as const) {
    const { status, body } = await ask(`/api/${path}`, { user_pass: 'no' });
    expect({ status, body }).toEqual({ status: 200, body: { [key]: [] } });
  }
});

test.each([
  ['/api/event/', {}, 404],
  ['/api/event/1', {}, 404],
  ['/api/race', {}, 404],
  ['/api/event', { format: 'xml' }, 400],
])('%s %j: %i', async (path, query: Record<string, string>, status) => {
  expect((await chronoTrackWorld().ask(path, query)).status).toBe(status);
});
