/**
 * What a tick does for linked scoring events, behind the registrations: which pushes and pulls are due and why, and which are
 * left out and why. Pure. They have the lowest priority of all: of a credential that registrations are synced with too they
 * take only what those will not need in the coming hour.
 */
import type { CredentialState } from '../domain/planning.ts';
import {
  type ScoringKind,
  type ScoringLeftOut,
  type ScoringPlan,
  type ScoringState,
  type ScoringUnit,
  scoringKinds,
} from '../domain/scoring-work.ts';
import type { Settings } from '../domain/settings.ts';
import { refusedFor } from './due.ts';
import { callsFreeFor } from './free-calls.ts';
import { beatMs } from './pace.ts';
import type { PlanQuery } from './plan.ts';
import { calls, duration } from './words.ts';

const minuteMs = 60_000;
const hourMs = 3_600_000;

export interface ScoringQuery extends PlanQuery {
  readonly scoring: readonly ScoringState[];
}

/** Pushes before pulls: people who are not in the scoring system have no results. Inside a kind the nearest start first. */
export function planScoring(query: ScoringQuery): ScoringPlan {
  const { now, settings } = query;
  const credentials = new Map(query.credentials.map((credential) => [credential.credentialId, credential]));
  const spent = new Map<number, number>();
  const probed = new Set<number>();
  const units: ScoringUnit[] = [];
  const leftOut: ScoringLeftOut[] = [];
  for (const kind of scoringKinds) {
    for (const event of nearestFirst(query.scoring, now)) {
      const due = dueOf(kind, event, now, settings);
      if (due === undefined) continue;
      const credential = credentials.get(event.credentialId);
      const cost = Math.max(1, event.history[kind].lastCompleted?.apiCalls ?? 1);
      const kept = keptBack(event, kind, due, credential, now) ?? noRoom(query, credential, cost, spent, probed, now);
      if (kept !== undefined) {
        leftOut.push({ kind, event, ...kept });
        continue;
      }
      spent.set(event.credentialId, (spent.get(event.credentialId) ?? 0) + cost);
      probed.add(event.credentialId);
      const probe = credential?.refusedAt && `probe, ${refusedFor(credential.refusedAt, now)}; `;
      units.push({ kind, event, cost, reason: `${probe ?? ''}${due.reason}` });
    }
  }
  return { units, leftOut };
}

/** When work of a kind is wanted next. */
interface Due {
  /** UTC; in the past or now where it is due. */
  readonly at: Date;
  readonly reason: string;
}

/** Undefined: not asked for (yet), or only after its retry although nothing is due by the cadence. */
function dueOf(kind: ScoringKind, event: ScoringState, now: Date, settings: Settings): Due | undefined {
  const pace = scoringPace(kind, event, now, settings);
  if (pace === undefined) return undefined;
  const isDue = pace.dueAt <= now;
  return isDue || pace.normalDueAt <= now ? { at: pace.dueAt, reason: pace.reason } : undefined;
}

export interface ScoringPace {
  /** When it is due next (UTC), its failures considered. */
  readonly dueAt: Date;
  /** The same had nothing failed. */
  readonly normalDueAt: Date;
  readonly reason: string;
}

/** Where a kind of work stands in its cadence; undefined: its provider cannot, or the time for it is over. */
export function scoringPace(
  kind: ScoringKind,
  event: ScoringState,
  now: Date,
  settings: Settings,
): ScoringPace | undefined {
  if (!event.can[kind]) return undefined;
  const window = windowOf(kind, event, settings);
  if (window === undefined || now.getTime() > window.to) return undefined;
  const { lastCompleted, lastFailure } = event.history[kind];
  const every = kind === 'push' ? settings.scoring.pushEveryMinutes : settings.scoring.resultsEveryMinutes;
  const changedAt = kind === 'push' ? changedSince(event, lastCompleted?.startedAt) : undefined;
  const next =
    lastCompleted === undefined ? now.getTime() : lastCompleted.startedAt.getTime() + beatMs(every, settings);
  const normal = Math.max(window.from, changedAt === undefined ? next : Math.min(next, now.getTime()));
  const ago = (at: Date) => `${duration(Math.max(0, now.getTime() - at.getTime()))} ago`;
  const done = kind === 'push' ? 'pushed' : 'pulled';
  const why =
    lastCompleted === undefined
      ? `never ${done}`
      : changedAt === undefined
        ? `last ${done} ${ago(lastCompleted.startedAt)}, due every ${duration(every * minuteMs)}`
        : `a sync that ended ${ago(changedAt)} changed something`;
  const normalDueAt = new Date(normal);
  if (lastFailure === undefined) return { normalDueAt, dueAt: normalDueAt, reason: why };
  const failedAt = lastFailure.startedAt.getTime();
  switch (lastFailure.status) {
    case 'abandoned':
      return {
        normalDueAt,
        dueAt: new Date(Math.max(window.from, Math.min(normal, now.getTime()))),
        reason: `the run that had it ended without a result: ${lastFailure.reason}; ${why}`,
      };
    case 'failed':
      return {
        normalDueAt,
        dueAt: new Date(Math.min(lastFailure.retryAt?.getTime() ?? now.getTime(), failedAt + beatMs(every, settings))),
        reason: `retry ${lastFailure.failures} of ${settings.retryMinutes.length}: ${lastFailure.reason}; ${why}`,
      };
    case 'failed_permanent': {
      // Its normal pace; a push that changes ask for every minute does not press harder than its last retry did.
      const changed = kind === 'push' && changedSince(event, lastFailure.startedAt) !== undefined;
      const wait = changed ? (settings.retryMinutes.at(-1) ?? every) * minuteMs : beatMs(every, settings);
      return {
        normalDueAt,
        dueAt: new Date(failedAt + wait),
        reason: `failed ${lastFailure.failures} times in a row: ${lastFailure.reason}; ${why}`,
      };
    }
  }
}

