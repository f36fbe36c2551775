/** A start is moved at the provider, from next month to in one hour and the other ways: discovery is what notices. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addAccount, addEvent, addRace, addRegistrations } from '../../src/sandbox/build-world.ts';
import { moveStart, setBib } from '../../src/sandbox/changes.ts';
import type { RaceEvent } from '../../src/sandbox/world.ts';
import { expectSame } from '../e2e/compare.ts';
import { day, hour, type Installation, install, minute, saturday } from '../e2e/installation.ts';
import { registrationProviders } from './lab/world.ts';

let here: Installation;
let events: RaceEvent[];

async function open(startsInMs: number): Promise<void> {
  events = [];
  here = await install((world) => {
    for (const provider of registrationProviders) {
      const race = addRace(world, { provider, timeZone: 'America/New_York' });
      const event = addEvent(world, race, { startAt: new Date(saturday.getTime() + startsInMs) });
      addRegistrations(world, event, 4);
      events.push(event);
      addAccount(world, { company: 'Peak Timing', provider, races: [race] });
    }
  });
  await here.discover();
  await tick();
}

beforeEach(() => open(30 * day));
afterEach(() => here.close());

async function tick(): Promise<number> {
  const { code, json } = await here.tick();
  expect(code).toBe(0);
  return json['units'].length;
}

const priorities = async () => {
  const { json } = await here.run('status', '--json');
  const shown: { priority: string }[] = json['events'];
  return new Set(shown.map(({ priority }) => priority));
};

function move(toMs: number): void {
  for (const event of events) moveStart(here.world, event, new Date(here.now().getTime() + toMs));
}

test('from next month to in one hour: noticed by the next discovery, and from then on synced every minute', async () => {
  here.pass(10 * minute);
  move(hour);
  for (const { registrations } of events) setBib(here.world, registrations[0]?.id ?? 0, '4711');
  here.pass(minute);
  // No answer of a sync tells a start.
  expect(await tick()).toBe(0);
  expect(await priorities()).toEqual(new Set(['low']));
  expect((await here.run('discover', '1')).code).toBe(0);
  expect(await tick()).toBe(events.length);
  expect(await priorities()).toEqual(new Set(['high']));
  await expectSame(here);
  for (let n = 0; n < 3; n += 1) {
    here.pass(minute);
    expect(await tick()).toBe(events.length);
  }
});

test('from in an hour to next month: no more calls every minute', async () => {
  await here.close();
  await open(hour);
  move(30 * day);
  here.pass(minute);
  expect(await tick()).toBe(events.length);
  await here.discover();
  here.pass(minute);
  expect(await tick()).toBe(0);
  await expectSame(here);
});

test('to yesterday: discovery lists no past event, so it goes on at the pace of the old start, and nobody is lost', async () => {
  move(-day);
  here.pass(5 * hour);
  await here.discover();
  expect(await tick()).toBe(events.length);
  expect(await priorities()).toEqual(new Set(['low']));
  const [row] = await here.query('select count(*)::int as n from unified_participants where removed_at is null');
  expect(row).toEqual({ n: 4 * events.length });
});
