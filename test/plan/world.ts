/** A fake world for simulations: ticks plan and sync, calls go a second apart, and the log of calls is the judge. */
import type { CredentialState, EventState, LeftOut, PlannedUnit } from '../../src/domain/planning.ts';
import { defaultSettings } from '../../src/domain/settings.ts';
import { planTick } from '../../src/plan/plan.ts';
import { hour, minute, second } from './facts.ts';

export interface World {
  readonly events: readonly EventState[];
  readonly credentials: readonly CredentialState[];
  /** Calls that a sync of the unit really makes; by default as many as were planned. */
  readonly callsOf?: (unit: PlannedUnit) => number;
  /** Registrations that a listing at this tick (ms) announces; by default nobody. */
  readonly announced?: (event: EventState, tick: number) => number;
  /** Instants (ms) of calls before the first tick, by credential id. */
  readonly earlierCalls?: ReadonlyMap<number, readonly number[]>;
  /** Instants of the ticks (ms). */
  readonly ticks: Iterable<number>;
}

export interface Run {
  /** Ticks (ms) at which each event was synced, by event id. */
  readonly syncs: ReadonlyMap<string, readonly number[]>;
  /** Instants of the calls (ms) by credential id. */
  readonly calls: ReadonlyMap<number, readonly number[]>;
  /** Registrations left to be read behind each tick, by event id. */
  readonly backlogs: ReadonlyMap<string, readonly number[]>;
  readonly leftOut: readonly (LeftOut & { readonly tick: number })[];
}

/** Ticks every minute from `from` to `to` (ms), both inclusive. */
export function everyMinute(from: Date, to: Date): number[] {
  const ticks: number[] = [];
  for (let tick = from.getTime(); tick <= to.getTime(); tick += minute) ticks.push(tick);
  return ticks;
}

export function run(world: World): Run {
  const events = new Map(world.events.map((event) => [event.eventId, event]));
  const syncs = new Map<string, number[]>(world.events.map((event) => [event.eventId, []]));
  const calls = new Map<number, number[]>(
    world.credentials.map(({ credentialId }) => [credentialId, [...(world.earlierCalls?.get(credentialId) ?? [])]]),
  );
  const backlogs = new Map<string, number[]>(world.events.map((event) => [event.eventId, []]));
  const leftOut: (LeftOut & { tick: number })[] = [];
  for (const tick of world.ticks) {
    const now = new Date(tick);
    const credentials = world.credentials.map((credential) => ({
      ...credential,
      callsByAge: byAge(calls.get(credential.credentialId) ?? [], tick),
    }));
    const plan = planTick({ now, events: [...events.values()], credentials, settings: defaultSettings });
    leftOut.push(...plan.leftOut.map((left) => ({ ...left, tick })));
    for (const unit of plan.units) {
      const log = calls.get(unit.credentialId) ?? [];
      const startedAt = new Date(Math.max(tick, (log.at(-1) ?? 0) + second));
      const made = world.callsOf?.(unit) ?? unit.cost;
      let toRead = unit.detailCalls ?? 0;
      unit.events.forEach((event, index) => {
        const found = unit.kind === 'details' ? 0 : (world.announced?.(event, tick) ?? 0);
        const read = Math.min(toRead, event.backlog + found);
        toRead -= read;
        const backlog = event.backlog + found - read;
        for (let call = index === 0 ? -made : 0; call < read; call += 1) {
          log.push(Math.max(startedAt.getTime(), (log.at(-1) ?? 0) + second));
        }
        if (unit.kind === 'details') {
          events.set(event.eventId, { ...event, backlog });
          return;
        }
        syncs.get(event.eventId)?.push(tick);
        events.set(event.eventId, {
          ...event,
          backlog,
          lastCompleted: { startedAt, watermark: startedAt },
          lastFullAt: unit.kind === 'full' ? startedAt : event.lastFullAt,
          calls: { ...event.calls, [unit.kind]: index === 0 ? made : 0 },
        });
      });
    }
    for (const [eventId, { backlog }] of events) backlogs.get(eventId)?.push(backlog);
  }
  return { syncs, calls, backlogs, leftOut };
}

/** Calls may lie behind the tick that made them (a second apart): those count as new. */
function byAge(log: readonly number[], tick: number): number[] {
  const ages = new Array<number>(60).fill(0);
  for (let index = log.length - 1; index >= 0; index -= 1) {
    const age = Math.max(0, Math.floor((tick - (log[index] ?? 0)) / minute));
    if (age >= 60) break;
    ages[age] = (ages[age] ?? 0) + 1;
  }
  return ages;
}

/** The most calls in any sliding hour of a log. */
export function mostInAnHour(log: readonly number[]): number {
  let most = 0;
  let oldest = 0;
  log.forEach((call, index) => {
    while (call - (log[oldest] ?? 0) >= hour) oldest += 1;
    most = Math.max(most, index - oldest + 1);
  });
  return most;
}
