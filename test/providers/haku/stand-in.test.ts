/** The whole way of a call, with the stand-in where Haku is: addresses, headers and paging as HTTP has them. */
import { describe, expect, test } from 'vitest';
import { CallRefused, CredentialRefused, UnknownAnswer } from '../../../src/domain/errors.ts';
import type { ProviderSession } from '../../../src/domain/provider.ts';
import type { ParticipantPage } from '../../../src/domain/records.ts';
import { adapter } from '../../../src/providers/haku/adapter.ts';
import { addAccount, addEvent, addRace, addRegistrations, addSubEvent } from '../../../src/sandbox/build-world.ts';
import { addCategory } from '../../../src/sandbox/categories.ts';
import { moveStart, refund, renameEvent, setBib, vanish } from '../../../src/sandbox/changes.ts';
import { createSandbox } from '../../../src/sandbox/sandbox.ts';
import { recordingCaller } from '../../http/recording-caller.ts';
import { handClock } from '../../sandbox/ask.ts';
import { allOf } from '../scripted-session.ts';
import { tokenCache } from './wire-rows.ts';

const baseUrl = new URL('http://127.0.0.1/haku');

/** An event of two parts with 60 people, and a session that asks for 500 rows a page. */
function world(tokens = tokenCache()) {
  const clock = handClock();
  const sandbox = createSandbox({ now: clock.now });
  const race = addRace(sandbox.world, { provider: 'haku', name: 'Bay Run', timeZone: 'America/New_York' });
  const parts = [addSubEvent(sandbox.world, '10K', '10000'), addSubEvent(sandbox.world, '5K', '5000')] as const;
  const event = addEvent(sandbox.world, race, { startAt: new Date('2026-05-03T12:00:00Z'), subEvents: parts });
  const people = addRegistrations(sandbox.world, event, 60);
  addAccount(sandbox.world, { provider: 'haku', principal: 'id', secret: 'hush', races: [race] });
  const { call, recording } = recordingCaller({
    baseUrl,
    fetch: (url, init) => sandbox.handle(new Request(url, init)),
  });
  const connect = (additionalConfig = {}, secret = 'hush'): ProviderSession =>
    adapter.connect(
      { principal: 'id', secret, additionalConfig: { organization_name: 'Bay Races', ...additionalConfig } },
      { baseUrl, pageSize: 500, call, tokens, program: {}, now: clock.now, warn: () => undefined },
    );
  const ref = { eventId: event.id, raceId: undefined, timeZone: 'UTC' };
  const list = (since?: Date) => allOf(connect().listParticipants({ events: [ref], since, resume: undefined }));
  const numberAt = (index: number) => `HK-${people[index]?.id}`;
  return { clock, sandbox, event, parts, people, connect, ref, list, numberAt, calls: recording.reserved };
}

const outlinesOf = (pages: readonly ParticipantPage[]) => pages.flatMap((page) => page.outlines ?? []);
const idsOf = (pages: readonly ParticipantPage[]) => outlinesOf(pages).map(({ id }) => id);

