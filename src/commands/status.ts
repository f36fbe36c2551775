/** `status`: one screen that says whether Saturday will be fine. Reads only; makes no call. */
import { UsageError } from '../domain/errors.ts';
import type { EventState, LeftOut } from '../domain/planning.ts';
import type { StatusCredential, StatusData, StatusEvent } from '../domain/status.ts';
import { catchUpsOf } from '../plan/catch-up.ts';
import { paceOf } from '../plan/pace.ts';
import { planTick } from '../plan/plan.ts';
import { stretchesOf } from '../plan/stretch.ts';
import { statusJson } from '../report/status-json.ts';
import { renderStatus } from '../report/status-screen.ts';
import { listCredentials } from '../store/credentials.ts';
import { readBackfills } from '../store/outlines.ts';
import { findPartner, listPartners } from '../store/partners.ts';
import { countRejected } from '../store/rejected-rows.ts';
import {
  assumedZones,
  countPeople,
  discoveriesByCredential,
  eventKey,
  lastCalls,
  lastDiscovery,
  readLastSyncs,
  readRunning,
} from '../store/status-reads.ts';
import type { CommandContext, CommandResult, Workspace } from './context.ts';
import { shownQueue } from './shown-queue.ts';
import { statusLinks } from './status-links.ts';
import { readSituation, type Situation, startsFrom, usableCredentials } from './sync-setup.ts';

export interface StatusOptions {
  readonly partner?: string;
  readonly event?: string;
}

export async function runStatus(context: CommandContext, options: StatusOptions): Promise<CommandResult> {
  const workspace = await context.openWorkspace();
  const partner = options.partner === undefined ? undefined : await findPartner(workspace.database.db, options.partner);
  const data = await gather(context, workspace, partner?.partnerId, options.event);
  // An empty screen would read as "nothing is set up".
  if (options.event !== undefined && data.events.length === 0) {
    throw new UsageError(`no upcoming event ${options.event} is known${partner ? ` of ${partner.name}` : ''}`, {
      hint: '`p88sync status` lists those that are; `p88sync discover` looks for new ones.',
    });
  }
  return { exit: 'done', text: context.json ? '' : renderStatus(data, context.terminal), json: statusJson(data) };
}

async function gather(
  context: CommandContext,
  workspace: Workspace,
  partnerId: number | undefined,
  eventId: string | undefined,
): Promise<StatusData> {
  const { database, clock, providerIds } = workspace;
  const { db } = database;
  const now = clock.now();
  // The plan is made for all: budgets and caps are shared by what is not shown.
  const situation = await readSituation(context, workspace, { startsFrom: startsFrom(context, now) });
  const plan = planTick({ now, ...situation, settings: context.settings });
  const shown = situation.events.filter(
    (event) =>
      (partnerId === undefined || event.partnerId === partnerId) &&
      (eventId === undefined || event.eventId === eventId),
  );
  const partners = await listPartners(db);
  const names = new Map(partners.map((one) => [one.partnerId, one.name]));
  const withDetails = new Set(situation.credentials.flatMap((one) => (one.details ? [one.credentialId] : [])));
  const [people, syncs, rejected, assumed, backfills] = await Promise.all([
    countPeople(db, providerIds.byId, shown),
    readLastSyncs(db, shown),
    countRejected(db),
    assumedZones(db),
    readBackfills(
      db,
      shown.filter((event) => withDetails.has(event.credentialId)),
    ),
  ]);
  const withCredential = new Set(situation.credentials.map((one) => one.credentialId));
  const leftOut = new Map(plan.leftOut.map((one) => [eventKey(one.event), one]));
  const stretches = stretchesOf(situation.events, situation.credentials, now, context.settings);
  const catchUps = catchUpsOf(situation.events, situation.credentials);
  const events = shown.map((event): StatusEvent => {
    const key = eventKey(event);
    return {
      partnerId: event.partnerId,
      partner: names.get(event.partnerId) ?? '',
      provider: event.provider,
      credentialId: withCredential.has(event.credentialId) ? event.credentialId : undefined,
      eventId: event.eventId,
      name: event.name,
      startAt: event.startAt,
      timeZone: event.timeZone,
      timeZoneAssumed: assumed.has(key),
      ...(people.get(key) ?? { participants: 0, removed: 0 }),
      rejectedRows: rejected.get(key) ?? 0,
      backfill: backfills.get(key),
      pace: paceOf(
        event,
        stretches.get(event.credentialId)?.factor ?? 1,
        now,
        context.settings,
        catchUps.get(event.credentialId),
      ),
      lastSync: syncs.get(key),
      failure: failureOf(event),
      running: event.running !== undefined,
      leftOut: reasonShown(leftOut.get(key)),
    };
  });
  const credentials = await credentialLines(workspace, situation, { partnerId, now });
  // Of all: what is not shown tells as well whether the timers run.
  const lastSyncAt = newest(situation.events.map((event) => event.lastCompleted?.startedAt));
  return {
    now,
    database: database.shown,
    partners: partners.length,
    credentials,
    events,
    links: await statusLinks(workspace, {
      query: { now, ...situation, settings: context.settings },
      partners: names,
      rejected,
      partnerId,
      eventId,
    }),
    running: await readRunning(db, now),
    lastDiscoveryAt: await lastDiscovery(db, now),
    lastSyncAt,
    rejectedRows: [...rejected.values()].reduce((sum, n) => sum + n, 0),
    queue: await shownQueue(workspace, { partnerId, eventId, now }),
  };
}

