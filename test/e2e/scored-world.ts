/** A race that is registered for at RunSignUp and scored elsewhere, what each side ought to hold, and what the jury changes. */
import { expect } from 'vitest';
import { addAccount, addEvent, addRace, addRegistration, addRegistrations } from '../../src/sandbox/build-world.ts';
import { refund } from '../../src/sandbox/changes.ts';
import { copernicoEventId } from '../../src/sandbox/copernico/names.ts';
import { disqualify, expectedResults, setFinish, swapBibs, withdrawSplit } from '../../src/sandbox/finishes.ts';
import type { Race, RaceEvent, Registration, World } from '../../src/sandbox/world.ts';
import { type Installation, minute, saturday } from './installation.ts';

export const splits = ['5K', '10K', '15K', '20K'] as const;
/** The splits as RunSignUp numbers them. */
export const splitIds: Readonly<Record<string, string>> = { '5K': '501', '10K': '502', '15K': '503', '20K': '504' };
export const askedSplits = Object.entries(splitIds).flatMap(([name, id]) => ['--split', `${name}=${id}`]);

/** 20 minutes behind `saturday`. */
export const startAt = new Date(saturday.getTime() + 20 * minute);

/** An event at RunSignUp; three in four of its people have a bib unless `allHaveBibs`. */
export function addRegistered(world: World, people: number, allHaveBibs = false): RaceEvent {
  const race = addRace(world, { name: 'Pine Ridge', timeZone: 'America/Denver' });
  const event = addEvent(world, race, { name: 'Half', startAt });
  addRegistrations(world, event, people, (index) => (allHaveBibs ? { bib: String(1_000 + index) } : {}));
  addAccount(world, { company: 'Peak Timing', races: [race] });
  return event;
}

/** The same race in Copernico, where nobody is yet. */
export function addCopernico(world: World): RaceEvent {
  const race = addRace(world, { provider: 'copernico', name: 'Pine Ridge', timeZone: 'America/Denver' });
  const event = addEvent(world, race, { name: 'Half', startAt });
  addScoringAccount(world, race);
  return event;
}

/** The same race in ChronoTrack, with an entry for each bib, as a timer imports them from a file. */
export function addChronoTrack(world: World, registered: RaceEvent): RaceEvent {
  const race = addRace(world, { provider: 'chronotrack', name: 'Pine Ridge Half', timeZone: 'America/Denver' });
  const event = addEvent(world, race, { startAt });
  for (const { bib, person } of registered.registrations) addRegistration(world, event, { bib, person });
  addScoringAccount(world, race);
  return event;
}

function addScoringAccount(world: World, race: Race): void {
  addAccount(world, { company: 'Peak Timing', provider: race.provider, races: [race] });
}

/** Entered by the timer, not by us. */
export function enterByHand(world: World, event: RaceEvent, bib: string | null): Registration {
  return addRegistration(world, event, { bib });
}

export const registrationSpec = (event: RaceEvent) => `1:runsignup:${event.id}`;

export function scoringSpec(event: RaceEvent): string {
  const { provider } = event.race;
  return `1:${provider}:${provider === 'copernico' ? copernicoEventId(event) : event.id}`;
}

const genders = { M: 'male', F: 'female', X: 'mixed' } as const;

/** What Copernico was sent of each person, by id. */
export function sentPeople(scored: RaceEvent): ReadonlyMap<string, unknown> {
  return new Map(
    scored.registrations.flatMap(({ externalId, sent }) => (externalId === null ? [] : [[externalId, sent]])),
  );
}

/** What it ought to have been sent: everybody who has not left. */
export function wantedPeople(registered: RaceEvent, scored: RaceEvent): ReadonlyMap<string, unknown> {
  return new Map(
    registered.registrations
      .filter(({ removal }) => removal === null)
      .map((one) => [`runsignup-${one.id}`, registrantOf(one, scored)]),
  );
}

