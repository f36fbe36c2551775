/** The whole way of a call, with the stand-in where Race Roster is: addresses, forms and headers as HTTP has them. */
import { describe, expect, test } from 'vitest';
import { CredentialRefused } from '../../../src/domain/errors.ts';
import type { ProviderSession, TokenCache } from '../../../src/domain/provider.ts';
import { adapter } from '../../../src/providers/raceroster/adapter.ts';
import { addRegistrations } from '../../../src/sandbox/build-world.ts';
import { refund, vanish } from '../../../src/sandbox/changes.ts';
import { recordingCaller } from '../../http/recording-caller.ts';
import { raceRosterWorld } from '../../sandbox/ask.ts';
import { collect, tokenCache } from './builders.ts';

const baseUrl = new URL('http://127.0.0.1/raceroster/v1');

async function world(tokens: TokenCache = tokenCache()) {
  const built = await raceRosterWorld();
  const people = addRegistrations(built.sandbox.world, built.event, 12);
  const { call, recording } = recordingCaller({
    baseUrl,
    fetch: (url, init) => built.sandbox.handle(new Request(url, init)),
  });
  const connect = (secret = 'hush'): ProviderSession =>
    adapter.connect(
      {
        principal: 'id',
        secret,
        additionalConfig: { username: 'timer@example.org', password: 'timer-password' },
      },
      { baseUrl, pageSize: 5, call, tokens, program: {}, now: built.clock.now, warn: () => undefined },
    );
  const query = {
    events: [{ eventId: built.event.id, raceId: undefined, timeZone: 'UTC' }],
    since: undefined,
    resume: undefined,
  };
  return { ...built, people, connect, query, calls: recording.reserved };
}

describe('over HTTP', () => {
  test('logs in beside the API, discovers and lists, and no secret is in a logged path', async () => {
    const { event, people, connect, query, clock, calls } = await world();
    const session = connect();
    expect(await session.check()).toBe('user timer@example.org, may see upcoming events');
    const [events] = await collect(session.listEvents({ startsFrom: clock.now() }));
    expect(
      events?.events.map(({ eventId, name, startAt, row }) => [eventId, name, startAt, row['start_date']]),
    ).toEqual([[event.id, 'Harbour Half', new Date('2026-05-03T12:00:00Z'), '2026-05-03T09:00:00']]);
    const pages = await collect(session.listParticipants(query));
    expect(pages.flatMap(({ records }) => records.map(({ id }) => id))).toEqual(people.map(({ id }) => String(id)));
    expect(pages.at(-1)).toMatchObject({ last: true, listing: 'complete', providerTime: clock.now() });
    const from = 'eventDateFrom=2026-03-07T14%3A05%3A00Z';
    expect(calls).toEqual([
      'POST /raceroster/oauth/authorize',
      `GET /raceroster/v1/events?offset=0&limit=1&${from}`,
      `GET /raceroster/v1/events?offset=0&limit=5&${from}`,
      `GET /raceroster/v1/events?offset=1&limit=5&${from}`,
      ...[0, 4, 8, 11].map((offset) => `GET /raceroster/v1/events/${event.id}/participants?offset=${offset}&limit=5`),
    ]);
  });

  test('finds what changed, and who left, in one call and the one that ends it', async () => {
    const { sandbox, people, connect, query, clock, calls } = await world();
    clock.forward(60_000);
    const since = clock.now();
    const [, , gone] = people;
    refund(sandbox.world, gone?.id ?? 0);
    const pages = await collect(connect().listParticipants({ ...query, since }));
    expect(pages.flatMap(({ records }) => records.map(({ id, removal }) => [id, removal]))).toEqual([
      [String(gone?.id), { reason: 'inactive' }],
    ]);
    expect([pages.at(-1)?.listing, calls.length]).toEqual(['partial', 3]);
  });

  test('sees that somebody vanished between two pages', async () => {
    const { sandbox, people, connect, query } = await world();
    const pages = connect().listParticipants(query)[Symbol.asyncIterator]();
    await pages.next();
    vanish(sandbox.world, people[0]?.id ?? 0);
    expect((await pages.next()).value).toMatchObject({ listing: 'unstable' });
  });

  test('renews a token that Race Roster has forgotten', async () => {
    const tokens = tokenCache('forgotten');
    const { connect, query } = await world(tokens);
    expect((await collect(connect().listParticipants(query))).at(-1)?.listing).toBe('complete');
    expect(tokens.log.map((line) => line.split(' ')[0])).toEqual(['drop', 'set']);
  });

  test('is refused with a wrong secret, which no message repeats', async () => {
    const { connect } = await world();
    const error: unknown = await connect('wrong-secret')
      .check()
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(CredentialRefused);
    for (let at = error; at instanceof Error; at = at.cause) expect(at.message).not.toContain('wrong-secret');
  });
});
