/** A provider that the program has never heard of: a folder and a line, here in the test folder, and it is synced end to end. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runStatus } from '../../src/commands/status.ts';
import { hour, minute } from './installation.ts';
import { installToys, type ToyInstallation } from './toy-installation.ts';

let toys: ToyInstallation;
beforeAll(async () => {
  toys = await installToys();
});
afterAll(() => toys.close());

const people = () =>
  toys.query(`select event_id, registration_id, first_name, bib_number, removed_reason from unified_participants
    where source_provider = 'Toy Registration' order by registration_id`);

test('a toy provider is discovered, synced, and shown', async () => {
  const { registration } = toys;
  for (const [id, firstName] of [
    ['a', 'Ann'],
    ['b', 'Bo'],
    ['c', 'Cy'],
  ] as const)
    registration.entrants.set(id, { id, eventId: 'L10', firstName, bib: id.toUpperCase() });
  expect(await toys.discover()).toMatchObject({
    code: 0,
    json: { credentials: [{ status: 'completed', provider: 'toyreg', newEvents: 1 }] },
  });
  expect(await toys.tick()).toMatchObject({
    code: 0,
    json: { units: [{ provider: 'toyreg', kind: 'full', counts: { inserted: 3 } }] },
  });
  registration.entrants.set('a', { id: 'a', eventId: 'L10', firstName: 'Anna', bib: null });
  registration.entrants.delete('b');
  toys.pass(minute);
  expect(await toys.tick()).toMatchObject({ json: { units: [{ counts: { updated: 1, removed: 1, unchanged: 1 } }] } });
  expect(await people()).toEqual([
    { event_id: 'L10', registration_id: 'a', first_name: 'Anna', bib_number: 'A', removed_reason: null },
    { event_id: 'L10', registration_id: 'b', first_name: 'Bo', bib_number: 'B', removed_reason: 'absent' },
    { event_id: 'L10', registration_id: 'c', first_name: 'Cy', bib_number: 'C', removed_reason: null },
  ]);
  expect(await toys.query(`select name, provider_type from providers where name like 'Toy%' order by name`)).toEqual([
    { name: 'Toy Registration', provider_type: 'registration' },
    { name: 'Toy Scoring', provider_type: 'scoring' },
  ]);
  const status = await toys.command((context) => runStatus(context, {}));
  expect(status.json).toMatchObject({
    events: [{ id: '1:toyreg:L10', participants: 2, removed: 1, condition: 'waiting' }],
    links: [],
    credentials: [
      { provider: 'toyreg', discovery: 'fine' },
      { provider: 'toyscore', discovery: 'fine' },
    ],
  });
  expect(toys.now().getTime()).toBeLessThan(new Date('2026-09-12T10:00:00Z').getTime() + hour);
});
