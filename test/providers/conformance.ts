/**
 * The conformance suite: every promise of src/domain/provider.ts, kept over real HTTP handling (createCaller over msw)
 * against the sandbox. A provider's own test file calls `describeProvider` with its kit and adds its oddities.
 */
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  CredentialRefused,
  P88Error,
  ProviderThrottled,
  ProviderUnavailable,
  UnknownAnswer,
} from '../../src/domain/errors.ts';
import type { Json } from '../../src/domain/json.ts';
import type {
  EventQuery,
  ParticipantQuery,
  Provider,
  ProviderAdapter,
  ProviderSession,
} from '../../src/domain/provider.ts';
import type { EventPage, ParticipantPage, ParticipantRecord } from '../../src/domain/records.ts';
import { refund, register, setBib, transfer } from '../../src/sandbox/changes.ts';
import type { ExpectedRegistration } from '../../src/sandbox/expected.ts';
import type { FaultOptions } from '../../src/sandbox/faults.ts';
import type { RaceEvent, World } from '../../src/sandbox/world.ts';
import { recordingCaller } from '../http/recording-caller.ts';
import { sandboxHandlers } from '../sandbox/msw.ts';
import { buildConformanceWorld, type ConformanceWorld, standInOf, worldNow } from './conformance-world.ts';
import { byId, supplemented } from './registrations.ts';
import { allOf } from './scripted-session.ts';

/** A participant in a flat form that record and sandbox share. */
export type Flat = Readonly<Record<string, unknown>>;

export interface ConformanceKit {
  readonly provider: Provider;
  /** Part of the path that lists events, of the one that lists participants. */
  readonly eventsPath: string;
  readonly participantsPath: string;
  /** Its own ways to say, beside HTTP status codes, that the credential is refused, and that calls come too fast. */
  readonly ownRefusals: readonly FaultOptions[];
  readonly ownThrottles: readonly FaultOptions[];
  /** What a page that comes again means to this provider: `ends` where it answers the last page for ever. Default: `fails`. */
  readonly repeatedPage?: 'fails' | 'ends';
  /** Sets the stand-in's switches, where the suite is to run on another answer to what is unknown. */
  behave?(behaviour: World['behaviour']): void;
  /** What the record says, and what it should say; `removed` is in both. */
  actual(record: ParticipantRecord): Flat;
  expected(registration: ExpectedRegistration): Flat;
}

/** More calls than any series here may need: a loop that spins is cut off by its test's fault, not by a time limit. */
const everyCall = 500;
const wrongSecret = 'not-the-secret';