/** The instants (UTC, ms) between which work is done; undefined where no linked event is known. */
function windowOf(
  kind: ScoringKind,
  event: ScoringState,
  settings: Settings,
): { from: number; to: number } | undefined {
  const starts = event.linked.flatMap(({ startAt }) => startAt?.getTime() ?? []);
  if (starts.length === 0) return undefined;
  const first = Math.min(...starts);
  const last = Math.max(...starts);
  return kind === 'push'
    ? { from: Number.NEGATIVE_INFINITY, to: last + settings.stopAfterHours * hourMs }
    : { from: first, to: last + settings.scoring.resultsUntilHours * hourMs };
}

/** End of the newest sync of a linked event that changed something after `since`. */
function changedSince(event: ScoringState, since: Date | undefined): Date | undefined {
  let newest: Date | undefined;
  for (const { changedAt } of event.linked) {
    if (changedAt !== undefined && (newest === undefined || changedAt > newest)) newest = changedAt;
  }
  return newest !== undefined && (since === undefined || newest > since) ? newest : undefined;
}

type Kept = Pick<ScoringLeftOut, 'why' | 'reason'>;

function keptBack(
  event: ScoringState,
  kind: ScoringKind,
  due: Due,
  credential: CredentialState | undefined,
  now: Date,
): Kept | undefined {
  if (credential === undefined) {
    return { why: 'refused', reason: 'the credential of its link was removed: link it again with another one' };
  }
  const { running, lastFailure } = event.history[kind];
  if (running !== undefined) {
    const since = duration(Math.max(0, now.getTime() - running.startedAt.getTime()));
    return { why: 'running', reason: `running for ${since} on ${running.host} (process ${running.pid})` };
  }
  const retryIn = due.at.getTime() - now.getTime();
  if (retryIn > 0) {
    const reason = lastFailure?.reason ?? 'no reason kept';
    return { why: 'retry-later', reason: `failed (${reason}), retry in ${duration(retryIn)}` };
  }
  const wait = credential.notBefore === undefined ? 0 : credential.notBefore.getTime() - now.getTime();
  if (wait <= 0) return undefined;
  if (credential.refusedAt === undefined) {
    return { why: 'not-before', reason: `the provider wants no call for another ${duration(wait)}` };
  }
  return { why: 'refused', reason: `${refusedFor(credential.refusedAt, now)}, next probe in ${duration(wait)}` };
}

function noRoom(
  query: ScoringQuery,
  credential: CredentialState | undefined,
  cost: number,
  spent: ReadonlyMap<number, number>,
  probed: ReadonlySet<number>,
  now: Date,
): Kept | undefined {
  if (credential === undefined) return undefined;
  const { credentialId, refusedAt, callsPerHour } = credential;
  if (refusedAt !== undefined && probed.has(credentialId)) {
    return { why: 'refused', reason: `${refusedFor(refusedAt, now)}, this tick sends one probe` };
  }
  const free = callsFreeFor(query, credentialId, 'scoring').free - (spent.get(credentialId) ?? 0);
  // What needs more than all of it begins with what there is: a push goes on where it ended, and the log of calls is the judge.
  if (Math.min(cost, callsPerHour / 2) <= free) return undefined;
  const have = `${Math.max(0, free)} of ${callsPerHour} an hour are free`;
  return { why: 'budget', reason: `needs ${calls(cost)}, ${have} beside what registrations need in the coming hour` };
}

function nearestFirst(events: readonly ScoringState[], now: Date): ScoringState[] {
  const distance = ({ linked }: ScoringState) =>
    Math.min(...linked.map(({ startAt }) => (startAt ? Math.abs(startAt.getTime() - now.getTime()) : Infinity)));
  return events.toSorted(
    (a, b) =>
      (distance(a) === distance(b) ? 0 : distance(a) - distance(b)) ||
      a.credentialId - b.credentialId ||
      (a.eventId < b.eventId ? -1 : 1),
  );
}
