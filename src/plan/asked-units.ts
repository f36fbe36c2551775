/** Units that a person asked for (`sync-event`, `full-sync`), whatever is due: the same grouping, kind and cost as in a tick. Pure. */
import type { CredentialState, EventState, PlannedUnit } from '../domain/planning.ts';
import type { SyncKind } from '../domain/provider.ts';
import type { Settings } from '../domain/settings.ts';
import { oldestWatermark } from './history.ts';
import { costOf, kindOf, seriesOf } from './series.ts';
import { priorityOf } from './window.ts';

export interface AskedQuery {
  readonly events: readonly EventState[];
  readonly credentials: readonly CredentialState[];
  /** `full`, or what the next tick would do. */
  readonly kind: 'full' | 'as-due';
  readonly reason: string;
  readonly now: Date;
  readonly settings: Settings;
}

/** In the order of the events; events without a known credential are left out. */
export function unitsAskedFor(query: AskedQuery): PlannedUnit[] {
  const credentials = new Map(query.credentials.map((credential) => [credential.credentialId, credential]));
  const groups = new Map<string, { credential: CredentialState; kind: SyncKind; events: EventState[] }>();
  for (const event of query.events) {
    const credential = credentials.get(event.credentialId);
    if (!credential) continue;
    const kind = query.kind === 'full' ? 'full' : kindOf(event, credential, query.now, query.settings);
    const key = `${credential.credentialId} ${kind} ${seriesOf(event, credential)}`;
    const group = groups.get(key) ?? { credential, kind, events: [] };
    group.events.push(event);
    groups.set(key, group);
  }
  return [...groups.values()].flatMap(({ credential, kind, events }) => {
    const [first] = events;
    if (!first) return [];
    const priority = priorityOf(first.startAt, query.now, query.settings);
    return [
      {
        partnerId: first.partnerId,
        providerId: first.providerId,
        provider: first.provider,
        credentialId: credential.credentialId,
        raceId: first.raceId,
        kind,
        // Failures of an event that is over are retried at the slowest pace, if at all.
        priority: priority === 'ended' ? ('low' as const) : priority,
        since: kind === 'full' ? undefined : oldestWatermark(events, query.now),
        events,
        cost: costOf(kind, events, credential),
        // A person waits for all of it, as far as the hour goes.
        ...(credential.details && { detailCalls: Number.POSITIVE_INFINITY }),
        lateness: 0,
        reason: query.reason,
      },
    ];
  });
}
