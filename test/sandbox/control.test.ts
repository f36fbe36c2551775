import { describe, expect, test } from 'vitest';
import { addAccount, addEvent, addRegistration } from '../../src/sandbox/build-world.ts';
import { usualCopernico } from '../../src/sandbox/copernico/behaviour.ts';
import { expectedOf } from '../../src/sandbox/expected.ts';
import { askRunSignUp, control, get, raceRosterWorld, runSignUpWorld, start } from './ask.ts';

const person = { userId: 5, firstName: 'Lee', lastName: 'Marsh', dob: null, gender: 'M' } as const;

test('expected tells what a database ought to hold, and the history of a row', async () => {
  const { sandbox, clock, race, event } = runSignUpWorld();
  const target = addEvent(sandbox.world, race, { name: '25K', startAt: new Date('2026-09-13T13:00:00Z') });
  const { id } = addRegistration(sandbox.world, event, { person, bib: '90', team: { id: 1, name: 'Sole Mates' } });
  clock.forward(60_000);
  await control(sandbox, 'set-bib', { registrationId: id, bib: null });
  clock.forward(60_000);
  expect((await control(sandbox, 'transfer', { registrationId: id, toEventId: target.id })).body).toEqual({
    registrationId: id + 1,
    eventId: target.id,
    bib: null,
    removedReason: null,
  });
  const row = {
    eventId: event.id,
    id: String(id),
    registrationId: id,
    subEventId: null,
    firstName: 'Lee',
    lastName: 'Marsh',
    email: 'runner5@example.org',
    dob: null,
    gender: 'M',
    bib: null,
    lastBib: '90',
    team: 'Sole Mates',
    registeredAt: '2026-03-07T14:05:00.000Z',
    modifiedAt: '2026-03-07T14:07:00.000Z',
    removedReason: 'transferred',
    removedAt: '2026-03-07T14:07:00.000Z',
    movedTo: String(id + 1),
    vanishedAt: null,
    droppedAt: null,
  };
  const shownEvent = { raceId: race.id, raceName: 'Pine Ridge 50', timeZone: 'America/Chicago', volunteer: false };
  expect((await get(sandbox, '/control/expected?provider=runsignup&account=runsignup+account+1')).body).toEqual({
    provider: 'runsignup',
    account: 'runsignup account 1',
    events: [
      { ...shownEvent, eventId: event.id, name: '50K', startAt: '2026-09-13T11:30:00.000Z', active: 0 },
      { ...shownEvent, eventId: target.id, name: '25K', startAt: '2026-09-13T13:00:00.000Z', active: 1 },
    ],
    registrations: [
      row,
      {
        ...row,
        eventId: target.id,
        id: String(id + 1),
        registrationId: id + 1,
        lastBib: null,
        registeredAt: row.modifiedAt,
        removedReason: null,
        removedAt: null,
        movedTo: null,
      },
    ],
  });
  expect((await get(sandbox, `/control/registration?id=${id}`)).body).toMatchObject({
    eventId: event.id,
    history: [
      { at: start.getTime() + 60_000, what: 'bib blanked' },
      { at: start.getTime() + 120_000, what: `transferred to ${id + 1}` },
    ],
  });
});

