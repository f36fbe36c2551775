/** The first thing `status` says: will it be fine, in words. */
import type { StatusData } from '../domain/status.ts';
import type { JudgedEvent } from './event-condition.ts';
import { countText, nounText } from './numbers.ts';

/** `good`: nothing to do. `warn`: not all is in yet. `bad`: something is late, failed or refused. `empty`: not set up. */
export interface Verdict {
  readonly level: 'good' | 'warn' | 'bad' | 'empty';
  readonly late: number;
  readonly failed: number;
  readonly neverSynced: number;
  readonly refusedCredentials: number;
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
  const counts = { late, failed, neverSynced, refusedCredentials };

  const sentences: string[] = [];
  if (refusedCredentials > 0) {
    sentences.push(`${nounText(refusedCredentials, 'credential is', 'credentials are')} refused.`);
  }
  if (data.events.length === 0) {
    sentences.unshift(emptyText(data));
    return { level: refusedCredentials > 0 ? 'bad' : 'empty', ...counts, text: sentences.join(' ') };
  }
  sentences.unshift(eventsText(data.events.length, late, failed, neverSynced));
  const bad = late + failed + refusedCredentials > 0;
  return { level: bad ? 'bad' : neverSynced > 0 ? 'warn' : 'good', ...counts, text: sentences.join(' ') };
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