/** @param bib the newest that was not blank: one that is blanked at RunSignUp is not taken away. */
export function registrantOf(
  { id, person, team, event, lastBib }: Registration,
  scored: RaceEvent,
  status = 'active',
): Record<string, unknown> {
  const known = {
    birthdate: person.dob,
    dorsal: lastBib,
    gender: person.gender && genders[person.gender],
    club: team?.name,
    city: person.place.city,
    region: person.place.state,
  };
  return {
    id: `runsignup-${id}`,
    document: String(id),
    name: person.firstName,
    surname: person.lastName,
    raceId: scored.race.id,
    event: scored.name,
    registrationEvent: `${event.race.name}: ${event.name}`,
    registrationStatus: status,
    ...Object.fromEntries(Object.entries(known).filter(([, value]) => value)),
  };
}

const words: Readonly<Record<string, string>> = { dsq: 'DQ', dnf: 'DNF', 'not-started': 'DNS' };

/**
 * The rows that RunSignUp ought to hold. A preset shows everybody who is still in the event, so who has no result (any more)
 * did not start.
 */
export function wantedFromCopernico(scored: RaceEvent): ReadonlyMap<string, unknown> {
  const results = new Map(expectedResults(scored).map((result) => [result.registrationId, result]));
  return new Map(
    scored.registrations
      .filter(({ removal }) => removal === null)
      .map(({ id, externalId, bib }) => {
        const result = results.get(id);
        const registrationId = externalId === null ? null : Number(externalId.replace('runsignup-', ''));
        const row = resultRow({
          status: result?.status ?? 'not-started',
          place: result?.overallPlace ?? null,
          gunMs: result?.gunMs ?? null,
          chipMs: result?.chipMs ?? null,
          splits: result?.splits ?? [],
        });
        return keyed(row, registrationId, bib);
      }),
  );
}

/**
 * The same from ChronoTrack, where nobody was pushed: a result goes to whoever has its bib at RunSignUp. Times come in tenths;
 * an entry without a result did not start, and one who has left has none unless there is one.
 * @param isOver false: who has not finished is still on the course, and not published.
 */
export function wantedFromChronoTrack(
  registered: RaceEvent,
  scored: RaceEvent,
  isOver: boolean,
): ReadonlyMap<string, unknown> {
  const holders = new Map(registered.registrations.map(({ bib, id }) => [bib, id]));
  const results = new Map(expectedResults(scored).map((result) => [result.registrationId, result]));
  return new Map(
    scored.registrations.flatMap(({ id, bib, removal }) => {
      const result = results.get(id);
      if ((result === undefined && removal !== null) || (result?.status === 'dnf' && !isOver)) return [];
      const row = resultRow({
        status: result?.status ?? 'not-started',
        place: result?.overallPlace ?? null,
        gunMs: tenths(result?.gunMs),
        chipMs: tenths(result?.chipMs),
        splits: (result?.splits ?? []).map(({ name, ms }) => ({ name, ms: tenths(ms) })),
      });
      return [keyed(row, holders.get(bib) ?? null, bib)];
    }),
  );
}

function tenths(ms: number | null | undefined): number | null {
  return ms === null || ms === undefined ? null : Math.floor(ms / 100) * 100;
}

interface ShownResult {
  readonly status: string;
  readonly place: number | null;
  readonly gunMs: number | null;
  readonly chipMs: number | null;
  readonly splits: readonly { readonly name: string; readonly ms: number | null }[];
}

/** As the stand-in keeps it: under the registration where there is one, else under the bib. */
function keyed(row: object, registrationId: number | null, bib: string | null): [string, unknown] {
  return registrationId === null
    ? [`bib ${bib}`, { ...row, registrationId: null, bib }]
    : [`registration ${registrationId}`, { ...row, registrationId, bib: null }];
}

