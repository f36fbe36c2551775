/** POST /race-registrations/{raceId}: registrants become people of the event, and are found again by their id. */
import * as z from 'zod';
import { type Answer, jsonAnswer } from '../answers.ts';
import { addRegistration } from '../build-world.ts';
import type { Person, Race, RaceEvent, Registration, World } from '../world.ts';

const text = z.string().exactOptional();
const registrant = z.looseObject({
  id: z.string().min(1),
  name: text,
  surname: text,
  birthdate: z.union([z.iso.date(), z.literal('')]).exactOptional(),
  dorsal: text,
  gender: z.enum(['male', 'female', 'mixed', '']).exactOptional(),
  raceId: z.string(),
  /** Blank: the athlete chooses. */
  event: text,
  club: text,
  city: text,
  region: text,
});
type Registrant = z.output<typeof registrant>;

const genders = { male: 'M', female: 'F', mixed: 'X', '': null } as const;

/** All of a batch or nothing. */
export function takeRegistrants(world: World, race: Race, body: string, account: string): Answer {
  const parsed = z.array(registrant).safeParse(jsonOf(body));
  if (!parsed.success) return refuse('The body must be a list of registrants.', account);
  const [event] = race.events;
  for (const one of parsed.data) {
    if (one.raceId !== race.id) return refuse(`Registrant ${one.id} is of another race.`, account);
    if (event === undefined || !['', event.name].includes(one.event ?? '')) {
      return refuse(`Registrant ${one.id}: the race has no event "${one.event}".`, account);
    }
  }
  for (const one of parsed.data) if (event !== undefined) take(world, event, one);
  return jsonAnswer({ message: 'ok', received: parsed.data.length }, { account });
}

function take(world: World, event: RaceEvent, sent: Registrant): void {
  const there = event.registrations.find((one) => one.externalId === sent.id);
  if (there === undefined || world.behaviour.copernico.samePushedId === 'duplicates') {
    addRegistration(world, event, {
      externalId: sent.id,
      person: personOf(sent),
      bib: sent.dorsal ?? null,
      team: teamOf(sent),
      sent,
    });
    return;
  }
  there.person = { ...there.person, ...personOf(sent) };
  there.bib = sent.dorsal ?? there.bib;
  there.lastBib = there.bib ?? there.lastBib;
  there.team = teamOf(sent);
  there.sent = sent;
  there.modifiedAt = world.clock().getTime();
  event.version++;
}

function personOf(sent: Registrant): Omit<Person, 'userId'> {
  return {
    firstName: sent.name ?? '',
    middleName: null,
    lastName: sent.surname ?? '',
    dob: sent.birthdate || null,
    gender: genders[sent.gender ?? ''],
    place: { city: sent.city ?? '', state: sent.region ?? '', zip: '', country: '' },
  };
}

function teamOf({ club }: Registrant): Registration['team'] {
  return club ? { id: 0, name: club } : null;
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function refuse(message: string, account: string): Answer {
  return jsonAnswer({ message }, { status: 400, account });
}
