/** The whole way of a call, with the stand-in where Let's Do This is: whatever of the unknowns it is, the people are the same. */
import { expect, test } from 'vitest';
import { CredentialRefused } from '../../../src/domain/errors.ts';
import type { ParticipantRecord } from '../../../src/domain/records.ts';
import { adapter } from '../../../src/providers/letsdothis/adapter.ts';
import { participantsTable } from '../../../src/providers/letsdothis/tables.ts';
import { addAccount, addEvent, addRace, addRegistrations } from '../../../src/sandbox/build-world.ts';
import { deferral, refund } from '../../../src/sandbox/changes.ts';
import type { LetsDoThisBehaviour } from '../../../src/sandbox/letsdothis/behaviour.ts';
import { createSandbox } from '../../../src/sandbox/sandbox.ts';
import { recordingCaller } from '../../http/recording-caller.ts';
import { handClock } from '../../sandbox/ask.ts';
import { byId, supplemented } from '../registrations.ts';
import { allOf } from '../scripted-session.ts';

const baseUrl = new URL('http://127.0.0.1/letsdothis');

function world(behaviour: Partial<LetsDoThisBehaviour> = {}, principal = 'City Runs', secret = 'hush') {
  const clock = handClock();
  const sandbox = createSandbox({ now: clock.now });
  Object.assign(sandbox.world.behaviour.letsdothis, behaviour);
  const race = addRace(sandbox.world, { provider: 'letsdothis', timeZone: 'Europe/London' });
  const event = addEvent(sandbox.world, race, { startAt: new Date('2026-09-20T08:30:00Z') });
  const people = addRegistrations(sandbox.world, event, 12);
  refund(sandbox.world, people[2]?.id ?? 0);
  deferral(sandbox.world, people[3]?.id ?? 0);
  addAccount(sandbox.world, { provider: 'letsdothis', principal, secret, races: [race] });
  const { call, recording } = recordingCaller({
    baseUrl,
    fetch: (url, init) => sandbox.handle(new Request(url, init)),
  });
  const tokens = { get: async () => undefined, set: async () => undefined, drop: async () => undefined };
  const connect = (key = secret) =>
    adapter.connect(
      { principal, secret: key, additionalConfig: {} },
      { baseUrl, pageSize: 5, call, tokens, program: {}, now: clock.now, warn: () => undefined },
    );
  const events = [{ eventId: event.id, raceId: undefined, timeZone: 'Europe/London' }];
  const query = { events, since: undefined, resume: undefined };
  return { sandbox, event, people, connect, query, clock, calls: recording.reserved };
}

/** Registrations completed by the second list, each once; what differs by the switch left out. */
async function peopleOf({ connect, query }: ReturnType<typeof world>) {
  const pages = await allOf(connect().listParticipants(query));
  const once = new Map(pages.flatMap(({ records }) => records).map((one) => [`${one.kind} ${one.id}`, one]));
  const flat = ({ id, row, removal }: ParticipantRecord) => {
    const { participant_id: _, participant_row: __, ...rest } = row;
    return { id, rest, removal };
  };
  return {
    people: supplemented([...once.values()], participantsTable)
      .toSorted(byId)
      .map(flat),
    last: pages.at(-1),
  };
}

test('asks with percent-encoded brackets, and the key is in no logged path', async () => {
  const { connect, query, calls } = world();
  expect(await connect().check()).toBe('key of an organiser that the key does not name, sees its events');
  await allOf(connect().listParticipants({ ...query, since: new Date('2026-03-01T00:00:00Z') }));
  expect(calls[0]).toBe('GET /letsdothis/events?page%5Bsize%5D=1');
  expect(calls[1]).toBe(
    'GET /letsdothis/applications?page%5Bsize%5D=5&updatedAt%5Bafter%5D=2026-02-28T23%3A59%3A59.999Z',
  );
  expect(calls.join()).not.toContain('hush');
});

test.each<Partial<LetsDoThisBehaviour>>([
  { join: 'object' },
  { join: 'same-id' },
  { pageCap: 3 },
  { pageCap: 1 },
  { repeatedRows: 2 },
  { honoursUpdatedAfter: false },
])('with %o the same people come', async (behaviour) => {
  const usual = await peopleOf(world());
  expect(usual.last).toMatchObject({ last: true, listing: 'complete' });
  expect(usual.people).toHaveLength(12);
  const { people, last } = await peopleOf(world(behaviour));
  expect(people).toEqual(usual.people);
  expect(last).toMatchObject({ last: true, listing: behaviour.repeatedRows ? 'unstable' : 'complete' });
});

test('every cursor runs out after one call, and each still carries to the next page', async () => {
  const { people } = await peopleOf(world({ cursorCalls: 1 }));
  expect(people).toHaveLength(12);
});

test('everybody who comes where the filter is ignored, comes as a part', async () => {
  const { connect, query, people } = world({ honoursUpdatedAfter: false });
  const pages = await allOf(connect().listParticipants({ ...query, since: new Date('2026-03-07T15:00:00Z') }));
  expect(pages.flatMap(({ records }) => records)).toHaveLength(2 * people.length);
  expect(pages.at(-1)?.listing).toBe('partial');
});

test.each<[Partial<LetsDoThisBehaviour>, string, boolean]>([
  [{}, '2026-09-20T08:30:00.000Z', false],
  [{ eventStart: 'wall' }, '2026-09-20T08:30:00.000Z', false],
  [{ eventStart: 'wall', namesTimeZone: false }, '2026-09-20T08:30:00.000Z', true],
  [{ eventStart: 'day' }, '2026-09-20T11:00:00.000Z', false],
  [{ hasOneEvent: false }, '2026-09-20T08:30:00.000Z', false],
])('with %o an event starts at %s', async (behaviour, startAt, assumed) => {
  const { connect, event } = world(behaviour);
  for (const query of [{ startsFrom: undefined }, { startsFrom: undefined, eventId: event.id }]) {
    const pages = await allOf(connect().listEvents(query));
    const found = pages.flatMap(({ events }) => events);
    expect(found.map((one) => [one.eventId, one.startAt.toISOString(), one.timeZoneAssumed])).toEqual([
      [event.id, startAt, assumed],
    ]);
  }
});

test('a key in the principal, as older rows have it', async () => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const key = `${part({ alg: 'HS256' })}.${part({ organiserId: 'org_17' })}.c2ln`;
  const { connect } = world({}, key, '');
  expect(await connect('').check()).toBe('key of organiser org_17, sees its events');
});

test('is refused with another key, which no message repeats', async () => {
  const error: unknown = await world()
    .connect('another-key')
    .check()
    .catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(CredentialRefused);
  for (let at = error; at instanceof Error; at = at.cause) expect(at.message).not.toContain('another-key');
});
