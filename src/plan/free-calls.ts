/** What a class may spend of a credential's hour right now; the store holds each unit to it while it runs. Pure. */
import type { EventState } from '../domain/planning.ts';
import { type Priority, priorities } from '../domain/settings.ts';
import { headroom, roomByMinute } from './budget.ts';
import { needByMinute } from './need.ts';
import type { PlanQuery } from './plan.ts';

export interface FreeCalls {
  /** Calls that the class can make now and leave the higher ones what they need in the coming hour. */
  readonly free: number;
  /** The same as a number of calls that may stand in the sliding hour, those already made included. */
  readonly ceiling: number;
}

/** `scoring` comes behind all classes. Both are 0 for a credential that is not known. */
export function callsFreeFor(query: PlanQuery, credentialId: number, priority: Priority | 'scoring'): FreeCalls {
  const credential = query.credentials.find((one) => one.credentialId === credentialId);
  if (!credential) return { free: 0, ceiling: 0 };
  const room = roomByMinute(credential);
  const now = room[0] ?? 0;
  if (priority === 'high') return { free: now, ceiling: credential.callsPerHour };
  const events = query.events.filter((event) => event.credentialId === credentialId);
  const { settings } = query;
  const planned = new Set<EventState>();
  const needs = priorities
    .slice(0, priority === 'scoring' ? undefined : priorities.indexOf(priority))
    .map((higher) => needByMinute({ credential, events, priority: higher, planned, now: query.now, settings }));
  const free = Math.max(0, Math.floor(headroom(credential, room, needs)));
  return { free, ceiling: credential.callsPerHour - now + free };
}
