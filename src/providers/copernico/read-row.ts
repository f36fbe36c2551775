/** One row of a preset, read by its columns. Pure: the same row twice, equal readings. */
import type { Json, JsonObject } from '../../domain/json.ts';
import type { ResultStatus } from '../../domain/scoring.ts';
import type { PresetColumns, Ranking } from './columns.ts';
import { genderOf, placeOf, statusOf, textOf, timeMs } from './values.ts';

export interface ReadRow {
  /** Copernico's id of the person, else the bib: what the result is known by. */
  readonly key: string;
  readonly participantId: string | null;
  readonly bib: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly gender: string | null;
  readonly age: number | null;
  readonly category: string | null;
  /** Null: the preset has no column for it and no finish speaks for it, or a word that is not known. */
  readonly status: ResultStatus | null;
  readonly unknownStatus: string | undefined;
  /** Times in ms; null: none (any more). */
  readonly startMs: number | null;
  readonly gunMs: number | null;
  readonly chipMs: number | null;
  readonly splits: readonly { readonly name: string; readonly ms: number | null }[];
  /** Places that the preset shows. */
  readonly places: Readonly<Record<Ranking, number | null>>;
  readonly source: JsonObject;
}

/** Why a row cannot be read; no value of it but the id is in there. */
export interface Unreadable {
  readonly id?: string;
  readonly error: string;
}

export function readRow(source: JsonObject, columns: PresetColumns): ReadRow | Unreadable {
  const at = (key: string | undefined): Json | undefined => (key === undefined ? undefined : source[key]);
  const participantId = textOf(at(columns.id));
  const bib = textOf(at(columns.bib));
  const key = participantId ?? bib;
  if (key === null) return { error: 'neither an id nor a bib (dorsal): the result cannot be told from others' };
  const timeKeys = [columns.gunFinish, columns.chipFinish, ...columns.splits.map((split) => split.key)];
  const odd = timeKeys.find((one) => timeMs(at(one)) === undefined);
  if (odd !== undefined) return { id: key, error: `${odd}: not a time in milliseconds` };
  const gunMs = timeMs(at(columns.gunFinish)) ?? null;
  const chipMs = timeMs(at(columns.chipFinish)) ?? null;
  const word = textOf(at(columns.status));
  const known = word === null ? undefined : statusOf(word);
  const hasFinished = columns.status === undefined && (gunMs ?? chipMs) !== null;
  return {
    key,
    participantId,
    bib,
    firstName: textOf(at(columns.firstName)),
    lastName: textOf(at(columns.lastName)),
    gender: genderOf(textOf(at(columns.gender))),
    age: placeOf(at(columns.age)),
    category: textOf(at(columns.category)),
    status: known ?? (hasFinished ? 'finished' : null),
    unknownStatus: known === undefined ? (word ?? undefined) : undefined,
    startMs: timeMs(at(columns.gunStart)) ?? null,
    gunMs,
    chipMs,
    splits: columns.splits.map((split) => ({ name: split.name, ms: timeMs(at(split.key)) ?? null })),
    places: {
      overall: placeOf(at(columns.places.overall)),
      gender: placeOf(at(columns.places.gender)),
      category: placeOf(at(columns.places.category)),
    },
    source,
  };
}