async function credentialLines(
  workspace: Workspace,
  situation: Situation,
  { partnerId, now }: { partnerId: number | undefined; now: Date },
): Promise<StatusCredential[]> {
  const { db } = workspace.database;
  const states = new Map(situation.credentials.map((one) => [one.credentialId, one]));
  const [stored, used, discoveries] = await Promise.all([
    listCredentials(db),
    lastCalls(db),
    discoveriesByCredential(db, now),
  ]);
  return usableCredentials(stored, workspace)
    .filter((one) => partnerId === undefined || one.partnerId === partnerId)
    .map((one) => {
      const state = states.get(one.credentialId);
      return {
        credentialId: one.credentialId,
        partnerId: one.partnerId,
        partner: one.partner,
        provider: one.provider.name,
        callsLastHour: state?.callsByAge.reduce((sum, n) => sum + n, 0) ?? 0,
        callsPerHour: state?.callsPerHour ?? one.provider.defaults.callsPerHour,
        refused: one.refusedAt && {
          since: one.refusedAt,
          reason: one.refusedReason ?? 'no reason was recorded',
          probeAt: one.notBefore,
        },
        notBefore: one.notBefore,
        lastCallAt: used.get(one.credentialId),
        registrations: one.provider.abilities.registrations,
        lastDiscovery: discoveries.get(one.credentialId),
      };
    });
}

function failureOf(event: EventState): StatusEvent['failure'] {
  if (event.listingStoppedAt) {
    // The syncs behind it complete; it stays red until a person has spoken or a full listing is believed again.
    const reason = 'safety stop: a complete listing lacks too many people, nobody was marked as removed';
    return { at: event.listingStoppedAt, status: 'failed_permanent', failures: 1, reason, retryAt: undefined };
  }
  const failure = event.lastFailure;
  return (
    failure && {
      at: failure.startedAt,
      status: failure.status,
      failures: failure.failures,
      reason: failure.reason,
      retryAt: failure.retryAt,
    }
  );
}

/** What runs or waits for its retry has columns of its own. */
function reasonShown(left: LeftOut | undefined): string | undefined {
  return left && left.why !== 'running' && left.why !== 'retry-later' ? left.reason : undefined;
}

function newest(dates: readonly (Date | undefined)[]): Date | undefined {
  return dates.reduce((latest, date) => (date && (!latest || date > latest) ? date : latest), undefined);
}
