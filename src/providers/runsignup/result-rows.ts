/** Rows of `full-results` from our results, and results from the rows of `get-results`. Pure. */
import type { JsonObject } from '../../domain/json.ts';
import type { PublishableResult, PublishedResult, ResultKey, ResultOutcome } from '../../domain/publishing.ts';
import { idOf, integerOf, textOf } from './field-values.ts';
import { resultTime, shownTime } from './result-times.ts';

const words: Readonly<Record<Exclude<ResultOutcome, 'finished'>, string>> = { dq: 'DQ', dns: 'DNS', dnf: 'DNF' };

/** Only numbers are bibs there. */
export function problemOfKey(key: ResultKey): string | undefined {
  if ('registrationId' in key) {
    return idOf(key.registrationId) === null ? 'its registration id is no number' : undefined;
  }
  return integerOf(key.bib) === null || !/^\d+$/.test(key.bib) ? `RunSignUp takes numbers as bibs only` : undefined;
}

/** A field that has no value is left out, but for a split: there a blank leaves what stands there, `X` clears it. */
export function wireResult(result: PublishableResult): JsonObject {
  const { key, outcome, place, clockMs, chipMs } = result;
  const row: JsonObject =
    'registrationId' in key ? { registration_id: Number(key.registrationId) } : { bib_num: Number(key.bib) };
  if (place !== null) row['place'] = place;
  if (outcome !== 'finished') {
    row['clock_time'] = words[outcome];
    row['chip_time'] = words[outcome];
  } else {
    if (clockMs !== null) row['clock_time'] = resultTime(clockMs);
    if (chipMs !== null) row['chip_time'] = resultTime(chipMs);
  }
  for (const [id, ms] of Object.entries(result.splits)) row[`split-${id}`] = ms === null ? 'X' : resultTime(ms);
  return row;
}

/** Which names a row goes by when it is read is not documented in full: both spellings of the bib. Undefined: by none. */
export function publishedResult(row: JsonObject): PublishedResult | undefined {
  const registrationId = idOf(row['registration_id']);
  const bib = textOf(row['bib_num']) ?? textOf(row['bib']);
  if (registrationId === null && bib === null) return undefined;
  const splits = Object.entries(row).flatMap(([name, value]) => {
    const id = /^split-(.+)$/.exec(name)?.[1];
    return id === undefined ? [] : [[id, shownTime(value)] as const];
  });
  return {
    registrationId: registrationId === null ? undefined : String(registrationId),
    bib: bib ?? undefined,
    place: integerOf(row['place']),
    clock: shownTime(row['clock_time']),
    chip: shownTime(row['chip_time']),
    splits: Object.fromEntries(splits),
  };
}