describe('over HTTP', () => {
  test('logs in, discovers, lists everybody in capped pages, and no secret is in a logged path', async () => {
    const { event, people, connect, list, clock, calls } = world();
    expect(await connect().check()).toBe('organization Bay Races, may see events');
    const [first] = await allOf(connect().listEvents({ startsFrom: clock.now() }));
    expect(first?.events.map(({ eventId, name, startAt }) => [eventId, name, startAt])).toEqual([
      [event.id, 'Bay Run', new Date('2026-05-03T12:00:00Z')],
    ]);
    const pages = await list();
    expect(idsOf(pages)).toEqual(people.map(({ id }) => `HK-${id}`).reverse());
    expect(pages.at(-1)).toMatchObject({ last: true, listing: 'complete', providerTime: clock.now() });
    const participants = `GET /haku/events/${event.id}/participants`;
    expect(calls.map((call) => call.replace('&sort_column=updated_at&sort_direction=desc', ''))).toEqual([
      'POST /haku/oauth2/token',
      'GET /haku/events?page=1&per_page=1&sort_column=event_date&sort_direction=desc',
      'GET /haku/events?page=1&per_page=500&sort_column=event_date&sort_direction=desc',
      'GET /haku/events?page=2&per_page=1&sort_column=event_date&sort_direction=desc',
      `${participants}?page=1&per_page=500`,
      `${participants}?page=2&per_page=25`,
      `${participants}?page=3&per_page=25`,
      `${participants}?page=4&per_page=25`,
      `${participants}?page=61&per_page=1`,
      `${participants}?page=1&per_page=25`,
    ]);
  });

  test('brings a renamed event and a moved start', async () => {
    const { sandbox, event, connect, clock } = world();
    renameEvent(sandbox.world, event, 'Bay Night Run');
    moveStart(sandbox.world, event, new Date('2026-05-03T23:30:00Z'));
    sandbox.world.behaviour.haku.eventTimes = 'wall';
    const found = async (config: object) => {
      const [page] = await allOf(connect(config).listEvents({ startsFrom: clock.now() }));
      return page?.events.map(({ name, startAt, timeZoneAssumed }) => [name, startAt.toISOString(), timeZoneAssumed]);
    };
    expect(await found({ time_zone: 'America/New_York' })).toEqual([
      ['Bay Night Run', '2026-05-03T23:30:00.000Z', false],
    ]);
    expect(await found({})).toEqual([['Bay Night Run', '2026-05-03T19:30:00.000Z', true]]);
  });

  test.each([
    // honoursUpdatedSince, listShowsUpdatedAt, calls
    [true, true, 2],
    [false, true, 1],
    [true, false, 2],
    [false, false, 5],
  ])('finds what changed where updated_since is honoured: %s, rows tell their time: %s', async (...switches) => {
    const [honoursUpdatedSince, listShowsUpdatedAt, callCount] = switches;
    const { sandbox, numberAt, people, list, clock, calls } = world(tokenCache());
    Object.assign(sandbox.world.behaviour.haku, { honoursUpdatedSince, listShowsUpdatedAt });
    const before = new Map(outlinesOf(await list()).map(({ id, fingerprint }) => [id, fingerprint]));
    clock.forward(60_000);
    const since = clock.now();
    refund(sandbox.world, people[3]?.id ?? 0);
    const callsBefore = calls.length;
    const pages = await list(since);
    const changed = outlinesOf(pages).filter(({ id, fingerprint }) => before.get(id) !== fingerprint);
    expect(changed.map(({ id }) => id)).toEqual([numberAt(3)]);
    expect([pages.at(-1)?.listing, calls.length - callsBefore]).toEqual(['partial', callCount]);
  });

  test('a change that the list does not show is found by its time, where rows tell it', async () => {
    const { sandbox, numberAt, people, list, clock } = world();
    sandbox.world.behaviour.haku.honoursUpdatedSince = false;
    clock.forward(60_000);
    const since = clock.now();
    setBib(sandbox.world, people[9]?.id ?? 0, '4711');
    expect(idsOf(await list(since))[0]).toBe(numberAt(9));
  });

  test('a server that answers its last page for ever proves its end, and who is missing', async () => {
    const { sandbox, people, list } = world();
    sandbox.world.behaviour.haku.behindTheEnd = 'last-page';
    const ids = people.map(({ id }) => `HK-${id}`).reverse();
    const full = await list();
    expect([idsOf(full), full.at(-1)?.listing]).toEqual([ids, 'complete']);
    vanish(sandbox.world, people[0]?.id ?? 0);
    const less = await list();
    expect([idsOf(less), less.at(-1)?.listing]).toEqual([ids.slice(0, -1), 'complete']);
  });

  test('renews a token that Haku has forgotten', async () => {
    const tokens = tokenCache('forgotten');
    const { list } = world(tokens);
    expect((await list()).at(-1)?.listing).toBe('complete');
    expect(tokens.log.map((line) => line.split(' ')[0])).toEqual(['drop', 'set']);
  });

  test('is refused with a wrong secret, which no message repeats', async () => {
    const { connect } = world();
    const error: unknown = await connect({}, 'wrong-secret')
      .check()
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(CredentialRefused);
    for (let at = error; at instanceof Error; at = at.cause) expect(at.message).not.toContain('wrong-secret');
  });
});

describe('a registration', () => {
  test('comes with all its categories, in one call', async () => {
    const { sandbox, people, parts, connect, ref, numberAt, calls } = world();
    const [person] = people;
    const other = parts.find(({ id }) => id !== person?.subEventId);
    addCategory(sandbox.world, person?.id ?? 0, {
      subEventId: other?.id ?? '',
      bib: '50',
      corral: 'E',
      wave: 'Wave 9',
    });
    const registration = await connect().readRegistration?.(ref, numberAt(0));
    expect(registration?.rejected).toEqual([]);
    expect(registration?.records.map(({ id, row }) => [id, row['registration_number'], row['bib_number']])).toEqual([
      [`${numberAt(0)}:${person?.subEventId}`, numberAt(0), person?.bib],
      [`${numberAt(0)}:${other?.id}`, numberAt(0), '50'],
    ]);
    expect(registration?.records[1]?.row['category_details']).toMatchObject({ corral_name: 'E', wave_name: 'Wave 9' });
    expect(calls).toEqual(['POST /haku/oauth2/token', `GET /haku/events/${ref.eventId}/registrations/${numberAt(0)}`]);
  });

  test('that is gone since it was listed says so', async () => {
    const { sandbox, people, connect, ref, numberAt } = world();
    vanish(sandbox.world, people[0]?.id ?? 0);
    const error: unknown = await connect()
      .readRegistration?.(ref, numberAt(0))
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(CallRefused);
    expect(error).toMatchObject({
      message: `Haku lists registration ${numberAt(0)} of event ${ref.eventId}, yet does not show it`,
      hint: expect.stringContaining('deleted in between'),
      cause: expect.objectContaining({ message: expect.stringContaining('404') }),
    });
  });

  test.each([
    ['unknown-envelope', 'an object {result} that is not it'],
    ['missing-id', 'that is not it'],
    ['html', 'an HTML page instead of JSON'],
  ] as const)('answered with %s is an unknown answer', async (kind, message) => {
    const { sandbox, connect, ref, numberAt } = world();
    sandbox.fail({ kind, pathIncludes: '/registrations/' });
    const error: unknown = await connect()
      .readRegistration?.(ref, numberAt(0))
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(UnknownAnswer);
    expect(error).toMatchObject({ message: expect.stringContaining(message) });
  });
});
