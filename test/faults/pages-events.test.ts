/** Events that vanish, come back, move to another race or to another day: their people stay, and the plan follows the provider. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { addEvent, addRace, addRegistrations, grantRace } from '../../src/sandbox/build-world.ts';
import { moveStart, refund, register } from '../../src/sandbox/changes.ts';
import { keyOf, type RaceEvent } from '../../src/sandbox/world.ts';
import { day, hour, type Installation, minute, saturday } from '../e2e/installation.ts';
import { some } from './lab/form.ts';
import { listOf } from './lab/listed-pages.ts';
import { expectSound } from './lab/sound.ts';
import { installTroubled, peopleOf, type Registrar, recover, type Troubled, wantedPeopleOf } from './lab/troubled.ts';
import { status } from './lab/troubles.ts';
import { registrationProviders } from './lab/world.ts';

let all: Troubled;
let here: Installation;
beforeAll(async () => {
  all = await installTroubled({ people: 12 });
  here = all.here;
});
afterAll(() => all.close());
afterEach(() => all.line.clear());

function eventOf(provider: Registrar): RaceEvent {
  const event = all.events.find(({ race }) => race.provider === provider);
  if (!event) throw new Error(`${provider} has no event`);
  return event;
}

/** The provider shows neither the event nor its people. @returns brings it back. */
function hide(event: RaceEvent): () => void {
  const { race } = event;
  const key = keyOf(race.provider, event.id);
  const at = race.events.indexOf(event);
  here.world.events.delete(key);
  race.events.splice(at, 1);
  return () => {
    here.world.events.set(key, event);
    race.events.splice(at, 0, event);
  };
}

const unitsOf = (json: { readonly [field: string]: unknown }, event: RaceEvent) =>
  (json['units'] as { status: string; priority: string; events: { eventId: string }[] }[]).filter(({ events }) =>
    events.some(({ eventId }) => eventId === event.id),
  );

describe.each(some(registrationProviders, 1, 'events'))('%s', (provider) => {
  test('an event that vanishes and comes back: its people stay as they are', async () => {
    const event = eventOf(provider);
    const before = await peopleOf(all, [provider]);
    const show = hide(event);
    here.pass(minute);
    await here.discover();
    for (let beat = 0; beat < 3; beat += 1) {
      here.pass(minute);
      const { code, json } = await here.tick();
      expect([0, 1, 6]).toContain(code);
      const others = (json['units'] as { provider: string; status: string }[]).filter(
        (one) => one.provider !== provider,
      );
      expect(new Set(others.map((one) => one.status))).toEqual(new Set(['completed']));
    }
    const ids = (rows: readonly { readonly [column: string]: unknown }[]) =>
      rows.map(({ id, removed }) => [id, removed]);
    expect(ids(await peopleOf(all, [provider]))).toEqual(ids(before));
    show();
    here.pass(minute);
    register(here.world, event);
    await here.discover();
    await here.run('full-sync', `1:${provider}`);
    await recover(all);
  });

  test('its calls answer 404 for one tick', async () => {
    const event = eventOf(provider);
    here.pass(minute);
    register(here.world, event);
    const before = await peopleOf(all, [provider]);
    const running = all.line.begin({ providers: [provider], path: listOf(provider, event) }, status(404));
    const { code, json } = await here.tick();
    expect(running.hits()).toBeGreaterThan(0);
    expect(code).toBe(1);
    expect(unitsOf(json, event).every((unit) => unit.status === 'failed')).toBe(true);
    expect(await peopleOf(all, [provider])).toEqual(before);
    await recover(all);
  });

  test('its start moves from next month to in one hour: from the next discovery on it is synced every minute', async () => {
    const race = addRace(here.world, { provider, name: `Moved Run ${provider}`, timeZone: 'America/Denver' });
    const event = addEvent(here.world, race, { startAt: new Date(here.now().getTime() + 35 * day) });
    addRegistrations(here.world, event, 3);
    const account = here.world.accounts.find((one) => one.provider === provider);
    if (!account) throw new Error(`${provider} has no account`);
    grantRace(here.world, account, race.id);
    here.pass(minute);
    await here.discover();
    await here.tick();
    expect(await peopleOf(all, [provider])).toEqual(wantedPeopleOf(all, [provider]));
    here.pass(minute);
    moveStart(here.world, event, new Date(here.now().getTime() + hour));
    register(here.world, event);
    // No answer of a sync tells the new start: until the next discovery it goes on at its slow pace.
    expect(unitsOf((await here.tick()).json, event)).toEqual([]);
    await here.discover();
    for (let beat = 0; beat < 2; beat += 1) {
      here.pass(minute);
      const { code, json } = await here.tick();
      expect(code).toBe(0);
      expect(unitsOf(json, event)).toMatchObject([{ priority: 'high', status: 'completed' }]);
    }
    await expectSound(here);
  });

  test('it is cancelled, and gone for good: everybody left, nobody is deleted', async () => {
    const race = addRace(here.world, { provider, name: `Cancelled Run ${provider}` });
    const event = addEvent(here.world, race, { startAt: new Date(saturday.getTime() + 21 * day) });
    addRegistrations(here.world, event, 9);
    const account = here.world.accounts.find((one) => one.provider === provider);
    if (!account) throw new Error(`${provider} has no account`);
    grantRace(here.world, account, race.id);
    here.pass(minute);
    await here.discover();
    await recover(all);
    here.pass(minute);
    // The provider says of each that they left; a list in which all are cancelled is a whole one.
    for (const { id } of event.registrations) refund(here.world, id);
    await recover(all);
    const stored = (await peopleOf(all, [provider])).filter((row) => row['event'] === event.id);
    expect(stored).toHaveLength(9);
    expect(stored.every((row) => row['removed'])).toBe(true);
    const show = hide(event);
    here.pass(minute);
    await here.discover();
    await here.tick();
    expect((await peopleOf(all, [provider])).filter((row) => row['event'] === event.id)).toEqual(stored);
    show();
    await here.run('full-sync', `1:${provider}`);
    await recover(all);
  });
});

test('RunSignUp: an event that moves to another race is followed by the next discovery; the race it left goes on', async () => {
  const [half, ten] = all.events.filter(({ race }) => race.provider === 'runsignup');
  if (!half || !ten) throw new Error('the race has no second event');
  const from = ten.race;
  const to = addRace(here.world, { name: 'Evening Run', timeZone: 'America/Denver' });
  for (const account of here.world.accounts.filter(({ provider }) => provider === 'runsignup')) {
    grantRace(here.world, account, to.id);
  }
  from.events.splice(from.events.indexOf(ten), 1);
  to.events.push(ten);
  Object.assign(ten, { race: to });
  register(here.world, half);
  register(here.world, ten);
  here.pass(minute);
  const { code, json } = await here.tick();
  expect(code).toBe(1);
  expect(unitsOf(json, half).map((unit) => unit.status)).toEqual(['completed', 'completed']);
  expect(unitsOf(json, ten).map((unit) => unit.status)).toEqual(['failed', 'failed']);
  here.pass(minute);
  await here.discover();
  await recover(all);
});
