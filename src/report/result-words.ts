/** Results as people read them: times, and what stands in their place. */
import type { PublishableResult, PublishedResult, ResultOutcome, ShownTime } from '../domain/publishing.ts';

const words: Readonly<Record<Exclude<ResultOutcome, 'finished'>, string>> = { dq: 'DQ', dns: 'DNS', dnf: 'DNF' };

/** `0:41:07.300`; hours are not limited to a day. */
function elapsedText(ms: number): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const decimals = String(Math.round(ms % 1000)).padStart(3, '0');
  return `${Math.floor(ms / 3_600_000)}:${two((ms / 60_000) % 60)}:${two((ms / 1000) % 60)}.${decimals}`;
}

export function outcomeText(outcome: ResultOutcome): string {
  return outcome === 'finished' ? 'finished' : words[outcome];
}

export interface ResultWords {
  readonly place: string;
  readonly clock: string;
  readonly chip: string;
  /** Split times that are there. */
  readonly splits: number;
}

export function wantedWords({ outcome, place, clockMs, chipMs, splits }: PublishableResult): ResultWords {
  const time = (ms: number | null) =>
    outcome !== 'finished' ? outcomeText(outcome) : ms === null ? '' : elapsedText(ms);
  return {
    place: place === null ? '' : String(place),
    clock: time(clockMs),
    chip: time(chipMs),
    splits: Object.values(splits).filter((ms) => ms !== null).length,
  };
}

export function publishedWords({ place, clock, chip, splits }: PublishedResult): ResultWords {
  return {
    place: place === null ? '' : String(place),
    clock: shownText(clock),
    chip: shownText(chip),
    splits: Object.values(splits).filter((time) => time !== null).length,
  };
}

function shownText(time: ShownTime | null): string {
  if (time === null) return '';
  if ('ms' in time) return elapsedText(time.ms);
  return 'outcome' in time ? outcomeText(time.outcome) : time.unknown;
}