export function describeProvider(kit: ConformanceKit): void {
  const { provider } = kit;
  let world: ConformanceWorld;
  /** Everything a provider lets out: logged paths, warnings, errors, pages. */
  let letOut: unknown[];
  /** Access tokens that were handed out. */
  let tokens: string[];

  const server = setupServer();
  let adapter: ProviderAdapter;

  beforeAll(async () => {
    adapter = await provider.load();
    server.listen({ onUnhandledRequest: 'error' });
  });
  afterAll(() => server.close());
  beforeEach(() => {
    world = buildConformanceWorld(provider);
    kit.behave?.(world.sandbox.world.behaviour);
    letOut = [];
    tokens = [];
    server.resetHandlers(...sandboxHandlers(world.sandbox, [standInOf(provider)]));
  });
  // Promise 7, over whatever the test did.
  afterEach(() => {
    const { principal, secret, additionalConfig } = world.account;
    const text = JSON.stringify(letOut);
    for (const value of [principal, secret, wrongSecret, additionalConfig['password'], ...tokens]) {
      if (value) expect(text).not.toContain(value);
    }
  });

  function connect(options: { pageSize?: number; secret?: string } = {}): ProviderSession {
    let token: string | undefined;
    const { call, recording } = recordingCaller({ baseUrl: new URL(provider.defaults.baseUrl) });
    const credential = {
      principal: world.account.principal,
      secret: options.secret ?? world.account.secret,
      additionalConfig: { ...world.account.additionalConfig },
    };
    adapter.checkCredential(credential);
    letOut.push(recording.reserved);
    return adapter.connect(credential, {
      baseUrl: new URL(provider.defaults.baseUrl),
      pageSize: options.pageSize ?? 7,
      call,
      tokens: {
        get: async () => token,
        set: async (text) => {
          token = text;
          tokens.push(text);
        },
        drop: async () => {
          token = undefined;
        },
      },
      program: {},
      now: () => worldNow,
      warn: (message, fields) => letOut.push([message, fields]),
    });
  }

  const query = (overrides: Partial<ParticipantQuery> = {}): ParticipantQuery => ({
    events: world.unit.map(({ id, race }) => ({ eventId: id, raceId: race.id, timeZone: race.timeZone })),
    since: undefined,
    resume: undefined,
    ...overrides,
  });

  async function participants(overrides: Partial<ParticipantQuery> = {}, session = connect()) {
    const pages: ParticipantPage[] = [];
    for (const page of await allOf(session.listParticipants(query(overrides)))) pages.push(await read(page, session));
    letOut.push(pages);
    return pages;
  }

  /** The pages alone, whoever they only announce. */
  const listed = () => allOf(connect().listParticipants(query()));

  /** The page with the registrations that it only announces, each read by a call of its own. */
  async function read(page: ParticipantPage, session: ProviderSession): Promise<ParticipantPage> {
    const records = [...page.records];
    const rejected = [...page.rejected];
    for (const { eventId, id } of page.outlines ?? []) {
      const event = query().events.find((one) => one.eventId === eventId);
      if (event === undefined || session.readRegistration === undefined) throw new Error(`nobody asked for ${eventId}`);
      const registration = await session.readRegistration(event, id);
      records.push(...registration.records);
      rejected.push(...registration.rejected);
    }
    return { ...page, records, rejected };
  }

  async function events(overrides: Partial<EventQuery> = {}, session = connect()): Promise<EventPage[]> {
    const pages = await allOf(session.listEvents({ startsFrom: worldNow, ...overrides }));
    letOut.push(pages);
    return pages;
  }

  /** The error of some work; it is let out, as a log would. */
  async function errorOf(work: Promise<unknown>): Promise<P88Error> {
    const error = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!(error instanceof P88Error)) throw new Error(`not an error of ours: ${error}`, { cause: error });
    for (let at: unknown = error; at instanceof Error; at = at.cause) letOut.push(at.message);
    letOut.push(error.hint);
    return error;
  }

  const recordsOf = (pages: readonly ParticipantPage[]) => pages.flatMap((page) => page.records).sort(byId);
  const flatOf = (pages: readonly ParticipantPage[]) =>
    supplemented(recordsOf(pages), provider.tables.participants).map((record) => ({
      eventId: record.eventId,
      id: record.id,
      ...kit.actual(record),
    }));
  const expectedFlat = (of: readonly RaceEvent[]) =>
    world
      .expected()
      .registrations.filter((row) => row.vanishedAt === null && of.some((event) => event.id === row.eventId))
      .sort(byId)
      .map((row) => ({ eventId: row.eventId, id: row.id, ...kit.expected(row) }));
  const lastsOf = (pages: readonly { last: boolean }[]) => pages.map((page) => page.last);

  describe('the credential', () => {
    it('is proved by check()', async () => {
      const line = await connect().check();
      letOut.push(line);
      expect(line).not.toBe('');
    });

    it('with a wrong secret is refused', async () => {
      const session = connect({ secret: wrongSecret });
      expect(await errorOf(session.check())).toBeInstanceOf(CredentialRefused);
      expect(await errorOf(events({}, session))).toBeInstanceOf(CredentialRefused);
    });

    it('revoked at the provider is refused in every call', async () => {
      world.account.enabled = false;
      expect(await errorOf(events())).toBeInstanceOf(CredentialRefused);
      expect(await errorOf(participants())).toBeInstanceOf(CredentialRefused);
    });

    it('that lacks its parts is refused before any call', () => {
      const check = () => adapter.checkCredential({ principal: '', secret: '', additionalConfig: {} });
      expect(check).toThrow(/lacks/);
    });
  });

  describe('discovery', () => {
    const wanted = (from: number) =>
      world
        .expected()
        .events.filter((event) => !event.volunteer && Date.parse(event.startAt) >= from)
        .map(({ eventId, startAt }) => ({ eventId, startAt }));
    const found = (pages: readonly EventPage[]) =>
      pages
        .flatMap((page) => page.events)
        .map((event) => ({ eventId: event.eventId, startAt: event.startAt.toISOString() }))
        .sort((a, b) => a.startAt.localeCompare(b.startAt) || a.eventId.localeCompare(b.eventId));

    it('finds exactly the upcoming events of the account, each with its exact start', async () => {
      const pages = await events();
      expect(found(pages)).toEqual(wanted(worldNow.getTime()));
      expect(pages.flatMap((page) => page.rejected)).toEqual([]);
      expect(lastsOf(pages)).toEqual([...pages.slice(1).map(() => false), true]);
    });

    it('finds the past too where it is asked for', async () => {
      const pages = await events({ startsFrom: undefined });
      expect(found(pages)).toEqual(wanted(Number.NEGATIVE_INFINITY));
      expect(lastsOf(pages)).toEqual([...pages.slice(1).map(() => false), true]);
    });

    it('finds one event by its id, of the past too', async () => {
      for (const event of [world.unit[0], world.past]) {
        const pages = await events({ startsFrom: undefined, eventId: event.id });
        expect(found(pages).map((one) => one.eventId)).toEqual([event.id]);
      }
    });

    it('names the race of an event where the provider groups by race', async () => {
      const pages = await events();
      const races = new Set(pages.flatMap((page) => page.races.map((race) => race.raceId)));
      for (const { raceId } of pages.flatMap((page) => page.events)) {
        expect(raceId === undefined ? 'none' : races.has(raceId)).toBe(provider.unit === 'race' ? true : 'none');
      }
    });

    it('maps the same answer to equal records', async () => {
      expect(await events()).toEqual(await events());
    });

    it('fills the columns of its tables, all of them and no other', async () => {
      for (const page of await events()) {
        for (const race of page.races) expect(Object.keys(race.row)).toEqual(columnsOf('races'));
        for (const event of page.events) expect(Object.keys(event.row)).toEqual(columnsOf('events'));
      }
    });
  });

  const columnsOf = (table: keyof Provider['tables']) => Object.keys(provider.tables[table]?.columns ?? {});

  describe('participants', () => {
    it('are the ones the sandbox holds, row by row, with those who left marked', async () => {
      const pages = await participants();
      const rows = flatOf(pages);
      expect(rows).toEqual(expectedFlat(world.unit));
      expect(rows.filter((row) => 'removed' in row && row['removed'] !== null).length).toBeGreaterThanOrEqual(5);
      expect(pages.flatMap((page) => page.rejected)).toEqual([]);
      expect(lastsOf(pages)).toEqual([...pages.slice(1).map(() => false), true]);
      expect(pages.map((page) => page.providerTime)).toEqual(pages.map(() => worldNow));
    });

    it('fill the columns of the table, all of them and no other', async () => {
      for (const record of recordsOf(await participants()))
        expect(Object.keys(record.row)).toEqual(columnsOf('participants'));
    });

    it('have the same ids and rows whatever the page size', async () => {
      const records = recordsOf(await participants());
      for (const pageSize of [3, 1_000]) {
        expect(recordsOf(await participants({}, connect({ pageSize })))).toEqual(records);
      }
    });

    it('come out equal a second time', async () => {
      expect(await participants()).toEqual(await participants());
    });

    it('changed since an instant are all in an incremental listing', async () => {
      const [event] = world.unit;
      const ids = event.registrations.filter((row) => row.removal === null).map((row) => row.id);
      const since = new Date(worldNow.getTime() + 3_600_000);
      world.sandbox.setClock(since);
      const added = register(world.sandbox.world, event);
      refund(world.sandbox.world, ids[3] ?? 0);
      transfer(world.sandbox.world, ids[4] ?? 0, world.target);
      setBib(world.sandbox.world, ids[5] ?? 0, '990');
      const numbers = [added.id, ids[3], ids[4], ids[5]];
      const changed = world
        .expected()
        .registrations.filter(({ registrationId }) => numbers.includes(registrationId))
        .map(({ id }) => id);
      const rows = flatOf(await participants({ since }));
      const expected = expectedFlat(world.unit).filter((row) => changed.includes(row.id));
      expect(rows.filter((row) => changed.includes(row.id))).toEqual(expected);
      if (provider.incremental) expect(rows.length).toBeLessThan(expectedFlat(world.unit).length);
    });

    it('of a listing that may not conclude who is missing are never called complete', async () => {
      const since = new Date(worldNow.getTime() + 3_600_000);
      const full = (await participants()).at(-1)?.listing;
      expect(full).toBe(provider.removals === 'absence' ? 'complete' : 'partial');
      const filtered = (await participants({ since })).at(-1)?.listing;
      if (provider.incremental) expect(filtered).not.toBe('complete');
    });

    it('go on behind any page in a new session', async () => {
      const pages = await participants();
      expect(pages.length).toBeGreaterThan(3);
      for (const [position, page] of pages.entries()) {
        const resume: Json = JSON.parse(JSON.stringify(page.resume));
        const rest = await participants({ resume });
        expect(recordsOf(rest)).toEqual(recordsOf(pages.slice(position + 1)));
        expect(rest.at(-1)?.last).toBe(true);
      }
    });

    it('with one bad row lose only that one', async () => {
      const good = recordsOf(await participants());
      world.sandbox.fail({ kind: 'missing-id', pathIncludes: kit.participantsPath });
      const pages = await participants();
      const rejected = pages.flatMap((page) => page.rejected);
      expect(rejected).toEqual([{ eventId: world.unit[0].id, error: expect.any(String), source: expect.any(Object) }]);
      const ids = recordsOf(pages).map((record) => record.id);
      const { key, listedBy = key[0] ?? '' } = provider.tables.participants;
      const lost = good.filter((record) => !ids.includes(record.id)).map((record) => record.row[listedBy]);
      // Nobody, where the list is looked at again and the row is good by then.
      expect(new Set(lost).size).toBeLessThanOrEqual(1);
    });
  });

  describe('an answer that is not what it should be', () => {
    for (const kind of ['html', 'truncated', 'unknown-envelope'] as const) {
      it(`${kind}: is unknown, never an empty list`, async () => {
        world.sandbox.fail({ kind, pathIncludes: kit.eventsPath });
        expect(await errorOf(events())).toBeInstanceOf(UnknownAnswer);
        world.sandbox.fail({ kind, pathIncludes: kit.participantsPath });
        expect(await errorOf(participants())).toBeInstanceOf(UnknownAnswer);
        world.sandbox.fail({ kind, pathIncludes: kit.participantsPath, skip: 2 });
        expect(await errorOf(participants())).toBeInstanceOf(UnknownAnswer);
      });
    }

    it('the same page over and over: stops', async () => {
      world.sandbox.fail({ kind: 'repeat-page', pathIncludes: kit.participantsPath, skip: 1, times: everyCall });
      if (kit.repeatedPage === 'ends') expect((await listed()).at(-1)?.last).toBe(true);
      else expect(await errorOf(listed())).toBeInstanceOf(UnknownAnswer);
      expect(world.sandbox.calls.length).toBeLessThan(10);
    });
  });

  describe('a failure is classified', () => {
    const refusals: FaultOptions[] = [
      { kind: 'status', status: 401 },
      { kind: 'status', status: 403 },
      ...kit.ownRefusals,
    ];
    it.each(refusals)('refused: %j', async (fault) => {
      world.sandbox.fail({ ...fault, times: everyCall });
      expect(await errorOf(participants())).toBeInstanceOf(CredentialRefused);
      expect(await errorOf(events())).toBeInstanceOf(CredentialRefused);
      expect(await errorOf(connect().check())).toBeInstanceOf(CredentialRefused);
    });

    const throttles: FaultOptions[] = [{ kind: 'status', status: 429 }, ...kit.ownThrottles];
    it.each(throttles)('throttled: %j', async (fault) => {
      world.sandbox.fail({ ...fault, retryAfter: 30, pathIncludes: kit.participantsPath });
      const error = await errorOf(participants());
      expect(error).toBeInstanceOf(ProviderThrottled);
      expect(error).toMatchObject({ retryAt: new Date(worldNow.getTime() + 30_000) });
    });

    const outages: FaultOptions[] = [
      { kind: 'status', status: 500 },
      { kind: 'status', status: 503 },
      { kind: 'reset' },
    ];
    it.each(outages)('unavailable: %j; what passes in two retries is no failure', async (fault) => {
      world.sandbox.fail({ ...fault, pathIncludes: kit.participantsPath, times: 2 });
      expect(flatOf(await participants())).toEqual(expectedFlat(world.unit));
      world.sandbox.fail({ ...fault, pathIncludes: kit.participantsPath, times: everyCall });
      expect(await errorOf(participants())).toBeInstanceOf(ProviderUnavailable);
    });
  });
}
