/** `status --json`: one documented object. Fields are added, never renamed or removed; times are ISO 8601 in UTC. */
import type { StatusCredential, StatusData } from '../domain/status.ts';
import { discoveryConditionOf } from './discovery-condition.ts';
import { type JudgedEvent, judgeEvents, overdueMs, specOf } from './event-condition.ts';
import { failureJson } from './failure-json.ts';
import { isoOrNull } from './json-text.ts';
import { queueItemJson } from './queue-text.ts';
import { linkStatusJson } from './status-links.ts';
import { verdictOf } from './verdict.ts';

/** All events, those that need attention first. Absent values are null; durations in ms. */
export function statusJson(data: StatusData) {
  const { now } = data;
  const judged = judgeEvents(data.events, now);
  const { level, text, ...counts } = verdictOf(data, judged);
  return {
    now: now.toISOString(),
    /** `level`: good, warn, bad or empty. */
    verdict: { level, text, events: judged.length, ...counts },
    database: data.database,
    partners: data.partners,
    lastDiscoveryAt: isoOrNull(data.lastDiscoveryAt),
    lastSyncAt: isoOrNull(data.lastSyncAt),
    rejectedRows: data.rejectedRows,
    running: data.running.map(({ what, host, pid, startedAt }) => ({
      what,
      host,
      pid,
      startedAt: startedAt.toISOString(),
    })),
    events: judged.map((one) => eventJson(one, now)),
    links: data.links.map(linkStatusJson),
    credentials: data.credentials.map((one) => credentialJson(one, now)),
    queue: data.queue.map(queueItemJson),
  };
}

function eventJson({ event, condition }: JudgedEvent, now: Date) {
  const { pace, lastSync, failure } = event;
  return {
    /** What `sync-event` takes: PARTNER:PROVIDER:EVENT. */
    id: specOf(event),
    partnerId: event.partnerId,
    partner: event.partner,
    provider: event.provider,
    /** Null: its credential was removed. */
    credentialId: event.credentialId ?? null,
    eventId: event.eventId,
    name: event.name,
    startAt: event.startAt.toISOString(),
    timeZone: event.timeZone,
    timeZoneAssumed: event.timeZoneAssumed,
    /** failed, late, new, running, due, waiting, ended or no-credential. */
    condition,
    /** high, medium, low or ended. */
    priority: pace.priority,
    everyMinutes: pace.everyMinutes ?? null,
    dueAt: isoOrNull(pace.dueAt),
    lagMs: pace.lagMs ?? null,
    overdueMs: condition === 'no-credential' ? 0 : Math.max(0, overdueMs(event, now)),
    participants: event.participants,
    removed: event.removed,
    rejectedRows: event.rejectedRows,
    /** Registrations that listings hold, and those that are not read yet; null where none take a call of their own. */
    announced: event.backfill?.announced ?? null,
    unread: event.backfill?.unread ?? null,
    running: event.running,
    lastSync: lastSync ? { at: lastSync.at.toISOString(), kind: lastSync.kind, counts: { ...lastSync.counts } } : null,
    failure: failureJson(failure),
    leftOut: event.leftOut ?? null,
  };
}

function credentialJson(credential: StatusCredential, now: Date) {
  const { refused, lastDiscovery } = credential;
  return {
    credentialId: credential.credentialId,
    partnerId: credential.partnerId,
    partner: credential.partner,
    provider: credential.provider,
    callsLastHour: credential.callsLastHour,
    callsPerHour: credential.callsPerHour,
    refused: refused
      ? { since: refused.since.toISOString(), reason: refused.reason, probeAt: isoOrNull(refused.probeAt) }
      : null,
    notBefore: isoOrNull(credential.notBefore),
    lastCallAt: isoOrNull(credential.lastCallAt),
    /** fine, failed, overdue, never or refused. */
    discovery: discoveryConditionOf(credential, now),
    /** The newest that ended: `status` is completed or failed. Null: none did. */
    lastDiscovery: lastDiscovery
      ? { at: lastDiscovery.at.toISOString(), status: lastDiscovery.status, reason: lastDiscovery.reason ?? null }
      : null,
  };
}