describe('changes of a registration', () => {
  test.each([
    ['refund', {}, { removedReason: 'removed' }],
    ['clear', {}, { removedReason: 'cleared' }],
    ['deferral', {}, { removedReason: 'deferred' }],
    ['vanish', {}, { vanishedAt: '2026-03-07T14:06:00.000Z' }],
    ['set-bib', { bib: '12' }, { bib: '12', lastBib: '12' }],
    ['change-person', { person: { lastName: 'Marsh-Gil', gender: 'X' } }, { lastName: 'Marsh-Gil', gender: 'X' }],
    [
      'person-to-person-transfer',
      { mode: 'same-id', person: { firstName: 'Ira' } },
      { firstName: 'Ira', removedReason: null },
    ],
    [
      'person-to-person-transfer',
      { mode: 'new-id' },
      { firstName: 'Lee', removedReason: 'transferred', movedTo: '91000002' },
    ],
  ])('%s %o', async (action, body, expected) => {
    const { sandbox, clock, account, event } = runSignUpWorld();
    const { id } = addRegistration(sandbox.world, event, { person, bib: '90' });
    clock.forward(60_000);
    expect((await control(sandbox, action, { registrationId: id, ...body })).status).toBe(200);
    const row = expectedOf([event], account).registrations.find((candidate) => candidate.id === String(id));
    expect(row).toMatchObject({ ...expected, modifiedAt: '2026-03-07T14:06:00.000Z' });
  });

  test('what vanished is in neither list; a reinstated refund is active again', async () => {
    const { sandbox, race, event } = runSignUpWorld();
    const back = addRegistration(sandbox.world, event);
    const gone = addRegistration(sandbox.world, event);
    await control(sandbox, 'vanish', { registrationId: gone.id });
    await control(sandbox, 'refund', { registrationId: back.id });
    const ids = async (part: string) => {
      const { body } = await askRunSignUp(sandbox, `/race/${race.id}/${part}`, { event_id: event.id });
      return JSON.stringify(body).match(/"registration_id":\d+/g) ?? [];
    };
    const shown = [`"registration_id":${back.id}`];
    expect([await ids('participants'), await ids('removed-participants')]).toEqual([[], shown]);
    await control(sandbox, 'reinstate', { registrationId: back.id });
    expect([await ids('participants'), await ids('removed-participants')]).toEqual([shown, []]);
  });
});

test('races, events and people can be added while others look', async () => {
  const { sandbox, account } = runSignUpWorld();
  const added = await control(sandbox, 'add-event', {
    provider: 'runsignup',
    accounts: [account.name],
    name: 'Night Run',
    timeZone: 'Pacific/Honolulu',
    startAt: '2026-04-01T20:00:00-10:00',
    registrations: 2,
  });
  const key = { provider: 'runsignup', eventId: (added.body as { eventId: string }).eventId };
  expect(added.body).toMatchObject({ name: 'Night Run', startAt: '2026-04-02T06:00:00.000Z' });
  await control(sandbox, 'register', { ...key, count: 3 });
  await control(sandbox, 'register', { ...key, person: { firstName: 'Ola' } });
  await control(sandbox, 'rename-event', { ...key, name: 'Late Run' });
  await control(sandbox, 'move-start', { ...key, startAt: '2026-04-02T07:00:30Z' });
  const { events, registrations } = expectedOf(sandbox.world.events.values(), account, key.eventId);
  expect(events).toMatchObject([{ name: 'Late Run', startAt: '2026-04-02T07:00:00.000Z', active: 6 }]);
  expect(registrations.at(-1)?.firstName).toBe('Ola');
});

test('the clock can be set, ticks on from there, and goes back', async () => {
  const { sandbox, clock } = runSignUpWorld();
  await control(sandbox, 'clock', { now: '2026-09-13T06:00:00Z' });
  clock.forward(1000);
  expect((await get(sandbox, '/control/clock')).body).toEqual({ now: '2026-09-13T06:00:01.000Z' });
  const response = await sandbox.handle(new Request('http://sandbox/runsignup/races'));
  expect(response.headers.get('date')).toBe('Sun, 13 Sep 2026 06:00:01 GMT');
  expect((await control(sandbox, 'clock', { now: null })).body).toEqual({ now: '2026-03-07T14:05:01.000Z' });
});