function resultRow({ status, place, gunMs, chipMs, splits: passed }: ShownResult) {
  const word = words[status];
  return {
    chip: null,
    place: word === undefined ? place : null,
    clockTime: word ?? timeText(gunMs),
    chipTime: word ?? timeText(chipMs),
    splits: Object.fromEntries(
      passed.flatMap(({ name, ms }) => (ms === null ? [] : [[splitIds[name] ?? name, timeText(ms)]])),
    ),
  };
}

/** `0:41:07.300` */
function timeText(ms: number | null): string | null {
  if (ms === null) return null;
  const text = new Date(ms).toISOString().slice(11, 23);
  return `${Number(text.slice(0, 2))}${text.slice(2)}`;
}

/** Exactly one set, with these rows and no other, of which nobody was told. */
export function expectOneSet(here: Installation, registered: RaceEvent, wanted: ReadonlyMap<string, unknown>): void {
  expect(here.world.resultSets.map(({ eventId, notified }) => ({ eventId, notified }))).toEqual([
    { eventId: registered.id, notified: [] },
  ]);
  const [set] = here.world.resultSets;
  expect(Object.fromEntries(set?.rows ?? [])).toEqual(Object.fromEntries(wanted));
}

export interface Amended {
  readonly disqualified: Registration;
  readonly swapped: readonly [Registration, Registration];
  readonly split: Registration;
  readonly takenBack: Registration;
  readonly gone: Registration;
}

/** A disqualification, two bibs that were swapped, a split withdrawn, a result taken back, and a row that is gone. */
export function amend(world: World, scored: RaceEvent, from: number): Amended {
  const finishers = scored.registrations.filter(
    ({ id, removal, bib }) => removal === null && bib !== null && scored.finishes.get(id)?.status === 'finished',
  );
  const at = (offset: number): Registration => {
    const one = finishers[from + offset];
    if (one === undefined) throw new Error(`there are only ${finishers.length} finishers with a bib`);
    return one;
  };
  return {
    disqualified: disqualify(world, at(0).id),
    swapped: swapBibs(world, at(1).id, at(2).id),
    split: withdrawSplit(world, at(3).id, '10K'),
    takenBack: setFinish(world, at(4), null),
    gone: setFinish(world, refund(world, at(5).id), null),
  };
}

/** What the database holds of the results of a scoring event that stand, by result id. */
export async function storedResults(here: Installation): Promise<Readonly<Record<string, unknown>>> {
  const rows = await here.query<{ id: string; result: unknown }>(`select result_id as id, jsonb_build_object(
      'bib', bib_number, 'firstName', first_name, 'lastName', last_name, 'status', status, 'place', overall_place,
      'genderPlace', gender_place, 'gunMs', (extract(epoch from results_gun_time) * 1000)::bigint,
      'chipMs', (extract(epoch from results_time) * 1000)::bigint, 'splits', splits) as result
    from unified_results where removed_at is null`);
  return Object.fromEntries(rows.map(({ id, result }) => [id, result]));
}

/** What it ought to hold from Copernico: everybody who is in the event, by the id that was pushed or Copernico's own. */
export function wantedResults(scored: RaceEvent): Readonly<Record<string, unknown>> {
  const results = new Map(expectedResults(scored).map((result) => [result.registrationId, result]));
  const named = scored.registrations.filter(({ removal }) => removal === null);
  return Object.fromEntries(
    named.map(({ id, externalId, bib, person }) => {
      const result = results.get(id);
      const { firstName, lastName } = person;
      return [
        externalId ?? String(id),
        {
          ...{ bib, firstName, lastName },
          status: result?.status ?? 'not-started',
          place: result?.overallPlace ?? null,
          genderPlace: result?.genderPlace ?? null,
          gunMs: result?.gunMs ?? null,
          chipMs: result?.chipMs ?? null,
          splits: splits.map((name) => ({
            name,
            time_ms: result?.splits.find((split) => split.name === name)?.ms ?? null,
          })),
        },
      ];
    }),
  );
}
