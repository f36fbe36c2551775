/** What the tests of pushes and pulls are made of: people at RunSignUp, a toy that scores them, and a clock set by hand. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { ScoringKind, ScoringState } from '../../src/domain/scoring-work.ts';
import { defaultSettings } from '../../src/domain/settings.ts';
import { providers } from '../../src/providers/registry.ts';
import { saveCredential } from '../../src/store/credentials.ts';
import type { Database } from '../../src/store/database.ts';
import { addLink, removeLinks } from '../../src/store/links.ts';
import { migrate } from '../../src/store/migrate.ts';
import type { Owner } from '../../src/store/participants.ts';
import { readProviderIds } from '../../src/store/provider-ids.ts';
import { readScoringStates } from '../../src/store/scoring-states.ts';
import type { CredentialRun, SyncContext } from '../../src/sync/context.ts';
import type { ScoringOptions } from '../../src/sync/scoring-run.ts';
import { runScoringUnit, type ScoringOutcome } from '../../src/sync/scoring-unit.ts';
import { openOnEmbedded, openOnPostgres } from '../store/opening.ts';
import {
  addEvents,
  at,
  cipher,
  historyOf,
  identity,
  newOwner,
  now,
  runsignup,
  type TableRow,
} from '../store/store-world.ts';
import { newToyScoringWorld, type ToyScoringWorld, toyScoring, toyScoringSession } from '../toy/toy-scoring.ts';
import type { LogLine } from './sync-world.ts';
import { recording } from './sync-world.ts';

export const toy = toyScoring(newToyScoringWorld());
const all = [...providers, toy];

/** Both databases, with the toy's tables. */
export const stores = [
  ['PostgreSQL', openOnPostgres],
  ['the embedded database', openOnEmbedded],
] as const;

export async function openWithToy(open: (typeof stores)[number][1]) {
  const store = await open();
  await migrate(store.database, all);
  return store;
}

export interface ScoringWorld {
  readonly database: Database;
  /** The partner at RunSignUp, with events 100 and 200, of which 100 is linked. */
  readonly owner: Owner;
  readonly scoringOwner: Owner;
  readonly toy: ToyScoringWorld;
  readonly context: SyncContext;
  readonly log: LogLine[];
  setClock(ms: number): void;
  stop(): void;
  link(eventId: string): Promise<void>;
  unlink(eventId: string): Promise<void>;
  state(): Promise<ScoringState>;
  run(kind: ScoringKind, options?: Partial<ScoringOptions>, changes?: Partial<SyncContext>): Promise<ScoringOutcome>;
  /** Rows of what the scoring event was told, by source id. */
  told(): Promise<Readonly<Record<string, TableRow>>>;
  results(): Promise<Readonly<Record<string, TableRow>>>;
  /** Of pushes and pulls. */
  history(): Promise<readonly Record<string, unknown>[]>;
}

export const scoringEvent = 'LAKE/10K';

export async function scoringWorld(database: Database): Promise<ScoringWorld> {
  const { db } = database;
  const owner = await newOwner(db, runsignup);
  const { byId, idOf } = await readProviderIds(db, all);
  const { partnerId } = owner;
  const providerId = idOf(toy);
  const added = { partnerId, providerId, principal: 'timer', secret: 'secret-1', config: {}, secretConfig: {} };
  const { credentialId } = await saveCredential(db, cipher, added);
  const scoringOwner = { partnerId, providerId, credentialId };
  await addEvents(db, owner, runsignup, ['100', '200']);
  const world = newToyScoringWorld();
  world.events.set(scoringEvent, { name: 'Event 100', startAt: at(24 * 3_600_000) });
  let clock = now;
  let calls = 0;
  const stopped = new AbortController();
  const log: LogLine[] = [];
  const context: SyncContext = {
    database,
    providers: byId,
    clock: { now: () => clock },
    settings: defaultSettings,
    identity: identity(),
    log: recording(log),
    signal: stopped.signal,
    newId: randomUUID,
  };
  const session = toyScoringSession({
    ...world,
    get results() {
      return world.results;
    },
    get rejected() {
      return world.rejected;
    },
    get races() {
      return world.races;
    },
    get listing() {
      return world.listing;
    },
    get removesByHand() {
      return world.removesByHand;
    },
    before: (call) => {
      calls += 1;
      return world.before(call);
    },
    after: (call) => world.after(call),
  });
  const run: CredentialRun = {
    owner: scoringOwner,
    provider: toy,
    session,
    refusals: 0,
    throttles: 0,
    callsMade: () => calls,
    begin: () => undefined,
  };
  const linkOf = (eventId: string) => ({
    partnerId,
    providerId: owner.providerId,
    eventId,
    scoringProviderId: providerId,
    scoringEventId: scoringEvent,
  });
  const state = async () => {
    const event = { providerId, eventId: scoringEvent };
    const [found] = await readScoringStates(db, byId, { partnerId, event }, clock);
    if (!found) throw new Error('nothing is linked');
    return found;
  };
  const rowsOf = async (table: string, key: string, more = sql``) => {
    const result = await sql<TableRow>`select t.*, t.xmin::text as xmin ${more} from ${sql.table(table)} t
      where timing_partner_id = ${partnerId}`.execute(db);
    return Object.fromEntries(result.rows.map((row) => [String(row[key]), row]));
  };
  const result: ScoringWorld = {
    database,
    owner,
    scoringOwner,
    toy: world,
    context,
    log,
    setClock: (ms) => {
      clock = at(ms);
    },
    stop: () => stopped.abort(),
    link: async (eventId) => {
      await addLink(db, linkOf(eventId), credentialId, clock);
    },
    unlink: async (eventId) => {
      await removeLinks(db, [linkOf(eventId)]);
    },
    state,
    run: async (kind, options, changes) =>
      runScoringUnit(
        { ...context, ...changes },
        run,
        { kind, event: await state() },
        { all: false, allowMassRemoval: false, ceiling: async () => 1_000, ...options },
      ),
    told: () => rowsOf('pushed_participants', 'source_id'),
    results: () => rowsOf('toyscore_results', 'result_key', sql`, t.net_time::text as time`),
    history: async () =>
      (await historyOf(db, owner)).filter((row) => row['provider_id'] === providerId && row['claim_key'] !== null),
  };
  await result.link('100');
  return result;
}
