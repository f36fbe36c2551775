/**
 * The calls of a tick that read registrations one by one. Listings go first, since they tell what is new; what the tick
 * has beyond them is handed out by urgency: behind the listings, and in units of their own. Pure.
 */
import type { CredentialState, EventState, LeftOut, PlannedUnit } from '../domain/planning.ts';
import type { Priority, Settings } from '../domain/settings.ts';
import type { Account } from './admission.ts';
import { evenPace, headroom } from './budget.ts';
import { lastFailureOf } from './history.ts';
import { rank } from './units.ts';
import { priorityOf } from './window.ts';
import { calls, count, toStart } from './words.ts';

/**
 * Calls that one tick may make with a credential where people must not wait: they are a second apart, and a tick has 50
 * seconds.
 */
const burstCalls = 40;

export interface DetailsQuery {
  readonly now: Date;
  readonly settings: Settings;
  readonly events: readonly EventState[];
  /** Of every credential whose provider has `details`. */
  readonly accounts: readonly Account[];
  /** The listings of this tick. */
  readonly units: readonly PlannedUnit[];
  readonly leftOut: readonly LeftOut[];
  /** Calls by minute that the listings of the `classes` highest classes need in the coming hour. */
  readonly needsOf: (credential: CredentialState, classes: number) => readonly Float64Array[];
}

export interface PlannedDetails {
  /** All units of the tick in their order: listings with what they may read, and units that only read. */
  readonly units: readonly PlannedUnit[];
  /** Events whose registrations wait, beside those that are left out already. */
  readonly leftOut: readonly LeftOut[];
}

/** Who may read: a listing of this tick, or an event that has a backlog and no listing in this tick. */
interface Reader {
  readonly unit: PlannedUnit | undefined;
  readonly event: EventState;
  readonly priority: Priority;
  readonly backlog: number;
  granted: number;
}

export function planDetails(query: DetailsQuery): PlannedDetails {
  const grants = new Map<PlannedUnit, PlannedUnit>();
  const added: PlannedUnit[] = [];
  const leftOut: LeftOut[] = [];
  for (const account of query.accounts) {
    const readers = readersOf(account.credential, query);
    const granted = handOut(readers, account, query);
    for (const reader of readers) {
      if (reader.unit !== undefined) grants.set(reader.unit, withDetails(reader.unit, reader));
      else if (reader.granted > 0) added.push(detailsUnit(reader, query.now));
      else if (!query.leftOut.some((one) => one.event === reader.event)) {
        leftOut.push(waits(reader, account, granted));
      }
    }
  }
  const units = [...query.units.map((unit) => grants.get(unit) ?? unit), ...added];
  return { units: units.sort((a, b) => rank[a.priority] - rank[b.priority]), leftOut };
}

function readersOf(credential: CredentialState, { events, units, leftOut, now, settings }: DetailsQuery): Reader[] {
  const listings = units.filter((unit) => unit.credentialId === credential.credentialId);
  const readers = listings.flatMap((unit): Reader[] => {
    const [event] = unit.events;
    const backlog = unit.events.reduce((sum, one) => sum + one.backlog, 0);
    return event === undefined ? [] : [{ unit, event, priority: unit.priority, backlog, granted: 0 }];
  });
  if (credential.refusedAt === undefined && (credential.notBefore ?? now) <= now) {
    const listed = new Set(listings.flatMap((unit) => unit.events));
    const kept = new Set(leftOut.flatMap(({ event, why }) => (why === 'budget' || why === 'tick-full' ? [] : [event])));
    for (const event of events) {
      if (event.credentialId !== credential.credentialId || event.backlog === 0) continue;
      const priority = priorityOf(event.startAt, now, settings);
      if (priority === 'ended' || listed.has(event) || kept.has(event) || event.running !== undefined) continue;
      // Whatever failed is made up for by a listing: a unit that only reads would hide that it is missing.
      if (lastFailureOf(event, now) !== undefined) continue;
      readers.push({ unit: undefined, event, priority, backlog: event.backlog, granted: 0 });
    }
  }
  return readers.sort(
    (a, b) =>
      rank[a.priority] - rank[b.priority] ||
      distanceMs(a.event, now) - distanceMs(b.event, now) ||
      (a.event.eventId < b.event.eventId ? -1 : 1),
  );
}

