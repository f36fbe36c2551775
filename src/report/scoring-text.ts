/** What `push-participants` and `pull-results` did. */
import type { Counts, UnitOutcome } from '../domain/outcomes.ts';
import { deferredText } from './deferred-words.ts';
import { specOf } from './event-condition.ts';
import { countText, nounText } from './numbers.ts';
import type { Screen, Style } from './paint.ts';
import { tookText } from './relative-time.ts';
import { safeClause, safeText } from './safe-text.ts';
import { noteLines } from './table-text.ts';

export interface ScoringReport {
  readonly outcomes: readonly ShownOutcome[];
  /** By what operators type for the event. */
  readonly names: ReadonlyMap<string, string>;
  readonly durationMs: number;
}

export interface ShownOutcome extends UnitOutcome {
  readonly byHand: readonly { readonly sourceId: string; readonly reason: string }[];
}

/** One sentence each, with what a person has to do below. */
export function renderScoring({ outcomes, names }: ScoringReport, screen: Screen): string {
  return outcomes.flatMap((outcome) => outcomeLines(outcome, names, screen)).join('\n');
}

function outcomeLines(outcome: ShownOutcome, names: ReadonlyMap<string, string>, screen: Screen): string[] {
  const [eventId = ''] = outcome.eventIds;
  const spec = specOf({ ...outcome, eventId });
  const name = names.get(spec);
  const named = `${spec}${name === undefined || name === eventId ? '' : ` (${safeText(name)})`}`;
  const { failure, status, counts } = outcome;
  const style: Style = status === 'completed' ? 'green' : status === 'deferred' ? 'yellow' : 'red';
  const lines = noteLines(sentence(outcome, named), style, screen, 0);
  if (failure) {
    lines.push(...noteLines(`${safeClause(failure.message)}.`, style, screen, 3));
    if (failure.hint !== undefined) lines.push(...noteLines(failure.hint, style, screen, 3));
  } else if (status === 'deferred') {
    lines.push(...noteLines(deferredText(outcome.deferredBecause), style, screen, 3));
  }
  if (counts.failed > 0) lines.push(...noteLines(refusedText(outcome, counts), 'yellow', screen, 3));
  if (outcome.byHand.length > 0) {
    const people = `${nounText(outcome.byHand.length, 'person', 'people')} left, and this scoring system cannot be told. Take them out there by hand:`;
    lines.push(...noteLines(people, 'yellow', screen, 3));
    for (const { sourceId, reason } of outcome.byHand) {
      lines.push(...noteLines(`${sourceId} (${reason})`, undefined, screen, 5));
    }
  }
  return lines;
}

function sentence({ kind, status, counts, durationMs }: ShownOutcome, named: string): string {
  const took = tookText(durationMs);
  if (kind === 'push') {
    const changes = `${countText(counts.inserted)} added, ${countText(counts.updated)} changed, ${countText(counts.removed)} removed, ${countText(counts.unchanged)} as they were`;
    return status === 'completed'
      ? `Pushed to ${named} in ${took}: ${changes}.`
      : `The push to ${named} was not finished: ${changes}.`;
  }
  const changes = `${countText(counts.inserted)} new, ${countText(counts.updated)} changed, ${countText(counts.unchanged)} as they were, ${countText(counts.removed)} taken back`;
  return status === 'completed'
    ? `Pulled the results of ${named} in ${took}: ${changes}.`
    : `The results of ${named} were not all pulled: ${changes}.`;
}

function refusedText({ kind }: ShownOutcome, { failed }: Counts): string {
  return kind === 'push'
    ? `${nounText(failed, 'person was', 'people were')} not taken: the column error of pushed_participants says why. They are sent again with the next push.`
    : `${nounText(failed, 'row')} could not be stored: rejected_rows says why.`;
}
