/**
 * The conformance suite of scoring systems that give results: what src/domain/scoring.ts promises, kept over real HTTP
 * handling against the sandbox. A provider's own test file calls `describeScoring` with its kit and adds its oddities.
 */
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  CallRefused,
  CredentialRefused,
  P88Error,
  ProviderThrottled,
  ProviderUnavailable,
  UnknownAnswer,
} from '../../src/domain/errors.ts';
import type { Provider, ProviderAdapter } from '../../src/domain/provider.ts';
import type { ResultPage, ResultRecord, ResultStatus, ScoringSession } from '../../src/domain/scoring.ts';
import type { FaultOptions } from '../../src/sandbox/faults.ts';
import { disqualify, expectedResults, setFinish, swapBibs, withdrawSplit } from '../../src/sandbox/finishes.ts';
import { type RaceEvent, registrationOf } from '../../src/sandbox/world.ts';
import { recordingCaller } from '../http/recording-caller.ts';
import { sandboxHandlers } from '../sandbox/msw.ts';
import { standInOf } from './conformance-world.ts';
import { byId } from './registrations.ts';
import { buildScoringWorld, type ScoringWorld, scoringNow } from './scoring-world.ts';
import { allOf } from './scripted-session.ts';

/** A result in a flat form that record and sandbox share. Times in ms. */
export interface FlatResult {
  readonly id: string;
  readonly bib: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly gender: string | null;
  readonly status: ResultStatus;
  readonly chipMs: number | null;
  readonly gunMs: number | null;
  readonly overallPlace: number | null;
  readonly genderPlace: number | null;
  readonly splits: readonly { readonly name: string; readonly ms: number | null }[];
}

export interface ScoringKit {
  readonly provider: Provider;
  /** The id of an event of the sandbox as an operator types it (`31002`, `RACE/EVENT`). */
  eventId(event: RaceEvent): string;
  /** What `findEvent` should call an event; default: its name. */
  name?(event: RaceEvent): string;
  /** Well formed, and of no event. */
  readonly unknownEventId: string;
  /** What `findEvent` should tell of an event; undefined where the provider does not tell it. */
  readonly tells: { readonly start: boolean; readonly timeZone: boolean };
  /** Part of the path of the calls that results come by. */
  readonly resultsPath: string;
  /** Its own ways to say, beside HTTP status codes, that the credential is refused, and that calls come too fast. */
  readonly ownRefusals: readonly FaultOptions[];
  readonly ownThrottles: readonly FaultOptions[];
  /** False: calls for results carry no credential that could be refused. Default: true. */
  readonly needsCredential?: boolean;
  /** What a record says. `row` is as the store gets it: intervals as text, splits as `split_times`. */
  actual(record: ResultRecord): FlatResult;
  /**
   * What the provider ought to tell of an event as the sandbox has it now, in any order: `expectedResults`, in the
   * precision in which the provider writes times and with what it cannot tell left out.
   */
  expected(event: RaceEvent): readonly FlatResult[];
}

/** More calls than any pull here may need. */
const everyCall = 500;

