/** The first thing `status` says: will it be fine, in words. */
import type { StatusCredential, StatusData } from '../domain/status.ts';
import { discoveryIsBehind } from './discovery-condition.ts';
import type { JudgedEvent } from './event-condition.ts';
import { countText, nounText } from './numbers.ts';
import { spanText } from './relative-time.ts';
import { safeText } from './safe-text.ts';
import { linkFailed } from './status-links.ts';

/** `good`: nothing to do. `warn`: not all is in yet. `bad`: something is late, failed or refused. `empty`: not set up. */
export interface Verdict {
  readonly level: 'good' | 'warn' | 'bad' | 'empty';
  readonly late: number;
  readonly failed: number;
  readonly neverSynced: number;
  readonly refusedCredentials: number;
  /** Credentials whose last discovery failed, or that were not asked for new events in time. */
  readonly discoveriesBehind: number;
  /** Scoring events whose newest push or pull of results failed. */
  readonly scoringFailed: number;
  /** Events whose credential was removed: known, not synced, and in none of the counts above. */
  readonly notSynced: number;
  /** One or more sentences. */
  readonly text: string;
}

/** The verdict on all events, with the credentials that a provider refuses. */
export function verdictOf(data: StatusData, judged: readonly JudgedEvent[]): Verdict {
  const count = (condition: JudgedEvent['condition']) => judged.filter((one) => one.condition === condition).length;
  const late = count('late');
  const failed = count('failed');
  const neverSynced = count('new');
  const refusedCredentials = data.credentials.filter((one) => one.refused !== undefined).length;
  const behind = data.credentials.filter((one) => discoveryIsBehind(one, data.now));
  const scoringFailed = data.links.filter(linkFailed).length;
  const notSynced = count('no-credential');
  const counts = {
    late,
    failed,
    neverSynced,
    refusedCredentials,
    discoveriesBehind: behind.length,
    scoringFailed,
    notSynced,
  };

  const sentences: string[] = [];
  if (refusedCredentials > 0) {
    sentences.push(`${nounText(refusedCredentials, 'credential is', 'credentials are')} refused.`);
  }
  if (behind.length > 0) sentences.push(discoveriesText(behind, data.now));
  if (scoringFailed > 0) {
    sentences.push(`The push to or the pull from ${nounText(scoringFailed, 'scoring event')} failed.`);
  }
  const others = refusedCredentials + behind.length + scoringFailed;
  if (data.events.length === 0) {
    sentences.unshift(emptyText(data));
    return { level: others > 0 ? 'bad' : 'empty', ...counts, text: sentences.join(' ') };
  }
  const total = judged.length - notSynced;
  sentences.unshift(total === 0 ? 'No upcoming event has a credential.' : eventsText(total, late, failed, neverSynced));
  const bad = late + failed + others > 0;
  const incomplete = neverSynced > 0 || total === 0;
  return { level: bad ? 'bad' : incomplete ? 'warn' : 'good', ...counts, text: sentences.join(' ') };
}

/** One is named; the lines of the credentials say why, and what to do. */
function discoveriesText(behind: readonly StatusCredential[], now: Date): string {
  const [first, ...others] = behind;
  if (!first?.lastDiscovery) return '';
  if (others.length > 0) return `${countText(behind.length)} discoveries failed or are overdue.`;
  const whose = `Discovery of ${first.partnerId} ${safeText(first.partner)}, ${first.provider}`;
  const span = spanText(now.getTime() - first.lastDiscovery.at.getTime());
  return first.lastDiscovery.status === 'failed'
    ? `${whose} failed ${span} ago.`
    : `${whose} is overdue: the last one was ${span} ago.`;
}

function emptyText(data: StatusData): string {
  if (data.partners === 0) return 'Nothing is set up yet.';
  if (data.credentials.length === 0) return 'No credentials are stored yet.';
  return 'No upcoming events are known.';
}

function eventsText(total: number, late: number, failed: number, neverSynced: number): string {
  const of = (count: number) =>
    total === 1 ? 'The upcoming event' : `${countText(count)} of ${countText(total)} upcoming events`;
  const more: string[] = [];
  if (late > 0 && failed > 0) more.push(`${countText(failed)} failed`);
  if (late + failed > 0 && neverSynced > 0) more.push(`${countText(neverSynced)} never synced`);
  const rest = more.map((part) => `, ${part}`).join('');
  if (late > 0) return `${of(late)} ${late === 1 ? 'is' : 'are'} late${rest}.`;
  if (failed > 0) return `${of(failed)} failed${rest}.`;
  if (neverSynced === total)
    return total === 1
      ? 'The upcoming event was never synced.'
      : `None of ${countText(total)} upcoming events was ever synced.`;
  if (neverSynced > 0)
    return `${of(neverSynced)} ${neverSynced === 1 ? 'was' : 'were'} never synced, the others are up to date.`;
  return total === 1 ? 'The upcoming event is up to date.' : `All ${countText(total)} upcoming events are up to date.`;
}
