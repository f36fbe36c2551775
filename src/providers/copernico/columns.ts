/**
 * What the columns of a preset are. The timer who saves a preset chooses them; their names are Copernico's own (`dorsal`,
 * `times.official_:::finish:::`) or captions in English or Spanish. Unknown ones stay in the row's source. Pure.
 */
import type { JsonObject } from '../../domain/json.ts';
import { repairText } from './double-encoded.ts';

/** Keys of the rows, by what they hold; undefined where the preset lacks the column. */
export interface PresetColumns {
  readonly id: string | undefined;
  readonly bib: string | undefined;
  readonly firstName: string | undefined;
  readonly lastName: string | undefined;
  readonly gender: string | undefined;
  readonly age: string | undefined;
  readonly category: string | undefined;
  readonly status: string | undefined;
  /** From the gun (`times.official_…`). */
  readonly gunStart: string | undefined;
  readonly gunFinish: string | undefined;
  /** From the person's own start (`times.real_…`). */
  readonly chipFinish: string | undefined;
  /** In the order of the preset. */
  readonly splits: readonly { readonly name: string; readonly key: string }[];
  readonly places: Readonly<Record<Ranking, string | undefined>>;
}

export type Ranking = 'overall' | 'gender' | 'category';

/** In the order in which they count. `id` holds what was pushed; a person that Copernico made itself has one of its own. */
const names = {
  id: ['id', 'participantid', 'participant_id', '_id', 'copernicoid'],
  bib: ['dorsal', 'bib', 'bib-number', 'bib_number'],
  firstName: ['name', 'nombre', 'firstname', 'first_name'],
  lastName: ['surname', 'apellidos', 'apellido', 'lastname', 'last_name'],
  gender: ['gender', 'sexo', 'género', 'genero', 'sex'],
  age: ['age', 'edad'],
  category: ['category', 'categoría', 'categoria'],
  status: ['status', 'estado'],
} as const;

const finishNames = ['finish', 'meta', 'llegada', 'arribada', 'arrivée', 'arrivo', 'chegada', 'ziel'];
const startNames = ['start', 'salida', 'sortida', 'départ', 'partenza', 'saída'];

interface TimeColumn {
  readonly key: string;
  readonly clock: 'official' | 'real';
  readonly name: string;
}

/** The columns of all rows together: a row may lack one that it has no value for. */
export function columnsOf(rows: readonly JsonObject[]): PresetColumns {
  const keys = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const byName = new Map(keys.map((key) => [repairText(key).trim().toLowerCase(), key]));
  const keyOf = (candidates: readonly string[]) =>
    candidates.map((name) => byName.get(name)).find((key) => key !== undefined);
  const times = keys.flatMap(timeColumn);
  const gunFinish = pick(times, 'official', finishNames);
  const chipFinish = pick(times, 'real', finishNames);
  const ends = [gunFinish, chipFinish, pick(times, 'official', startNames), pick(times, 'real', startNames)];
  return {
    id: keyOf(names.id),
    bib: keyOf(names.bib),
    firstName: keyOf(names.firstName),
    lastName: keyOf(names.lastName),
    gender: keyOf(names.gender),
    age: keyOf(names.age),
    category: keyOf(names.category),
    status: keyOf(names.status),
    gunStart: pick(times, 'official', startNames)?.key,
    gunFinish: gunFinish?.key,
    chipFinish: chipFinish?.key,
    splits: splitsOf(times.filter((column) => !ends.includes(column))),
    places: { overall: placeKey(keys, ''), gender: placeKey(keys, 'gen'), category: placeKey(keys, 'cat') },
  };
}

/** `times.official_5K`, `times.real_:::finish:::`; a time of day (`times.tod_…`) is none. */
function timeColumn(key: string): TimeColumn[] {
  const [, clock, name] = /^times\.(official|real)_(.+)$/i.exec(key) ?? [];
  if (clock === undefined || name === undefined) return [];
  return [{ key, clock: clock.toLowerCase() === 'real' ? 'real' : 'official', name: bare(name) }];
}

/** Copernico marks what is not of the timer's naming with colons: `:::finish:::`. */
function bare(name: string): string {
  return repairText(name)
    .replace(/^:::|:::$/g, '')
    .trim();
}

function pick(times: readonly TimeColumn[], clock: TimeColumn['clock'], names: readonly string[]) {
  const fitting = times.filter((column) => column.clock === clock && names.includes(column.name.toLowerCase()));
  return fitting.find((column) => column.key.includes(':::')) ?? fitting[0];
}

/** A split that both clocks show counts by the official one, as the splits of one person have to be comparable. */
function splitsOf(times: readonly TimeColumn[]): PresetColumns['splits'] {
  const found = new Map<string, TimeColumn>();
  for (const column of times) {
    if (column.clock === 'official' || !found.has(column.name)) found.set(column.name, column);
  }
  return [...found.values()].map(({ name, key }) => ({ name, key }));
}

/** `rankings_:::full-1:::`, `rankings.gen_…`, `rankings.cat_…`; `netrankings…` (by chip time) where there is no other. */
function placeKey(keys: readonly string[], group: '' | 'gen' | 'cat'): string | undefined {
  const find = (prefix: string) => {
    const start = `${prefix}${group === '' ? '' : `.${group}`}_`;
    return keys.find((key) => key.toLowerCase().startsWith(start) && isWholeCourse(bare(key.slice(start.length))));
  };
  return find('rankings') ?? find('netrankings');
}

function isWholeCourse(name: string): boolean {
  return /^full\b/i.test(name) || finishNames.includes(name.toLowerCase());
}