/**
 * First what is known to wait, the nearest start first; half of the calls stay for other listings, which may find somebody
 * new, unless they are allowed a burst of their own. Then the rest for whatever the listings find, class by class.
 * @returns calls granted altogether.
 */
function handOut(readers: readonly Reader[], account: Account, query: DetailsQuery): number {
  let granted = 0;
  const grant = (reader: Reader, most: number) => {
    const given = Math.max(0, Math.min(most, freeFor(reader, account, granted, query)));
    reader.granted += given;
    granted += given;
  };
  const listings = readers.filter((reader) => reader.unit !== undefined);
  for (const reader of readers) {
    if (reader.backlog === 0) continue;
    const hasOthers = listings.some((one) => one !== reader && !canBurst(one));
    const free = freeFor(reader, account, granted, query);
    grant(reader, Math.min(reader.backlog, hasOthers ? Math.ceil(free / 2) : free));
  }
  listings.forEach((reader, index) => {
    const sharers = listings.slice(index).filter(({ priority }) => priority === reader.priority).length;
    grant(reader, Math.ceil(freeFor(reader, account, granted, query) / sharers));
  });
  return granted;
}

/**
 * Calls that a reader may get: an even pace over the hour, so that what is announced in its last minute is read as fast as
 * in the first. Race mornings do not wait for that pace, unless they have a backfill to do, which would eat the hour; those
 * further away leave them one burst.
 */
function freeFor(reader: Reader, account: Account, granted: number, query: DetailsQuery): number {
  const { credential, room, spent, waiting } = account;
  if (credential.refusedAt !== undefined) return 0;
  // A long listing for which the hour is to become free would wait for ever.
  if (waiting !== undefined && rank[waiting.priority] <= rank[reader.priority]) return 0;
  const needs = query.needsOf(credential, rank[reader.priority] + 1);
  const pace = canBurst(reader) ? burstCalls : Math.ceil(evenPace(credential, room, needs));
  const kept = reader.priority !== 'high' && (needs[0]?.at(-1) ?? 0) > 0 ? burstCalls : 0;
  const free = headroom(credential, room, needs) - kept;
  return Math.max(0, Math.floor(Math.min(pace, free) - spent - granted));
}

function canBurst({ priority, backlog }: Reader): boolean {
  return priority === 'high' && backlog <= burstCalls;
}

function withDetails(unit: PlannedUnit, { backlog, granted }: Reader): PlannedUnit {
  const reason = backlog === 0 ? unit.reason : `${unit.reason}; ${detailsOf(backlog, granted)}`;
  return { ...unit, detailCalls: granted, reason };
}

function detailsUnit({ event, priority, backlog, granted }: Reader, now: Date): PlannedUnit {
  const { partnerId, providerId, provider, credentialId, raceId } = event;
  return {
    partnerId,
    providerId,
    provider,
    credentialId,
    raceId,
    kind: 'details',
    priority,
    since: undefined,
    events: [event],
    cost: 0,
    detailCalls: granted,
    lateness: 0,
    reason: `${detailsOf(backlog, granted)}; ${toStart(event.startAt, now)}`,
  };
}

/** `details of 4,200 registrations, 8 calls`. */
function detailsOf(backlog: number, granted: number): string {
  return `details of ${registrations(backlog)}, ${calls(granted)}`;
}

function waits({ event, priority, backlog }: Reader, { credential, waiting }: Account, granted: number): LeftOut {
  const what = `details of ${registrations(backlog)}`;
  const reason =
    granted > 0
      ? `${what} wait: the ${calls(granted)} of this tick go to nearer events and to listings`
      : waiting !== undefined
        ? `${what} wait: leaves room for event ${waiting.events[0]?.eventId ?? ''}, whose listing needs ${calls(waiting.cost)}`
        : `${what} wait: none of ${credential.callsPerHour} calls an hour is free beside what listings need`;
  return { event, priority, why: 'budget', reason };
}

function registrations(n: number): string {
  return `${count(n)} ${n === 1 ? 'registration' : 'registrations'}`;
}

function distanceMs(event: EventState, now: Date): number {
  return Math.abs(event.startAt.getTime() - now.getTime());
}
