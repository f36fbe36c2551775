/** Gathers what `doctor` judges. Whatever is broken becomes a fact; only a bug or the end of the run is thrown. */
import { DatabaseUnavailable, EmbeddedDatabaseBusy, P88Error } from '../domain/errors.ts';
import { exposureOf } from '../domain/file-access.ts';
import type { Failure } from '../domain/outcomes.ts';
import { paceOf } from '../plan/pace.ts';
import { stretchesOf } from '../plan/stretch.ts';
import { specOf } from '../report/event-condition.ts';
import { listCredentials } from '../store/credentials.ts';
import type { Database } from '../store/database.ts';
import { explainDatabaseError } from '../store/database-errors.ts';
import { missingRights, readServer } from '../store/doctor-reads.ts';
import { allMigrations, checkSchema, readSchemaState } from '../store/migrate.ts';
import { listPartners } from '../store/partners.ts';
import { countRejected } from '../store/rejected-rows.ts';
import { assumedZones, eventKey } from '../store/status-reads.ts';
import { failureOf } from '../sync/unit-failure.ts';
import type { CommandContext, Workspace } from './context.ts';
import { gatherCredentials } from './doctor-credentials.ts';
import type { ClockReading, DatabaseFacts, DoctorFacts, EventFacts, WorkFacts } from './doctor-facts.ts';
import { gatherTimers } from './doctor-timers.ts';
import type { Machine } from './machine.ts';
import { readSituation, startsFrom, usableCredentials } from './sync-setup.ts';
import { keyFile, settingsFile } from './timer-files.ts';

/** @param calls one call with each credential; false: none. */
export async function gatherFacts(context: CommandContext, calls: boolean): Promise<DoctorFacts> {
  const machine = await context.machine();
  const { now, facts } = await gatherDatabase(context, machine, calls);
  return {
    now,
    nodeVersion: machine.nodeVersion,
    configuration: context.configuration,
    hasSettingsFile: await machine.exists(settingsFile),
    exposed: await gatherExposed(machine),
    timers: await gatherTimers(machine),
    database: facts,
  };
}

async function gatherExposed(machine: Machine): Promise<DoctorFacts['exposed']> {
  const found = await Promise.all(
    [settingsFile, keyFile].map(async (path) => {
      const access = await machine.accessTo(path);
      const exposure = access && exposureOf(path, access);
      return exposure ? [{ path, ...exposure }] : [];
    }),
  );
  return found.flat();
}

async function gatherDatabase(
  context: CommandContext,
  machine: Machine,
  calls: boolean,
): Promise<{ now: Date; facts: DatabaseFacts | Failure }> {
  try {
    await refuseToCreate(context, machine);
    const database = await context.openDatabase();
    return await lookInto(context, machine, database, calls);
  } catch (error) {
    if (!(error instanceof DatabaseUnavailable || error instanceof EmbeddedDatabaseBusy)) throw error;
    return { now: context.now(), facts: failureOf(error) };
  }
}

/** To open an embedded database that is not there would make it. @throws DatabaseUnavailable */
async function refuseToCreate(context: CommandContext, machine: Machine): Promise<void> {
  const { dataDir } = context.configuration;
  if (dataDir === undefined || (await machine.exists(`${dataDir}/pglite/PG_VERSION`))) return;
  throw new DatabaseUnavailable(`there is no embedded database in ${dataDir}, or this account may not see it`, {
    hint: 'Run `p88sync migrate`, or `p88sync doctor` with the settings and the account of the timers.',
  });
}

async function lookInto(context: CommandContext, machine: Machine, database: Database, calls: boolean) {
  // The first query connects; only the second one tells the time without that delay.
  const state = await readSchemaState(database);
  const schema = failureOfCheck(() => checkSchema(state, allMigrations(context.providers), database.shown));
  try {
    const before = machine.now();
    const server = await readServer(database.db);
    const clock: ClockReading = { before, at: server.now, after: machine.now() };
    const facts = { shown: database.shown, server, clock, schema };
    if (schema) return { now: context.now(), facts: { ...facts, missingRights: [], work: undefined } };
    const missing = await missingRights(database.db, context.providers);
    // Without its rights neither a call nor a reading would end well; the finding says what to grant first.
    if (missing.length > 0) return { now: context.now(), facts: { ...facts, missingRights: missing, work: undefined } };
    const workspace = await context.openWorkspace();
    const work = await gatherWork(context, workspace, calls);
    return { now: workspace.clock.now(), facts: { ...facts, missingRights: missing, work } };
  } catch (error) {
    throw explainDatabaseError(error, database.shown);
  }
}

async function gatherWork(context: CommandContext, workspace: Workspace, calls: boolean): Promise<WorkFacts> {
  const { db } = workspace.database;
  const [partners, credentials, rejected] = await Promise.all([
    listPartners(db),
    listCredentials(db),
    countRejected(db),
  ]);
  const usable = usableCredentials(credentials, workspace);
  const known = new Set(usable.map((one) => one.credentialId));
  return {
    partners: partners.length,
    // Before the calls: they take seconds, in which nothing else should seem to fall behind.
    events: await gatherEvents(context, workspace),
    credentials: await gatherCredentials(context, workspace, usable, calls),
    unknownProviders: credentials.filter((one) => !known.has(one.credentialId)).map((one) => one.providerName),
    rejectedRows: [...rejected.values()].reduce((sum, n) => sum + n, 0),
  };
}

async function gatherEvents(context: CommandContext, workspace: Workspace): Promise<readonly EventFacts[]> {
  const { settings } = context;
  const now = workspace.clock.now();
  const situation = await readSituation(context, workspace, { startsFrom: startsFrom(context, now) });
  const assumed = await assumedZones(workspace.database.db);
  const stretches = stretchesOf(situation.events, situation.credentials, now, settings);
  const known = new Set(situation.credentials.map((one) => one.credentialId));
  // Events whose credential was removed are not synced, and nothing is wrong with that.
  const synced = situation.events.filter((event) => known.has(event.credentialId));
  return synced.map((event) => {
    const stretch = stretches.get(event.credentialId);
    const { priority, lagMs } = paceOf(event, stretch?.factor ?? 1, now, settings);
    return {
      spec: specOf(event),
      priority,
      lagMs,
      lastSyncAt: event.lastCompleted?.startedAt,
      running: event.running !== undefined,
      budgetBinds: stretch !== undefined,
      failure: event.lastFailure && { status: event.lastFailure.status, reason: event.lastFailure.reason },
      timeZone: event.timeZone,
      timeZoneAssumed: assumed.has(eventKey(event)),
    };
  });
}

function failureOfCheck(check: () => void): Failure | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (!(error instanceof P88Error)) throw error;
    return failureOf(error);
  }
}
