/**
 * What happens to registrations, events and credentials while others are looking. Every change is stamped by the
 * world's clock and moves the row's `modifiedAt`, as the provider's own `last_modified` would.
 */
import { UsageError } from '../domain/errors.ts';
import { addRegistration, type RegistrationOptions } from './build-world.ts';
import { positionAfter } from './listing.ts';
import { inventPerson, randomFrom } from './people.ts';
import { expressible } from './wall-clock.ts';
import {
  type Account,
  type Person,
  type RaceEvent,
  type Registration,
  type RemovalReason,
  registrationOf,
  type World,
} from './world.ts';

/** Somebody registers now. */
export function register(world: World, event: RaceEvent, options: RegistrationOptions = {}): Registration {
  return addRegistration(world, event, options);
}

/** Sets the bib; null blanks it. @throws UsageError where the provider could not hold it. */
export function setBib(world: World, id: number, bib: string | null): Registration {
  const registration = present(world, id);
  if (bib !== null && registration.event.race.provider === 'runsignup' && !/^[1-9]\d{0,8}$/.test(bib)) {
    throw new UsageError('A bib of RunSignUp is a whole number.');
  }
  registration.bib = bib;
  registration.lastBib = bib ?? registration.lastBib;
  const own = registration.categories?.find(({ subEventId }) => subEventId === registration.subEventId);
  if (own) Object.assign(own, { bib, lastBib: bib ?? own.lastBib });
  return stamp(world, registration, bib === null ? 'bib blanked' : `bib ${bib}`);
}

/** Corrects what the person entered. */
export function changePerson(world: World, id: number, change: Partial<Omit<Person, 'userId'>>): Registration {
  const registration = present(world, id);
  registration.person = { ...registration.person, ...change };
  return stamp(world, registration, 'person changed');
}

/** A refund, or a removal by the director. */
export function refund(world: World, id: number): Registration {
  return remove(world, id, 'removed', null);
}

/** The runner undoes the registration within its first 15 minutes. */
export function clear(world: World, id: number): Registration {
  return remove(world, id, 'cleared', null);
}

/** The runner comes next year instead. */
export function deferral(world: World, id: number): Registration {
  return remove(world, id, 'deferred', null);
}

/** Takes a removal back: the row is active again. */
export function reinstate(world: World, id: number): Registration {
  const registration = present(world, id);
  registration.removal = null;
  return stamp(world, registration, 'reinstated');
}

/** The same person in another event: a new registration id there, a removed row here. Returns the new one. */
export function transfer(world: World, id: number, to: RaceEvent): Registration {
  const old = active(world, id);
  if (to.race.provider !== old.event.race.provider) throw new UsageError('A transfer stays with one provider.');
  const moved = addRegistration(world, to, { person: old.person, team: old.team });
  remove(world, id, 'transferred', moved.id);
  return moved;
}

/**
 * Race Roster: another part of the same event; the id stays.
 * @throws UsageError where the event has no such part, or the registration holds categories (categories.ts).
 */
export function changeSubEvent(world: World, id: number, subEventId: string): Registration {
  const registration = active(world, id);
  if (!registration.event.subEvents.some((subEvent) => subEvent.id === subEventId)) {
    throw new UsageError(`Event ${registration.event.id} has no sub-event ${subEventId}.`);
  }
  if (registration.categories !== null) {
    throw new UsageError('A registration that holds categories adds one and drops another.');
  }
  registration.subEventId = subEventId;
  return stamp(world, registration, `sub-event ${subEventId}`);
}

/**
 * Another person takes the place. What RunSignUp does then is unknown: `same-id` swaps the person on the row, `new-id`
 * removes the row and adds one. Returns the row that holds the new person.
 */
export function personToPersonTransfer(
  world: World,
  id: number,
  mode: 'same-id' | 'new-id',
  person: Partial<Person> = {},
): Registration {
  const old = active(world, id);
  const userId = world.next.user++;
  const newcomer = { ...inventPerson(randomFrom(userId), userId, userId), ...person };
  if (mode === 'same-id') {
    old.person = newcomer;
    return stamp(world, old, 'handed to another person');
  }
  const added = addRegistration(world, old.event, { person: newcomer, ...optionalSubEvent(old) });
  remove(world, id, 'transferred', added.id);
  return added;
}

/** The provider stops showing the row in any way. */
export function vanish(world: World, id: number): Registration {
  const registration = present(world, id);
  const { registrations, vanished } = registration.event;
  registrations.splice(positionAfter(registrations, id) - 1, 1);
  vanished.push(registration);
  registration.vanishedAt = world.clock().getTime();
  return stamp(world, registration, 'vanished');
}

/** Cut to a minute, as the providers write starts. */
export function moveStart(world: World, event: RaceEvent, startAt: Date): void {
  event.startAt = expressible(startAt.getTime(), event.race.timeZone);
  event.race.modifiedAt = world.clock().getTime();
}

export function renameEvent(world: World, event: RaceEvent, name: string): void {
  event.name = name;
  event.race.modifiedAt = world.clock().getTime();
}

/** The provider refuses (or takes again) what the account sends; tokens in use end at once. */
export function setAccountEnabled(account: Account, enabled: boolean): void {
  account.enabled = enabled;
}

function remove(world: World, id: number, reason: RemovalReason, newRegistrationId: number | null): Registration {
  const registration = active(world, id);
  registration.removal = { reason, at: world.clock().getTime(), newRegistrationId };
  return stamp(world, registration, newRegistrationId === null ? reason : `${reason} to ${newRegistrationId}`);
}

function present(world: World, id: number): Registration {
  const registration = registrationOf(world, id);
  if (registration.vanishedAt !== null) throw new UsageError(`Registration ${id} has vanished.`);
  return registration;
}

/** @throws UsageError where it has left. */
export function active(world: World, id: number): Registration {
  const registration = present(world, id);
  if (registration.removal !== null) throw new UsageError(`Registration ${id} is already removed.`);
  return registration;
}

/** Notes a change of a registration: the time of it, what it was, and that listings have moved. */
export function stamp(world: World, registration: Registration, what: string): Registration {
  const at = world.clock().getTime();
  registration.modifiedAt = at;
  registration.history = [...(registration.history ?? []), { at, what }];
  registration.event.version++;
  return registration;
}

function optionalSubEvent({ subEventId }: Registration): { subEventId?: string } {
  return subEventId === null ? {} : { subEventId };
}