export function describeScoring(kit: ScoringKit): void {
  const { provider } = kit;
  const server = setupServer();
  let adapter: ProviderAdapter;
  let world: ScoringWorld;
  /** Everything a provider lets out: logged paths, warnings, errors, pages. */
  let letOut: unknown[];
  let tokens: string[];

  beforeAll(async () => {
    adapter = await provider.load();
    server.listen({ onUnhandledRequest: 'error' });
  });
  afterAll(() => server.close());
  beforeEach(() => {
    world = buildScoringWorld(provider);
    letOut = [];
    tokens = [];
    server.resetHandlers(...sandboxHandlers(world.sandbox, [standInOf(provider)]));
  });
  // No secret is in a log, an error, a warning or a record, whatever the test did.
  afterEach(() => {
    const { secret, additionalConfig } = world.account;
    const text = JSON.stringify(letOut);
    for (const value of [secret, additionalConfig['password'], additionalConfig['client_secret'], ...tokens]) {
      if (value) expect(text).not.toContain(value);
    }
  });

  function connect(
    options: { secret?: string; pageSize?: number } = {},
  ): Required<Pick<ScoringSession, 'listResults'>> & ScoringSession {
    let token: string | undefined;
    const { call, recording } = recordingCaller({ baseUrl: new URL(provider.defaults.baseUrl) });
    letOut.push(recording.reserved);
    const { principal, secret, additionalConfig } = world.account;
    const session = adapter.connect(
      { principal, secret: options.secret ?? secret, additionalConfig: { ...additionalConfig } },
      {
        baseUrl: new URL(provider.defaults.baseUrl),
        pageSize: options.pageSize ?? 15,
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
        now: () => scoringNow,
        warn: (message, fields) => letOut.push([message, fields]),
      },
    );
    const { scoring } = session;
    const listResults = scoring?.listResults?.bind(scoring);
    if (scoring === undefined || listResults === undefined) throw new Error(`${provider.name} lists no results`);
    return { ...scoring, listResults };
  }

  async function pull(event: RaceEvent = world.run, session = connect()): Promise<ResultPage[]> {
    const pages = await allOf(session.listResults(kit.eventId(event)));
    letOut.push(pages);
    return pages;
  }

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

  const recordsOf = (pages: readonly ResultPage[]) => pages.flatMap((page) => page.records).sort(byId);
  const flatOf = (pages: readonly ResultPage[]) => recordsOf(pages).map((record) => kit.actual(record));
  const expectedFlat = (event: RaceEvent = world.run) => [...kit.expected(event)].sort(byId);
  /** Ids of the sandbox of people who finished, fastest first. */
  const finishers = () =>
    expectedResults(world.run)
      .filter((one) => one.status === 'finished')
      .sort((a, b) => (a.overallPlace ?? 0) - (b.overallPlace ?? 0))
      .map((one) => one.registrationId);
  const idAt = (position: number) => finishers()[position] ?? 0;

  describe('an event', () => {
    it('is found by its id, with the columns of its table', async () => {
      for (const event of [world.run, world.ahead]) {
        const found = await connect().findEvent(kit.eventId(event));
        letOut.push(found);
        expect(found).toMatchObject({
          eventId: kit.eventId(event),
          name: kit.name?.(event) ?? event.name,
          startAt: kit.tells.start ? new Date(event.startAt) : undefined,
          timeZone: kit.tells.timeZone ? event.race.timeZone : undefined,
        });
        expect(Object.keys(found.row)).toEqual(Object.keys(provider.tables.events.columns));
      }
    });

    it('that does not exist is refused, and the credential is not', async () => {
      expect(await errorOf(connect().findEvent(kit.unknownEventId))).toBeInstanceOf(CallRefused);
      expect(await errorOf(allOf(connect().listResults(kit.unknownEventId)))).toBeInstanceOf(CallRefused);
    });
  });

  describe('results', () => {
    it('are the ones the sandbox holds, row by row', async () => {
      const pages = await pull();
      expect(flatOf(pages)).toEqual(expectedFlat());
      expect(pages.flatMap((page) => page.rejected)).toEqual([]);
      expect(pages.map((page) => page.last)).toEqual([...pages.slice(1).map(() => false), true]);
      expect(pages.at(-1)?.listing).toBe('complete');
      const statuses = flatOf(pages).map((one) => one.status);
      expect(statuses.filter((status) => status === 'finished').length).toBeGreaterThan(30);
      expect(statuses).toContain('dnf');
    });

    it('have ids that are unique and are the key of the table', async () => {
      const records = recordsOf(await pull());
      expect(new Set(records.map(({ id }) => id)).size).toBe(records.length);
      expect(provider.tables.results?.key).toEqual(['event_id', 'result_key']);
      for (const { id, eventId, row } of records) {
        expect({ id, eventId }).toEqual({ id: row['result_key'], eventId: kit.eventId(world.run) });
        expect(row['event_id']).toBe(eventId);
      }
    });

    it('fill the columns of the table, all of them and no other', async () => {
      const columns = Object.keys(provider.tables.results?.columns ?? {});
      for (const { row } of recordsOf(await pull())) expect(Object.keys(row)).toEqual(columns);
    });

    it('come out equal a second time, and whatever the page size', async () => {
      const pages = await pull();
      expect(await pull()).toEqual(pages);
      for (const pageSize of [3, 1_000]) {
        expect(recordsOf(await pull(world.run, connect({ pageSize })))).toEqual(recordsOf(pages));
      }
    });

    it('of an event that was not run yet are none, in a series that ended', async () => {
      const pages = await pull(world.ahead);
      expect(recordsOf(pages).filter(({ row }) => row['status'] === 'finished')).toEqual([]);
      expect(flatOf(pages)).toEqual(expectedFlat(world.ahead));
      expect(pages.at(-1)?.last).toBe(true);
    });
  });

  describe('what the timers correct', () => {
    /** Pulls, corrects, pulls again: all rows as they should be, and the ids of those that differ. */
    async function corrected(correct: () => void): Promise<readonly string[]> {
      const before = new Map(flatOf(await pull()).map((one) => [one.id, one]));
      correct();
      const after = flatOf(await pull());
      expect(after).toEqual(expectedFlat());
      const now = new Map(after.map((one) => [one.id, one]));
      const ids = [...new Set([...before.keys(), ...now.keys()])];
      return ids.filter((id) => JSON.stringify(before.get(id)) !== JSON.stringify(now.get(id)));
    }

    it('a disqualification: the person has no place and is no finisher, and others move up', async () => {
      const first = idAt(0);
      const bib = registrationOf(world.sandbox.world, first).bib;
      const wasFirst = flatOf(await pull()).find((one) => one.overallPlace === 1);
      expect(wasFirst?.bib ?? null).toBe(bib);
      const ids = await corrected(() => disqualify(world.sandbox.world, first));
      expect(ids.length).toBeGreaterThan(20);
      const now = flatOf(await pull()).find((one) => one.id === wasFirst?.id);
      expect(now?.overallPlace ?? null).toBeNull();
      expect(now?.status).not.toBe('finished');
    });

    it('a swapped bib: two rows differ, in their bibs alone', async () => {
      const before = new Map(flatOf(await pull()).map((one) => [one.id, one]));
      const withBib = finishers().filter((id) => registrationOf(world.sandbox.world, id).bib !== null);
      const ids = await corrected(() => swapBibs(world.sandbox.world, withBib[0] ?? 0, withBib[1] ?? 0));
      expect(ids).toHaveLength(2);
      const after = new Map(flatOf(await pull()).map((one) => [one.id, one]));
      const [a = '', b = ''] = ids;
      expect(after.get(a)).toEqual({ ...before.get(a), bib: before.get(b)?.bib });
      expect(after.get(b)).toEqual({ ...before.get(b), bib: before.get(a)?.bib });
    });

    it('a withdrawn split: it says so, in the row of one person', async () => {
      const ids = await corrected(() => withdrawSplit(world.sandbox.world, idAt(3), '10K'));
      expect(ids).toHaveLength(1);
    });

    it('a result that is taken back: nobody finished with it', async () => {
      const before = flatOf(await pull()).find((one) => one.overallPlace === 3);
      const ids = await corrected(() =>
        setFinish(world.sandbox.world, registrationOf(world.sandbox.world, idAt(2)), null),
      );
      expect(ids).toContain(before?.id);
      const now = flatOf(await pull()).find((one) => one.id === before?.id);
      expect(now === undefined || now.status === 'not-started').toBe(true);
      expect(now?.chipMs ?? null).toBeNull();
    });
  });

  describe('an answer that is not what it should be', () => {
    for (const kind of ['html', 'truncated', 'unknown-envelope'] as const) {
      it(`${kind}: is unknown, whichever call of the pull it answers`, async () => {
        // Two pages where a list is long: each of the calls comes at least once, and the test stays short.
        const inTwoPages = () => connect({ pageSize: 25 });
        await pull(world.run, inTwoPages());
        const calls = world.sandbox.calls.length;
        for (let skip = 0; skip < calls; skip++) {
          world.sandbox.fail({ kind, skip });
          expect(await errorOf(pull(world.run, inTwoPages())), `call ${skip + 1} of ${calls}`).toBeInstanceOf(
            UnknownAnswer,
          );
        }
        world.sandbox.fail({ kind });
        expect(await errorOf(connect().findEvent(kit.eventId(world.run)))).toBeInstanceOf(UnknownAnswer);
      });
    }
  });

  describe('a failure is classified', () => {
    if (kit.needsCredential !== false) {
      it('a wrong secret is refused', async () => {
        const session = connect({ secret: 'not-the-secret' });
        expect(await errorOf(pull(world.run, session))).toBeInstanceOf(CredentialRefused);
        expect(await errorOf(session.findEvent(kit.eventId(world.run)))).toBeInstanceOf(CredentialRefused);
      });
    }

    const refusals: FaultOptions[] = [
      { kind: 'status', status: 401 },
      { kind: 'status', status: 403 },
      ...kit.ownRefusals,
    ];
    it.each(refusals)('refused: %j', async (fault) => {
      world.sandbox.fail({ ...fault, times: everyCall });
      expect(await errorOf(pull())).toBeInstanceOf(CredentialRefused);
      expect(await errorOf(connect().findEvent(kit.eventId(world.run)))).toBeInstanceOf(CredentialRefused);
    });

    const throttles: FaultOptions[] = [{ kind: 'status', status: 429 }, ...kit.ownThrottles];
    it.each(throttles)('throttled: %j', async (fault) => {
      world.sandbox.fail({ ...fault, retryAfter: 30, pathIncludes: kit.resultsPath });
      expect(await errorOf(pull())).toBeInstanceOf(ProviderThrottled);
    });

    const outages: FaultOptions[] = [
      { kind: 'status', status: 500 },
      { kind: 'status', status: 503 },
      { kind: 'reset' },
    ];
    it.each(outages)('unavailable: %j; what passes in two retries is no failure', async (fault) => {
      world.sandbox.fail({ ...fault, pathIncludes: kit.resultsPath, times: 2 });
      expect(flatOf(await pull())).toEqual(expectedFlat());
      world.sandbox.fail({ ...fault, pathIncludes: kit.resultsPath, times: everyCall });
      expect(await errorOf(pull())).toBeInstanceOf(ProviderUnavailable);
    });
  });
}
