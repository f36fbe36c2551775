/** POST /control/<action>: each makes one change and answers with what came of it. */
import * as z from 'zod';
import { addEvent, addRace, addRegistrations, grantRace } from './build-world.ts';
import * as categories from './categories.ts';
import * as changes from './changes.ts';
import {
  type Action,
  action,
  eventKey,
  instant,
  person,
  provider,
  registrationKey,
  timeZone,
} from './control-input.ts';
import { faultSchema } from './faults.ts';
import { hakuSwitches } from './haku/behaviour.ts';
import { accountOf, eventOf, type RaceEvent, type Registration, raceOf, registrationOf } from './world.ts';

const registrationActions: Readonly<Record<string, Action>> = {
  register: action(
    { ...eventKey, count: z.int().min(1).max(100_000).default(1), person: person.exactOptional() },
    ({ world }, { count, person: given, ...key }) => {
      const event = eventOf(world, key.provider, key.eventId);
      const options = given === undefined ? {} : { person: given };
      return { registrationIds: Array.from({ length: count }, () => changes.register(world, event, options).id) };
    },
  ),
  'set-bib': action({ ...registrationKey, bib: z.string().nullable() }, ({ world }, input) =>
    told(changes.setBib(world, input.registrationId, input.bib)),
  ),
  'change-person': action({ ...registrationKey, person }, ({ world }, input) =>
    told(changes.changePerson(world, input.registrationId, input.person)),
  ),
  refund: action(registrationKey, ({ world }, input) => told(changes.refund(world, input.registrationId))),
  clear: action(registrationKey, ({ world }, input) => told(changes.clear(world, input.registrationId))),
  deferral: action(registrationKey, ({ world }, input) => told(changes.deferral(world, input.registrationId))),
  reinstate: action(registrationKey, ({ world }, input) => told(changes.reinstate(world, input.registrationId))),
  vanish: action(registrationKey, ({ world }, input) => told(changes.vanish(world, input.registrationId))),
  transfer: action({ ...registrationKey, toEventId: z.string() }, ({ world }, input) => {
    const { event } = registrationOf(world, input.registrationId);
    const to = eventOf(world, event.race.provider, input.toEventId);
    return told(changes.transfer(world, input.registrationId, to));
  }),
  'change-sub-event': action({ ...registrationKey, subEventId: z.string() }, ({ world }, input) =>
    told(changes.changeSubEvent(world, input.registrationId, input.subEventId)),
  ),
  'person-to-person-transfer': action(
    { ...registrationKey, mode: z.enum(['same-id', 'new-id']), person: person.default({}) },
    ({ world }, input) => told(changes.personToPersonTransfer(world, input.registrationId, input.mode, input.person)),
  ),
};

const bib = z.string().nullable().exactOptional();
const corral = z.string().nullable().exactOptional();
const wave = z.string().nullable().exactOptional();

const categoryActions: Readonly<Record<string, Action>> = {
  'add-category': action(
    { ...registrationKey, subEventId: z.string(), bib, corral, wave },
    ({ world }, { registrationId, ...category }) => told(categories.addCategory(world, registrationId, category)),
  ),
  'change-category': action(
    { ...registrationKey, subEventId: z.string(), bib, corral, wave, active: z.boolean().exactOptional() },
    ({ world }, { registrationId, subEventId, ...change }) =>
      told(categories.changeCategory(world, registrationId, subEventId, change)),
  ),
  'drop-category': action({ ...registrationKey, subEventId: z.string() }, ({ world }, input) =>
    told(categories.dropCategory(world, input.registrationId, input.subEventId)),
  ),
};

const eventActions: Readonly<Record<string, Action>> = {
  'add-event': action(
    {
      provider,
      /** Names of the accounts that may access it. */
      accounts: z.array(z.string()),
      /** Without it a race is added too. */
      raceId: z.string().exactOptional(),
      name: z.string().min(1),
      timeZone: timeZone.default('America/Chicago'),
      startAt: instant,
      registrations: z.int().min(0).max(100_000).default(0),
    },
    ({ world }, { raceId, name, startAt, ...input }) => {
      const accounts = input.accounts.map((account) => accountOf(world, account));
      const race =
        raceId === undefined
          ? addRace(world, { provider: input.provider, name, timeZone: input.timeZone })
          : raceOf(world, input.provider, raceId);
      const event = addEvent(world, race, { name, startAt });
      addRegistrations(world, event, input.registrations);
      for (const account of accounts) grantRace(world, account, race.id);
      return toldEvent(event);
    },
  ),
  'move-start': action({ ...eventKey, startAt: instant }, ({ world }, input) => {
    const event = eventOf(world, input.provider, input.eventId);
    changes.moveStart(world, event, input.startAt);
    return toldEvent(event);
  }),
  'rename-event': action({ ...eventKey, name: z.string().min(1) }, ({ world }, input) => {
    const event = eventOf(world, input.provider, input.eventId);
    changes.renameEvent(world, event, input.name);
    return toldEvent(event);
  }),
};

const sandboxActions: Readonly<Record<string, Action>> = {
  'set-account': action({ account: z.string(), enabled: z.boolean() }, ({ world }, input) => {
    changes.setAccountEnabled(accountOf(world, input.account), input.enabled);
    return { account: input.account, enabled: input.enabled };
  }),
  'drop-tokens': action({}, ({ tokens }) => {
    tokens.access.clear();
    return { done: true };
  }),
  behaviour: action(
    {
      registrationRequired: z.boolean().exactOptional(),
      tokenEnvelope: z.enum(['bare', 'data', 'data-array']).exactOptional(),
      tokenSeconds: z.int().min(1).exactOptional(),
      pageCap: z.int().min(1).exactOptional(),
      honoursUpdatedSince: z.boolean().exactOptional(),
      showsSubEvent: z.boolean().exactOptional(),
      haku: hakuSwitches.exactOptional(),
    },
    ({ world }, { registrationRequired, haku, ...raceroster }) => {
      const { behaviour } = world;
      if (registrationRequired !== undefined) behaviour.runsignup.registrationRequired = registrationRequired;
      Object.assign(behaviour.raceroster, raceroster);
      Object.assign(behaviour.haku, haku);
      const { secret: _, ...registration } = behaviour.runsignup.registration;
      const others = haku === undefined ? {} : { haku: behaviour.haku };
      return { runsignup: { ...behaviour.runsignup, registration }, raceroster: behaviour.raceroster, ...others };
    },
  ),
  clock: action({ now: instant.nullable() }, (state, input) => {
    state.setClock(input.now ?? undefined);
    return { now: state.world.clock().toISOString() };
  }),
  faults: (state, body) => {
    state.faults.push(faultSchema.parse(body));
    return { waiting: state.faults };
  },
  'clear-faults': action({}, ({ faults }) => {
    faults.length = 0;
    return { waiting: faults };
  }),
  'clear-calls': action({}, ({ calls }) => {
    calls.length = 0;
    return { done: true };
  }),
};

/** By name as it stands in the URL. */
export const actions: Readonly<Record<string, Action>> = {
  ...registrationActions,
  ...categoryActions,
  ...eventActions,
  ...sandboxActions,
};

function told({ id, event, bib, removal }: Registration) {
  return { registrationId: id, eventId: event.id, bib, removedReason: removal?.reason ?? null };
}

function toldEvent(event: RaceEvent) {
  const { race, id, name } = event;
  return {
    provider: race.provider,
    raceId: race.id,
    eventId: id,
    name,
    startAt: new Date(event.startAt).toISOString(),
  };
}