test('an account can be refused, tokens dropped, switches set', async () => {
  const { sandbox, account, headers } = await raceRosterWorld();
  const bearer = await headers();
  const status = async () => (await get(sandbox, '/raceroster/v1/events', bearer)).status;
  await control(sandbox, 'set-account', { account: account.name, enabled: false });
  expect(await status()).toBe(401);
  await control(sandbox, 'set-account', { account: account.name, enabled: true });
  expect(await status()).toBe(200);
  await control(sandbox, 'drop-tokens', {});
  expect(await status()).toBe(401);
  const { body } = await control(sandbox, 'behaviour', {
    runsignup: { registrationRequired: true },
    raceroster: { pageCap: 7 },
    chronotrack: { finishName: 'Finish' },
  });
  expect(body).toMatchObject({
    runsignup: { registrationRequired: true, registration: { id: 'p88sync-sandbox' } },
    raceroster: {
      tokenEnvelope: 'data',
      tokenSeconds: 86_400,
      pageCap: 7,
      honoursUpdatedSince: true,
      showsSubEvent: true,
    },
    copernico: usualCopernico(),
    chronotrack: { finishName: 'Finish', pageCap: 1000 },
  });
  expect(JSON.stringify(body)).not.toContain(sandbox.world.behaviour.runsignup.registration.secret);
  expect(sandbox.world.behaviour.raceroster.pageCap).toBe(7);
});

test('calls are told by account, and forgotten on request; faults too', async () => {
  const { sandbox, race } = runSignUpWorld();
  addAccount(sandbox.world, { name: 'Other', principal: 'other', secret: 'hush', races: [race] });
  await askRunSignUp(sandbox, '/races');
  await askRunSignUp(sandbox, '/races', { rsu_api_key: 'other' });
  const calls = await get(sandbox, '/control/calls?provider=runsignup&account=Other');
  expect(calls.body).toMatchObject([{ path: '/races?format=json', account: 'Other' }]);
  await control(sandbox, 'clear-calls', {});
  expect((await get(sandbox, '/control/calls')).body).toEqual([]);
  expect((await control(sandbox, 'faults', { kind: 'html', times: 3 })).body).toMatchObject({
    waiting: [{ times: 3 }],
  });
  expect((await control(sandbox, 'clear-faults', {})).body).toEqual({ waiting: [] });
  expect((await askRunSignUp(sandbox, '/races')).status).toBe(200);
});

test.each([
  ['faults', { kind: 'earthquake' }, 400, /^kind: /],
  ['faults', { kind: 'html', time: 2 }, 400, /Unrecognized key: "time"/],
  ['register', { provider: 'runsignup', eventId: '1' }, 400, /^The sandbox holds no event 1 of runsignup\.$/],
  ['refund', { registrationId: 1 }, 400, /^The sandbox holds no registration 1\.$/],
  ['refund', {}, 400, /^registrationId: /],
  ['set-bib', { registrationId: 91000001, bib: 'A7' }, 400, /^A bib of RunSignUp is a whole number\.$/],
  ['move-start', { provider: 'runsignup', eventId: '661001', startAt: 'soon' }, 400, /^startAt: /],
  [
    'add-event',
    { provider: 'runsignup', accounts: [], name: 'X', timeZone: 'Mars', startAt: '2026-04-01T20:00:00Z' },
    400,
    /^timeZone: not an IANA/,
  ],
  ['constructor', {}, 404, /^No action "constructor"\. Actions: register, /],
])('%s %o is refused with a clear line', async (action, body, status, line) => {
  const { sandbox, event } = runSignUpWorld();
  addRegistration(sandbox.world, event);
  const answer = await control(sandbox, action, body);
  expect(answer.status).toBe(status);
  expect((answer.body as { error: string }).error).toMatch(line);
});

test.each([
  ['/control/expected', 400],
  ['/control/expected?account=nobody', 400],
  ['/control/expected?account=runsignup+account+1&provider=raceroster', 400],
  ['/control/nothing', 404],
  ['/elsewhere', 404],
])('GET %s answers %i', async (path, status) => {
  expect((await get(runSignUpWorld().sandbox, path)).status).toBe(status);
});

test('a body that is no JSON is refused', async () => {
  const { sandbox } = runSignUpWorld();
  const response = await sandbox.handle(new Request('http://sandbox/control/refund', { method: 'POST', body: '{' }));
  expect([response.status, await response.text()]).toEqual([400, '{"error":"The body is not JSON."}']);
});
