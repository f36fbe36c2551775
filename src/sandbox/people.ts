/**
 * Invented people, the same for the same seed: mostly plain, with the oddities that real lists have (accents,
 * apostrophes, an emoji, very long names, no birth date, no gender). What is not kept here (e-mail, street, phone) is
 * derived from the user id, which keeps 400,000 of them small.
 */
import type { Gender, Person, Place, Team } from './world.ts';

const firstNames = {
  F: ['Dana', 'Zoë', 'María', 'Priya', 'Ngozi', 'Chloé', 'Aoife', 'Grace', 'Yuki', 'Siân', 'Anneke', 'Ruth', 'Olena'],
  M: ['Lee', 'José', 'Łukasz', 'Omar', 'D’Angelo', 'Björn', 'Ravi', 'Tom', 'Kenji', 'Seán', 'Çağlar', 'Ira', 'Mateus'],
} as const;

const lastNames = [
  'Okafor',
  "O'Brien",
  'Nuñez',
  'van der Meer',
  'Marsh',
  'Smith-Jones',
  'Haddad',
  'Žižek',
  "D'Souza",
  'Cole',
  'Müller',
  'Nguyễn',
  'St. John',
  'Kealoha',
  'Ødegård',
  'Fitzgerald',
  'Gil',
] as const;

const longFirstName = 'Wolfeschlegelsteinhausenbergerdorff'.repeat(3);
const longLastName = `de ${'Cholmondeley-Featherstonehaugh '.repeat(4).trim()}`;

export const places: readonly Place[] = [
  { city: 'Ely', state: 'MN', zip: '55731', country: 'US' },
  { city: 'Frisco', state: 'CO', zip: '80443', country: 'US' },
  { city: 'Cañon City', state: 'CO', zip: '81212', country: 'US' },
  { city: 'Brooklyn', state: 'NY', zip: '11201', country: 'US' },
  { city: "Coeur d'Alene", state: 'ID', zip: '83814', country: 'US' },
  { city: 'Montréal', state: 'QC', zip: 'H2X 1Y4', country: 'CA' },
  { city: 'London', state: '', zip: 'SE1 9SG', country: 'GB' },
];

const teams: readonly Team[] = [
  { id: 7001, name: "Runnin' Late" },
  { id: 7002, name: 'Équipe Tortue' },
  { id: 7003, name: 'Sole Mates 👟' },
];

/** A repeatable source of numbers in [0, 1) (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** An invented person; `odd` picks the rare cases by position, so that each occurs in any list of 200. */
export function inventPerson(random: () => number, userId: number, odd: number): Person {
  const gender: Gender = odd % 60 === 17 ? null : odd % 50 === 23 ? 'X' : random() < 0.5 ? 'F' : 'M';
  const names = firstNames[gender === 'M' || gender === 'F' ? gender : random() < 0.5 ? 'F' : 'M'];
  const year = 1945 + Math.floor(random() * 65);
  const day = `${two(1 + Math.floor(random() * 12))}-${two(1 + Math.floor(random() * 28))}`;
  return {
    userId,
    firstName: odd % 200 === 41 ? longFirstName : odd % 150 === 67 ? 'Luna 🏃‍♀️' : pick(names, random),
    middleName: odd % 9 === 4 ? 'Q' : null,
    lastName: odd % 200 === 43 ? longLastName : pick(lastNames, random),
    dob: odd % 40 === 11 ? null : `${year}-${day}`,
    gender,
    place: pick(places, random),
  };
}

/** About one person in eight runs in a team. */
export function inventTeam(random: () => number): Team | null {
  return random() < 0.125 ? pick(teams, random) : null;
}

export function emailOf(person: Person): string {
  return `runner${person.userId}@example.org`;
}

export function streetOf(person: Person): string {
  return `${1 + (person.userId % 980)} Mill Rd`;
}

export function phoneOf(person: Person): string {
  return `555-01${two(person.userId % 100)}`;
}

function pick<T>(values: readonly T[], random: () => number): T {
  const value = values[Math.floor(random() * values.length)];
  if (value === undefined) throw new RangeError('nothing to pick from');
  return value;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
