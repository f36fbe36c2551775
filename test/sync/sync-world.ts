/** What the tests of the sync are made of: one credential, a provider that follows a script, a clock that is set by hand. */
import { randomUUID } from 'node:crypto';
import { CallRefused } from '../../src/domain/errors.ts';
import type { Log } from '../../src/domain/log.ts';
import type { UnitOutcome } from '../../src/domain/outcomes.ts';
import type { EventState, PlannedUnit } from '../../src/domain/planning.ts';
import type { EventQuery, EventRef, ParticipantQuery, Provider, ProviderSession } from '../../src/domain/provider.ts';
import type { EventPage, ParticipantPage, ParticipantRecord, Registration } from '../../src/domain/records.ts';
import { defaultSettings, type Settings } from '../../src/domain/settings.ts';
import { abandonDeadClaims } from '../../src/store/claims.ts';
import type { Database } from '../../src/store/database.ts';
import type { Owner } from '../../src/store/participants.ts';
import type { CredentialRun, SyncContext } from '../../src/sync/context.ts';
import { syncUnit, type UnitOptions } from '../../src/sync/sync-unit.ts';
import {
  addEvents,
  at,
  historyOf,
  hour,
  identity,
  newOwner,
  now,
  peopleOf,
  type TableRow,
} from '../store/store-world.ts';

/** A page, or what happens instead of it: an error is thrown, a function is called and may bring the page. */
export type Step<Page> = Page | Error | (() => Promise<Page | undefined> | Page | undefined);

export interface Script {
  participants: readonly Step<ParticipantPage>[];
  events: readonly Step<EventPage>[];
  /** By registration id; who is not there is refused. */
  registrations: Readonly<Record<string, Step<Registration>>>;
  check: () => Promise<string>;
}

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: object;
}

export interface World {
  readonly database: Database;
  readonly owner: Owner;
  readonly provider: Provider;
  readonly script: Script;
  /** What the provider was asked for. */
  readonly asked: ParticipantQuery[];
  readonly askedEvents: EventQuery[];
  /** Ids of the registrations, in the order in which they were asked for. */
  readonly askedDetails: string[];
  readonly log: LogLine[];
  readonly context: SyncContext;
  readonly run: CredentialRun;
  /** Sets the clock (ms from the beginning). */
  setClock(ms: number): void;
  stop(): void;
  unit(eventIds: readonly string[], changes?: Partial<PlannedUnit>): PlannedUnit;
  sync(unit: PlannedUnit, options?: Partial<UnitOptions>): Promise<UnitOutcome>;
  people(): Promise<Readonly<Record<string, TableRow>>>;
  history(): Promise<readonly Record<string, unknown>[]>;
}

export interface WorldChanges {
  readonly settings?: Partial<Settings>;
  /** Another credential of the same partner, or the same in a new process. */
  readonly owner?: Owner;
  readonly refusals?: number;
  readonly throttles?: number;
  /** Reservations show here, in the order of the calls. */
  readonly onCall?: (unitId: string | undefined) => void;
}

