/** Last step of the plan: which of the units of one class fit into the tick and into the budget of each credential. Pure. */
import type { CredentialState, LeftOut } from '../domain/planning.ts';
import type { Priority } from '../domain/settings.ts';
import { headroom, unplannedCalls } from './budget.ts';
import { refusedFor } from './due.ts';
import type { UnitDraft } from './units.ts';
import { amount, calls } from './words.ts';

/** What one credential may still spend, kept over the classes of a tick. */
export interface Account {
  readonly credential: CredentialState;
  /** Calls free at each minute to come before this tick (`roomByMinute`). */
  readonly room: Float64Array;
  /** Calls of the units that this tick has taken. */
  spent: number;
  /** The first unit of the highest class that waits for more room than there is. */
  waiting: UnitDraft | undefined;
  /** A refused credential has sent its one probe. */
  probed: boolean;
}

export interface ClassQuery {
  readonly priority: Priority;
  readonly unitsPerTick: number;
  /** The units of the class, the most urgent first. */
  readonly units: readonly UnitDraft[];
  readonly accountOf: (unit: UnitDraft) => Account;
  /** Calls by minute that higher classes need of the account; none for the highest. */
  readonly needsOf: (account: Account) => readonly Float64Array[];
  /** What the class may start with in this tick, where it is stretched. */
  readonly callsPerTickOf: (account: Account) => number | undefined;
  readonly now: Date;
}

export interface Admitted {
  readonly taken: readonly UnitDraft[];
  readonly left: readonly LeftOut[];
}

type Refusal = Pick<LeftOut, 'why' | 'reason'>;

/** The share of an hour that lets a unit start which needs more than all of it: a few calls are always in the log. */
const nearlyFree = 0.9;

interface Limit {
  /** Calls free for the class before this tick. */
  readonly free: number;
  /** Calls that the class could have at most, in an hour in which nothing else of its kind was spent. */
  readonly most: number;
  readonly callsPerTick: number | undefined;
  /** The latest unit that waits for room. */
  waiting: UnitDraft | undefined;
}

/** Takes units in their order; spends from the accounts. */
export function admitClass(query: ClassQuery): Admitted {
  const taken: UnitDraft[] = [];
  const left: LeftOut[] = [];
  const { length } = query.units;
  const tickFull: Refusal = {
    why: 'tick-full',
    reason: `${length} ${query.priority} units are due, a tick takes ${query.unitsPerTick}; next tick`,
  };
  const limits = new Map<Account, Limit>();
  for (const unit of query.units) {
    const account = query.accountOf(unit);
    const limit = limits.get(account) ?? limitOf(account, query);
    limits.set(account, limit);
    const no = refusal(unit, account, limit, query) ?? (taken.length >= query.unitsPerTick ? tickFull : undefined);
    if (no !== undefined) {
      const { why, reason } = no;
      for (const { event, priority } of unit.due) left.push({ event, priority, why, reason });
      continue;
    }
    account.spent += unit.cost;
    account.probed = true;
    taken.push(unit);
  }
  return { taken, left };
}

/** The highest class is held by the hour alone, the others by what the classes above them need in the coming one. */
function limitOf(account: Account, query: ClassQuery): Limit {
  const { callsPerHour } = account.credential;
  if (query.priority === 'high') {
    const callsPerTick = query.callsPerTickOf(account);
    return { free: account.room[0] ?? 0, most: callsPerHour, callsPerTick, waiting: undefined };
  }
  const needs = query.needsOf(account);
  const needed = needs.reduce((sum, need) => sum + (need.at(-1) ?? 0), 0);
  return {
    free: headroom(account.credential, account.room, needs),
    most: callsPerHour - unplannedCalls(account.credential) - needed,
    callsPerTick: undefined,
    waiting: undefined,
  };
}

function refusal(unit: UnitDraft, account: Account, limit: Limit, query: ClassQuery): Refusal | undefined {
  const { credential } = account;
  if (credential.refusedAt !== undefined && account.probed) {
    return { why: 'refused', reason: `${refusedFor(credential.refusedAt, query.now)}, this tick sends one probe` };
  }
  // A unit that needs more than the whole hour starts when the hour is nearly free; the log of calls then paces it.
  const cost = Math.min(unit.cost, credential.callsPerHour * nearlyFree);
  const free = limit.free - account.spent;
  if (cost > free) {
    if (cost <= limit.most) {
      limit.waiting ??= unit;
      account.waiting ??= unit;
    }
    return { why: 'budget', reason: noRoom(unit, free, credential, query.priority) };
  }
  if (limit.callsPerTick !== undefined && account.spent >= limit.callsPerTick) {
    const share = `${amount(limit.callsPerTick)} of the ${credential.callsPerHour} calls an hour are for this tick`;
    return { why: 'budget', reason: `${share}, later events went first` };
  }
  // Small units would for ever take the room a large one waits for; those less than half as late let it come together.
  if (limit.waiting !== undefined && unit.lateness * 2 < limit.waiting.lateness) {
    const [first] = limit.waiting.events;
    const other = `event ${first?.eventId ?? ''}, which is later and needs ${calls(limit.waiting.cost)}`;
    return { why: 'budget', reason: `leaves room for ${other}` };
  }
  return undefined;
}

function noRoom(unit: UnitDraft, free: number, credential: CredentialState, priority: Priority): string {
  const have = `needs ${calls(unit.cost)}, ${amount(Math.max(0, Math.floor(free)))} of ${credential.callsPerHour} an hour are free`;
  return priority === 'high' ? have : `${have} beside what higher priorities need in the coming hour`;
}
