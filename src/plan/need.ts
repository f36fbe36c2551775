/** What the beats of a class will cost one credential in the coming hour, minute by minute. Pure. */
import type { CredentialState, EventState } from '../domain/planning.ts';
import type { Priority, Settings } from '../domain/settings.ts';
import { listingRate, lookAhead } from './budget.ts';
import { catchUpsOf, withCatchUp } from './catch-up.ts';
import { beatMs, dueAtMs } from './pace.ts';
import { seriesOf, together, usualKind } from './series.ts';
import { windowOf } from './window.ts';

const minuteMs = 60_000;

export interface NeedQuery {
  readonly credential: CredentialState;
  /** All events of the credential. */
  readonly events: readonly EventState[];
  readonly priority: Priority;
  /** What this tick takes: due again one interval from now. */
  readonly planned: ReadonlySet<EventState>;
  readonly now: Date;
  readonly settings: Settings;
}

/** An event's time in the class, in minutes from now, both inclusive. */
interface Stay {
  readonly event: EventState;
  readonly from: number;
  readonly to: number;
}

/**
 * Calls that the beats of a class need from the next tick up to each minute m from now (cumulative; 0 at m = 0, which is
 * this tick). Events that enter the window within the hour count from their minute, those that leave it up to theirs.
 */
export function needByMinute(query: NeedQuery): Float64Array {
  const { credential, priority, settings, now } = query;
  const series = staysBySeries(query);
  const every = settings.cadence[priority].everyMinutes;
  const stretch = priority === 'high' ? stretchByMinute(series, every, credential) : undefined;
  const catchUp = catchUpsOf(query.events, [credential]).get(credential.credentialId);
  const beatsOf = (stay: Stay, add: (minute: number) => void): void => {
    const own = withCatchUp(every, stay.event, priority, catchUp, now);
    // A stretched class is held to its share of each tick, so its intervals come out in fractions; others in whole ticks.
    const ticks = Math.max(1, Math.ceil(beatMs(own, settings) / minuteMs));
    beats(stay, own, (minute) => ticks * (stretch?.[minute] ?? 1), query, add);
  };
  const need = new Float64Array(lookAhead);
  for (const stays of series) addCosts(need, stays, credential, beatsOf);
  for (let minute = 1; minute < lookAhead; minute += 1) need[minute] = (need[minute] ?? 0) + (need[minute - 1] ?? 0);
  return need;
}

function staysBySeries({ credential, events, priority, now, settings }: NeedQuery): Stay[][] {
  const series = new Map<string, Stay[]>();
  for (const event of events) {
    const window = windowOf(event.startAt, priority, settings);
    const from = Math.max(1, Math.ceil((window.from - now.getTime()) / minuteMs));
    const to = Math.min(lookAhead - 1, Math.floor((window.to - now.getTime()) / minuteMs));
    if (from > to) continue;
    const key = seriesOf(event, credential);
    const stays = series.get(key);
    if (stays === undefined) series.set(key, [{ event, from, to }]);
    else stays.push({ event, from, to });
  }
  return [...series.values()];
}

/** The minutes at which an event will be synced. */
function beats(
  stay: Stay,
  every: number,
  stepAt: (minute: number) => number,
  { now, settings, planned }: NeedQuery,
  add: (minute: number) => void,
): void {
  const wait = dueAtMs(stay.event, every, now, settings) - now.getTime();
  const first = planned.has(stay.event) ? stepAt(0) : Math.ceil(wait / minuteMs);
  let minute = Math.max(stay.from, first);
  while (minute <= stay.to) {
    const whole = Math.floor(minute);
    add(whole);
    minute += stepAt(whole);
  }
}

/** How much the class will be stretched at each minute; without it the need of a class that does not fit has no bound. */
function stretchByMinute(
  series: readonly (readonly Stay[])[],
  every: number,
  credential: CredentialState,
): Float64Array {
  const round = new Float64Array(lookAhead);
  for (const stays of series) {
    addCosts(round, stays, credential, (stay, add) => {
      for (let minute = stay.from; minute <= stay.to; minute += 1) add(minute);
    });
  }
  const rate = listingRate(credential);
  return round.map((calls) => Math.max(1, calls / every / rate));
}

/** Adds the cost of a series at each minute that `minutesOf` names; events that meet in a minute are one unit. */
function addCosts(
  costs: Float64Array,
  stays: readonly Stay[],
  credential: CredentialState,
  minutesOf: (stay: Stay, add: (minute: number) => void) => void,
): void {
  const kind = usualKind(credential);
  const calls = new Float64Array(lookAhead);
  const met = new Uint8Array(lookAhead);
  for (const stay of stays) {
    const own = stay.event.calls[kind] ?? 0;
    minutesOf(stay, (minute) => {
      calls[minute] = together(credential, calls[minute] ?? 0, own);
      met[minute] = 1;
    });
  }
  for (let minute = 0; minute < lookAhead; minute += 1) {
    const cost = Math.max(credential.minimumCalls[kind], calls[minute] ?? 0);
    if (met[minute] === 1) costs[minute] = (costs[minute] ?? 0) + cost;
  }
}