/** A partner with events 100, 200 and 300 (`e1` and so on where ids are text), all of one race. */
export async function syncWorld(database: Database, provider: Provider, changes: WorldChanges = {}): Promise<World> {
  const { db } = database;
  const owner = changes.owner ?? (await newOwner(db, provider));
  const ids = provider.name === 'runsignup' ? ['100', '200', '300'] : ['e1', 'e2', 'e3'];
  if (!changes.owner) await addEvents(db, owner, provider, ids);
  let clock = now;
  let calls = 0;
  let unitId: string | undefined;
  const stopped = new AbortController();
  const log: LogLine[] = [];
  const asked: ParticipantQuery[] = [];
  const askedEvents: EventQuery[] = [];
  const askedDetails: string[] = [];
  const script: Script = { participants: [], events: [], registrations: {}, check: async () => 'it is us' };
  const call = () => {
    calls += 1;
    changes.onCall?.(unitId);
  };
  const session: ProviderSession = {
    check: () => {
      call();
      return script.check();
    },
    listParticipants: (query) => {
      asked.push(query);
      return follow(script.participants, Number(query.resume ?? 0), call, (page, index) => ({
        ...page,
        resume: index,
      }));
    },
    listEvents: (query) => {
      askedEvents.push(query);
      return follow(script.events, 0, call, (page) => page);
    },
    ...(provider.abilities.details && {
      readRegistration: async (_: EventRef, id: string) => {
        askedDetails.push(id);
        call();
        const step = script.registrations[id] ?? new CallRefused(`${id} was not found`);
        if (step instanceof Error) throw step;
        const registration = typeof step === 'function' ? await step() : step;
        if (!registration) throw new Error('a script must tell what is read');
        return registration;
      },
    }),
  };
  const context: SyncContext = {
    database,
    providers: new Map([[owner.providerId, provider]]),
    clock: { now: () => clock },
    settings: { ...defaultSettings, ...changes.settings },
    identity: identity(),
    log: recording(log),
    signal: stopped.signal,
    newId: randomUUID,
  };
  const run: CredentialRun = {
    owner,
    provider,
    session,
    refusals: changes.refusals ?? 0,
    throttles: changes.throttles ?? 0,
    callsMade: () => calls,
    begin: (unit) => {
      unitId = unit.unitId;
    },
  };
  return {
    database,
    owner,
    provider,
    script,
    asked,
    askedEvents,
    askedDetails,
    log,
    context,
    run,
    setClock: (ms) => {
      clock = at(ms);
    },
    stop: () => stopped.abort(),
    unit: (eventIds, unit) => plannedUnit(owner, provider, eventIds, unit),
    sync: (unit, options) =>
      syncUnit(context, run, unit, { allowMassRemoval: false, ceiling: async () => 1_000, ...options }),
    people: () => peopleOf(db, owner, provider),
    history: async () => (await historyOf(db, owner)).filter((row) => row['event_id'] !== null),
  };
}

async function* follow<Page extends object>(
  steps: readonly Step<Page>[],
  from: number,
  call: () => void,
  finish: (page: Page, index: number) => Page,
): AsyncGenerator<Page, void, void> {
  for (const [index, step] of steps.entries()) {
    if (index < from) continue;
    call();
    if (step instanceof Error) throw step;
    const page = typeof step === 'function' ? await step() : step;
    if (page) yield finish(page, index + 1);
  }
}

export function plannedUnit(
  owner: Owner,
  provider: Provider,
  eventIds: readonly string[],
  changes: Partial<PlannedUnit> = {},
): PlannedUnit {
  const events = eventIds.map(
    (eventId): EventState => ({
      partnerId: owner.partnerId,
      providerId: owner.providerId,
      provider: provider.name,
      credentialId: owner.credentialId,
      eventId,
      raceId: provider.unit === 'race' ? '10' : undefined,
      name: `Event ${eventId}`,
      startAt: at(24 * hour),
      timeZone: 'America/Denver',
      lastCompleted: undefined,
      lastFullAt: undefined,
      calls: {},
      backlog: 0,
      lastFailure: undefined,
      running: undefined,
    }),
  );
  return {
    partnerId: owner.partnerId,
    providerId: owner.providerId,
    provider: provider.name,
    credentialId: owner.credentialId,
    raceId: events[0]?.raceId,
    kind: 'full',
    priority: 'medium',
    since: undefined,
    events,
    cost: 2,
    lateness: 1,
    reason: 'a test',
    ...changes,
  };
}

/** A page of participants, the last one unless it is said otherwise. */
export function page(records: readonly ParticipantRecord[], changes: Partial<ParticipantPage> = {}): ParticipantPage {
  return {
    records,
    rejected: [],
    last: true,
    providerTime: undefined,
    listing: 'complete',
    ...changes,
  } as ParticipantPage;
}

/** Pages with two people each, the last one marked as such. */
export function pages(
  records: readonly ParticipantRecord[],
  changes: Partial<ParticipantPage> = {},
): ParticipantPage[] {
  const count = Math.ceil(records.length / 2);
  return Array.from({ length: count }, (_, index) =>
    page(records.slice(2 * index, 2 * index + 2), { last: index === count - 1, ...changes }),
  );
}

/** As a later process on another host sees to it, once the leases have run out. */
export async function afterTheLease(world: World, ms: number): Promise<void> {
  world.setClock(ms);
  await abandonDeadClaims(world.database.db, 'host-b', () => undefined, at(ms));
}

export function recording(lines: LogLine[], more: object = {}): Log {
  const write = (level: LogLine['level']) => (fields: object, message: string) =>
    void lines.push({ level, message, fields: { ...more, ...fields } });
  return {
    debugEnabled: true,
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: (fields) => recording(lines, { ...more, ...fields }),
  };
}
