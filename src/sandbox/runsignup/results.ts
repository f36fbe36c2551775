/** /race/{id}/results/…: result sets of an event, made, listed, read by pages, filled and cleared. */
import { type Answer, jsonAnswer, type ProviderCall } from '../answers.ts';
import type { ResultRow, ResultSet } from '../result-sets.ts';
import type { Race, RaceEvent, World } from '../world.ts';
import { errorAnswer } from './errors.ts';
import { eventsOf, isBad, pagingOf } from './parameters.ts';
import { postRows } from './post-results.ts';

const methods: Readonly<Record<string, 'GET' | 'POST'>> = {
  'new-result-set': 'POST',
  'get-result-sets': 'GET',
  'get-results': 'GET',
  'full-results': 'POST',
  'clear-results': 'POST',
};

export function answerResults(world: World, race: Race, call: ProviderCall, method: string): Answer {
  if (!Object.hasOwn(methods, method)) return errorAnswer(1);
  if (methods[method] !== call.method) return errorAnswer(2);
  const parameters = parametersOf(world, call, method);
  const found = eventsOf(race, parameters.get('event_id') ?? '');
  if (isBad(found)) return errorAnswer(found.code, found.message);
  const [event] = found;
  if (event === undefined || found.length > 1) return errorAnswer(15, 'Invalid event_id.');
  if (method === 'new-result-set') return newResultSet(world, event, parameters);
  if (method === 'get-result-sets') {
    return jsonAnswer({ individual_results_sets: setsOf(world, event).map((set) => setShape(set, [])) });
  }
  const set = setsOf(world, event).find((one) => String(one.id) === parameters.get('individual_result_set_id'));
  if (set === undefined) return errorAnswer(15, 'Invalid individual_result_set_id.');
  if (method === 'get-results') return getResults(world, set, parameters);
  if (method === 'clear-results') {
    set.rows.clear();
    return jsonAnswer({ success: 'T' });
  }
  return postRows(event, set, new URLSearchParams(call.body)) ?? jsonAnswer({ success: 'T' });
}

/** `full-results` has its ids in the query; where the other POSTs have theirs is a switch. */
function parametersOf(world: World, call: ProviderCall, method: string): URLSearchParams {
  const inForm = world.behaviour.runsignup.results.parametersIn === 'form';
  const mayBeForm = method === 'new-result-set' || method === 'clear-results';
  return mayBeForm && inForm ? new URLSearchParams(call.body) : call.query;
}

function setsOf(world: World, event: RaceEvent): readonly ResultSet[] {
  return world.resultSets.filter((set) => set.eventId === event.id);
}

/** A second set of the same name is made without complaint. */
function newResultSet(world: World, event: RaceEvent, parameters: URLSearchParams): Answer {
  const name = parameters.get('individual_result_set_name') ?? '';
  if (name.trim() === '') return errorAnswer(3, 'individual_result_set_name is required.');
  const flag = (parameter: string, fallback: 'T' | 'F') => parameters.get(parameter) ?? fallback;
  const flags = [
    flag('public_results', 'T'),
    flag('preliminary_results', 'F'),
    flag('disable_notifications', 'F'),
  ] as const;
  if (flags.some((value) => value !== 'T' && value !== 'F')) return errorAnswer(3, 'Invalid flag.');
  const set: ResultSet = {
    id: 501 + world.resultSets.length,
    eventId: event.id,
    name,
    isPublic: flags[0] === 'T',
    isPreliminary: flags[1] === 'T',
    notifies: flags[2] === 'F',
    rows: new Map(),
    notified: [],
  };
  world.resultSets.push(set);
  return jsonAnswer({ individual_result_set_id: set.id });
}

function getResults(world: World, set: ResultSet, parameters: URLSearchParams): Answer {
  const paging = pagingOf(parameters, 50, world.behaviour.runsignup.results.pageCap);
  if (isBad(paging)) return errorAnswer(paging.code, paging.message);
  const first = (paging.page - 1) * paging.size;
  const rows = [...set.rows.values()].slice(first, first + paging.size);
  return jsonAnswer({
    individual_results_sets: [
      setShape(
        set,
        rows.map((row) => rowShape(world, row)),
      ),
    ],
  });
}

function setShape(set: ResultSet, results: readonly object[]) {
  return {
    individual_result_set_id: set.id,
    individual_result_set_name: set.name,
    public_results: set.isPublic ? 'T' : 'F',
    preliminary_results: set.isPreliminary ? 'T' : 'F',
    results,
    results_headers: {},
  };
}

function rowShape(world: World, row: ResultRow) {
  const { showsRegistrationIds, showsSplits, decimals } = world.behaviour.runsignup.results;
  const shown = (time: string | null) => (time === null || !time.includes('.') ? time : cut(time, decimals));
  const registration = row.registrationId === null ? undefined : world.registrations.get(row.registrationId);
  const bib = registration?.bib ?? row.bib;
  return {
    ...(showsRegistrationIds && row.registrationId !== null ? { registration_id: row.registrationId } : {}),
    bib_num: bib === null ? null : Number(bib),
    place: row.place,
    clock_time: shown(row.clockTime),
    chip_time: shown(row.chipTime),
    ...(showsSplits
      ? Object.fromEntries(Object.entries(row.splits).map(([id, time]) => [`split-${id}`, shown(time)]))
      : {}),
  };
}

function cut(time: string, decimals: number): string {
  const point = time.indexOf('.');
  return decimals === 0 ? time.slice(0, point) : time.slice(0, point + 1 + decimals);
}
