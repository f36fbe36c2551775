/** What POST full-results does to a set: all rows or none. */
import type { Answer } from '../answers.ts';
import type { ResultRow, ResultSet } from '../result-sets.ts';
import type { RaceEvent } from '../world.ts';
import { errorAnswer } from './errors.ts';

type WireRow = Readonly<Record<string, unknown>>;

const time = /^\d+:[0-5]\d:[0-5]\d(\.\d{1,3})?$/;
const noTime = new Set(['DQ', 'DNS', 'DNF', 'DNQ']);
/** The documented fields, but for those that are named by an id. */
const fields = new Set(['registration_id', 'bib_num', 'chip_num', 'place', 'clock_time', 'chip_time']);

/** Undefined: done. A row with a key that is there replaces it; its split without a value leaves the one that is there. */
export function postRows(event: RaceEvent, set: ResultSet, form: URLSearchParams): Answer | undefined {
  if (form.get('request_format') !== 'json') return errorAnswer(10);
  const rows = rowsOf(form.get('request') ?? '');
  if (rows === undefined) return errorAnswer(11, 'Invalid request.');
  const read: [string, ResultRow][] = [];
  const before = new Map(set.rows);
  const active = new Set(event.registrations.filter((one) => one.removal === null).map((one) => one.id));
  for (const row of rows) {
    const key = keyOf(active, row);
    if (key === undefined) return errorAnswer(15, 'Invalid registration_id, bib_num or chip_num.');
    const result = resultOf(row, before.get(key));
    if (result === undefined) return errorAnswer(3, 'Invalid result.');
    before.set(key, result);
    read.push([key, result]);
  }
  for (const [key, result] of read) {
    set.rows.set(key, result);
    if (set.notifies) set.notified.push(key);
  }
  return undefined;
}

function rowsOf(text: string): readonly WireRow[] | undefined {
  try {
    const { results } = JSON.parse(text) as { results?: unknown };
    const isRow = (row: unknown): row is WireRow => typeof row === 'object' && row !== null && !Array.isArray(row);
    return Array.isArray(results) && results.every(isRow) ? results : undefined;
  } catch {
    return undefined;
  }
}

function keyOf(active: ReadonlySet<unknown>, row: WireRow): string | undefined {
  const { registration_id: id, bib_num: bib, chip_num: chip } = row;
  if (id !== undefined) return active.has(id) ? `registration ${id}` : undefined;
  if (typeof bib === 'number' && Number.isInteger(bib) && bib >= 0) return `bib ${bib}`;
  return typeof chip === 'string' && chip !== '' ? `chip ${chip}` : undefined;
}

function resultOf(row: WireRow, before: ResultRow | undefined): ResultRow | undefined {
  const splits: Record<string, string> = { ...before?.splits };
  for (const [name, value] of Object.entries(row)) {
    if (fields.has(name)) continue;
    const id = /^split-(\d+)$/.exec(name)?.[1];
    if (id === undefined) return undefined;
    if (value === 'X') delete splits[id];
    else if (typeof value === 'string' && time.test(value)) splits[id] = value;
    else if (value !== '' && value !== null) return undefined;
  }
  const place = row['place'] ?? null;
  const clockTime = timeOf(row['clock_time']);
  const chipTime = timeOf(row['chip_time']);
  if (clockTime === undefined || chipTime === undefined || (clockTime ?? chipTime) === null) return undefined;
  if (place !== null && !(typeof place === 'number' && Number.isInteger(place) && place > 0)) return undefined;
  return {
    registrationId: typeof row['registration_id'] === 'number' ? row['registration_id'] : null,
    bib: row['bib_num'] === undefined ? null : String(row['bib_num']),
    chip: typeof row['chip_num'] === 'string' ? row['chip_num'] : null,
    place,
    clockTime,
    chipTime,
    splits,
  };
}

/** Null: it was not given; undefined: it is no time. */
function timeOf(value: unknown): string | null | undefined {
  if (value === undefined || value === null || value === '') return null;
  return typeof value === 'string' && (time.test(value) || noTime.has(value)) ? value : undefined;
}
