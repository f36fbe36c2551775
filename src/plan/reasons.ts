/** Why a unit runs now, in the words that `tick --dry-run`, `status` and the log show. Pure. */
import type { Settings } from '../domain/settings.ts';
import { type DueEvent, refusedFor } from './due.ts';
import { lastCompletedOf, lastFailureOf, lastFullOf } from './history.ts';
import type { UnitDraft } from './units.ts';
import { amount, duration, toStart } from './words.ts';

/** The reason of a unit is that of its latest event. */
export function reasonOf(unit: UnitDraft, now: Date, settings: Settings): string {
  const [latest] = unit.due;
  if (latest === undefined) return 'due';
  const refusedAt = unit.credential.refusedAt;
  const parts = [
    refusedAt === undefined ? undefined : `probe, ${refusedFor(refusedAt, now)}`,
    ...historyOf(latest, now, settings),
    whyFull(unit, now),
    toStart(latest.event.startAt, now),
    unit.events.length === 1 ? undefined : `latest of ${unit.events.length} events`,
  ];
  return parts.filter((part) => part !== undefined).join('; ');
}

function historyOf(one: DueEvent, now: Date, settings: Settings): string[] {
  const synced = `${lastSync(one, now)}, due ${cadence(one, settings)}`;
  const failure = lastFailureOf(one.event, now);
  if (failure === undefined) return [lastCompletedOf(one.event, now) === undefined ? lastSync(one, now) : synced];
  switch (failure.status) {
    case 'failed':
      return [`retry ${failure.failures} of ${settings.retryMinutes.length}: ${failure.reason}`, synced];
    case 'failed_permanent':
      return [`failed ${failure.failures} times in a row: ${failure.reason}`, synced];
    case 'abandoned':
      return [`the run that had it ended without a result: ${failure.reason}`, synced];
  }
}

function lastSync(one: DueEvent, now: Date): string {
  const completed = lastCompletedOf(one.event, now);
  if (completed !== undefined) {
    return `last sync ${duration(Math.max(0, now.getTime() - completed.startedAt.getTime()))} ago`;
  }
  return one.event.lastCompleted === undefined ? 'never synced' : 'its last sync lies in the future and is ignored';
}

/** `every 15 min`; `every 3.8 min instead of 1: 30 events need 3600 calls/h of 1000`. */
function cadence(one: DueEvent, settings: Settings): string {
  const every = `every ${amount(one.everyMinutes)} min`;
  const { stretch } = one;
  if (one.priority !== 'high' || stretch === undefined) return every;
  const set = amount(settings.cadence.high.everyMinutes);
  const need = `${stretch.events} ${stretch.events === 1 ? 'event needs' : 'events need'}`;
  return `${every} instead of ${set}: ${need} ${amount(stretch.callsNeeded)} calls/h of ${stretch.callsPerHour}`;
}

/** Why everything is asked for, where the event has been synced before. */
function whyFull(unit: UnitDraft, now: Date): string | undefined {
  const event = unit.due[0]?.event;
  if (unit.kind !== 'full' || event === undefined) return undefined;
  const completed = lastCompletedOf(event, now);
  if (completed === undefined) return undefined;
  if (completed.watermark === undefined) return 'full, since the last sync left no watermark';
  const listed = lastFullOf(event, now);
  if (listed === undefined) return 'full, since it was never listed whole';
  return `full, since the last full listing is ${duration(now.getTime() - listed.getTime())} old`;
}
