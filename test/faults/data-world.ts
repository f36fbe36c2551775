/** A race at each provider whose people, teams and names are what no provider should send, and some do. */
import { addAccount, addEvent, addRace, addRegistration, addRegistrations } from '../../src/sandbox/build-world.ts';
import type { Person, RaceEvent, Registration, SandboxProvider, World } from '../../src/sandbox/world.ts';
import { storableText } from '../../src/store/storable-text.ts';
import { wantedRows } from '../e2e/compare.ts';
import { hour, type Installation, type Row, saturday } from '../e2e/installation.ts';
import { strangeTexts } from './data-values.ts';

export const registering = ['runsignup', 'raceroster', 'haku', 'letsdothis', 'chronotrack'] as const;

/** Moves the cursor, colours the screen, reorders the line, and is a name all the same. */
export const strangeName =
  // biome-ignore lint/suspicious/noTemplateCurlyInString: this is what a template would fill in
  "Lake \u001b[31mRun\u001b[0m \u202eevil\u202c\u009b2J \u200b%s ${HOME} '); drop table x; -- 🏃‍♀️";

const storable = strangeTexts.filter((text) => text === storableText(text));
const unstorable = strangeTexts.filter((text) => text !== storableText(text));

export interface StrangeWorld {
  readonly events: Map<SandboxProvider, RaceEvent>;
  /** Whom no database can hold. */
  readonly bad: Registration[];
}

export function fillStrangely(world: World): StrangeWorld {
  const events = new Map<SandboxProvider, RaceEvent>();
  const bad: Registration[] = [];
  for (const provider of registering) {
    const race = addRace(world, { provider, name: `${strangeName} ${provider}`, timeZone: 'America/New_York' });
    const event = addEvent(world, race, { name: strangeName, startAt: new Date(saturday.getTime() + 3 * hour) });
    events.set(provider, event);
    addRegistrations(world, event, 5);
    for (const [index, text] of storable.entries()) {
      const others = [storable[(index + 1) % storable.length] ?? '', storable[(index + 2) % storable.length] ?? ''];
      const person: Partial<Person> = {
        firstName: text,
        lastName: others[0] ?? '',
        dob: dobs[index % dobs.length] ?? null,
      };
      addRegistration(world, event, {
        person,
        team: { id: 7100 + index, name: others[1] ?? '' },
        bib: provider === 'runsignup' ? String(900 + index) : text,
      });
    }
    for (const text of unstorable) bad.push(addRegistration(world, event, { person: { firstName: text }, team: null }));
    addAccount(world, { company: strangeCompany, provider, races: [race] });
  }
  return { events, bad };
}

/** A timing partner's own name is typed by an operator, who may have copied it from anywhere. */
export const strangeCompany = 'Peak \u202eTiming\u202c 🏃';

/** Birth dates, and what is written where there is none. */
const dobs = ['2000-02-29', '1900-01-01', '2026-02-30', '0000-00-00', '1999-02-29', 'soon', '', '2001-12-31'];
const existing = ['2000-02-29', '1900-01-01', '2001-12-31'];

/** What ought to be stored: blank text is none, a day that does not exist is none, and bad rows are elsewhere. */
export function wantedStrangely({ world }: Installation, bad: readonly Registration[]): ReturnType<typeof wantedRows> {
  const { people, events, races } = wantedRows(world);
  const lost = new Set(bad.map((one) => one.id));
  const isBad = (row: Row) => lost.has(Number(/\d{8,}/.exec(String(row['id']))?.[0] ?? String(row['id'])));
  return {
    people: people
      .filter((row) => !isBad(row))
      .map((row) => ({
        ...trimmed(row),
        // Kept as it came, as a part of JSON.
        team: row['provider'] === 'runsignup' ? row['team'] : trimmed(row)['team'],
        dob: isInvented(row) || existing.includes(String(row['dob'])) ? row['dob'] : null,
      })),
    events: events.map(trimmed),
    races: races.map(trimmed),
  };
}

/** Of those whose birth date is not one of ours. */
const isInvented = ({ dob }: Row) => typeof dob === 'string' && !dobs.includes(dob);

function trimmed(row: Row): Row {
  const text = (value: unknown) => (typeof value === 'string' ? value.trim() || null : value);
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, text(value)]));
}
