/** What a scoring system knows of an event: who finished when, and what the timers correct afterwards. Times in ms. */
import { UsageError } from '../domain/errors.ts';
import { randomFrom } from './people.ts';
import { type Finish, type RaceEvent, type Registration, registrationOf, type World } from './world.ts';

export interface RunOptions {
  /** Names of the splits in the order of the course; the last one is before the finish. */
  readonly splits?: readonly string[];
  /** Of a hundred people so many do not finish, in the order of ids; default 2. */
  readonly dnfPercent?: number;
}

/** Everybody in the event who is still registered starts, and most finish; the same times whenever it is played. */
export function runEvent(world: World, event: RaceEvent, options: RunOptions = {}): void {
  const { splits = [], dnfPercent = 2 } = options;
  for (const registration of event.registrations) {
    if (registration.removal !== null) continue;
    setFinish(world, registration, finishOf(registration.id, splits, registration.id % 100 < dnfPercent));
  }
}

function finishOf(id: number, splits: readonly string[], dropsOut: boolean): Finish {
  const random = randomFrom(id * 7 + 3);
  const chipMs = 1_800_000 + Math.floor(random() * 3_600_000);
  const gunMs = chipMs + Math.floor(random() * 90_000);
  const passed = splits.map((name, position) => {
    const share = (position + 1) / (splits.length + 1);
    return { name, ms: dropsOut && position > 0 ? null : Math.floor(chipMs * share) };
  });
  return dropsOut
    ? { status: 'dnf', gunMs: null, chipMs: null, splits: passed }
    : { status: 'finished', gunMs, chipMs, splits: passed };
}

/** Sets what the scoring system has of a person; null: nothing (any more). */
export function setFinish(world: World, registration: Registration, finish: Finish | null): Registration {
  const { finishes } = registration.event;
  if (finish === null) finishes.delete(registration.id);
  else finishes.set(registration.id, finish);
  registration.modifiedAt = world.clock().getTime();
  registration.event.version++;
  return registration;
}

/** The jury takes the person out of the ranking; the times stay. */
export function disqualify(world: World, id: number): Registration {
  const registration = registrationOf(world, id);
  return setFinish(world, registration, { ...known(registration), status: 'dsq' });
}

/** The chips were mixed up: each gets the other's bib. */
export function swapBibs(world: World, id: number, otherId: number): readonly [Registration, Registration] {
  const [one, other] = [registrationOf(world, id), registrationOf(world, otherId)];
  [one.bib, other.bib] = [other.bib, one.bib];
  one.lastBib = one.bib ?? one.lastBib;
  other.lastBib = other.bib ?? other.lastBib;
  for (const each of [one, other]) {
    each.modifiedAt = world.clock().getTime();
    each.event.version++;
  }
  return [one, other];
}

/** A split that a stray chip caused goes back to nothing. @throws UsageError where the event has no such split. */
export function withdrawSplit(world: World, id: number, name: string): Registration {
  const registration = registrationOf(world, id);
  const finish = known(registration);
  if (!finish.splits.some((split) => split.name === name))
    throw new UsageError(`Registration ${id} has no split ${name}.`);
  const splits = finish.splits.map((split) => (split.name === name ? { ...split, ms: null } : split));
  return setFinish(world, registration, { ...finish, splits });
}

function known(registration: Registration): Finish {
  const finish = registration.event.finishes.get(registration.id);
  if (finish === undefined) throw new UsageError(`Registration ${registration.id} has no result.`);
  return finish;
}

/** A result as a database ought to hold it: flat, neutral, independent of wire forms. */
export interface ExpectedResult {
  readonly registrationId: number;
  /** The id under which a registration system pushed the person; null: the scoring system's own. */
  readonly externalId: string | null;
  readonly bib: string | null;
  readonly firstName: string;
  readonly lastName: string;
  readonly gender: 'M' | 'F' | 'X' | null;
  readonly status: Finish['status'];
  readonly gunMs: number | null;
  readonly chipMs: number | null;
  /** The part of the event (a race, a distance) that the person is in. */
  readonly subEventId: string | null;
  /** Among those of the same part who finished, by chip time; null for others. */
  readonly overallPlace: number | null;
  readonly genderPlace: number | null;
  readonly splits: Finish['splits'];
}

/** In the order of registration ids. */
export function expectedResults(event: RaceEvent): readonly ExpectedResult[] {
  const ranked = [...event.finishes]
    .filter(([, finish]) => finish.status === 'finished')
    .sort(([a, one], [b, other]) => (one.chipMs ?? 0) - (other.chipMs ?? 0) || a - b)
    .map(([id]) => id);
  const people = new Map(event.registrations.map((registration) => [registration.id, registration]));
  const partOf = (id: number) => people.get(id)?.subEventId ?? '';
  const genderOf = (id: number) => people.get(id)?.person.gender ?? null;
  const overall = placesOf(ranked, partOf);
  const amongOwn = placesOf(
    ranked.filter((id) => genderOf(id) !== null),
    (id) => `${partOf(id)} ${genderOf(id)}`,
  );
  return [...event.finishes]
    .sort(([a], [b]) => a - b)
    .flatMap(([id, finish]) => {
      const registration = people.get(id);
      if (registration === undefined) return [];
      const { person, bib, externalId, subEventId } = registration;
      return [
        {
          registrationId: id,
          externalId,
          bib,
          firstName: person.firstName,
          lastName: person.lastName,
          gender: person.gender,
          subEventId,
          ...finish,
          overallPlace: overall.get(id) ?? null,
          genderPlace: amongOwn.get(id) ?? null,
        },
      ];
    });
}

/** Each id's place in its group; `ranked` is in the order of all. */
function placesOf(ranked: readonly number[], groupOf: (id: number) => string): ReadonlyMap<number, number> {
  const taken = new Map<string, number>();
  return new Map(
    ranked.map((id) => {
      const place = (taken.get(groupOf(id)) ?? 0) + 1;
      taken.set(groupOf(id), place);
      return [id, place];
    }),
  );
}
