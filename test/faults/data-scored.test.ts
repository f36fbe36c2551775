/** Strange names on their way to Copernico, back as results and on to RunSignUp, and strange requests in sync_queue. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addRegistration } from '../../src/sandbox/build-world.ts';
import { runEvent } from '../../src/sandbox/finishes.ts';
import type { RaceEvent } from '../../src/sandbox/world.ts';
import { storableText } from '../../src/store/storable-text.ts';
import { hour, type Installation, install, minute } from '../e2e/installation.ts';
import type { Ended } from '../e2e/program.ts';
import {
  addCopernico,
  addRegistered,
  askedSplits,
  expectOneSet,
  registrationSpec,
  scoringSpec,
  sentPeople,
  splits,
  storedResults,
  wantedFromCopernico,
  wantedPeople,
  wantedResults,
} from '../e2e/scored-world.ts';
import { expectHarmless } from './data-output.ts';
import { strangeTexts } from './data-values.ts';
import { strangeName } from './data-world.ts';

/** As they are stored: without blanks around them. */
const names = strangeTexts.map((text) => text.trim()).filter((text) => text !== '' && text === storableText(text));

let here: Installation;
let registered: RaceEvent;
let scored: RaceEvent;
beforeAll(async () => {
  here = await install((world) => {
    registered = addRegistered(world, 3, true);
    for (const [index, name] of names.entries()) {
      const other = names[(index + 5) % names.length] ?? '';
      const person = { firstName: name, lastName: other };
      addRegistration(world, registered, {
        bib: String(2_000 + index),
        person,
        team: { id: 7200 + index, name: other },
      });
    }
    scored = addCopernico(world);
  });
});
afterAll(() => here.close());

async function say(...args: string[]): Promise<Ended> {
  const ended = await here.run(...args);
  expectHarmless(ended);
  return ended;
}

async function done(...args: string[]): Promise<Ended> {
  const ended = await say(...args);
  expect({ code: ended.code, stderr: ended.code === 0 ? '' : ended.stderr }).toEqual({ code: 0, stderr: '' });
  return ended;
}

test('pushed, pulled and published whole', async () => {
  await done('discover');
  await done('tick');
  await done('link', registrationSpec(registered), scoringSpec(scored));
  await done('push-participants', registrationSpec(registered), '--dry-run');
  await done('push-participants', registrationSpec(registered));
  expect(sentPeople(scored)).toEqual(wantedPeople(registered, scored));
  here.pass(hour);
  runEvent(here.world, scored, { splits });
  await done('pull-results', scoringSpec(scored));
  expect(await storedResults(here)).toEqual(wantedResults(scored));
  const publishing = ['publish-results', registrationSpec(registered), ...askedSplits];
  await done(...publishing, '--dry-run');
  await done(...publishing, '--yes');
  expectOneSet(here, registered, wantedFromCopernico(scored));
});

/** One try each: how retries go is tested elsewhere. */
const anyone = {
  max_retries: 0,
  timing_partner_id: 1,
  provider_id: 2,
  operation_type: 'participants',
  sync_direction: 'pull',
};
const nested = `${'{"a":'.repeat(150)}1${'}'.repeat(150)}`;

test('requests of other programs with strange ids, words and payloads fail one by one, and are told', async () => {
  const strange = ['', '__proto__', 'constructor', '9007199254740993', strangeName, '\u2028%s{{7*7}}'];
  const rows = [
    ...strange.flatMap((text) => [
      { ...anyone, event_id: text },
      { ...anyone, sync_direction: text.slice(0, 20) },
      { ...anyone, operation_type: text.slice(0, 40) },
      { ...anyone, event_id: registered.id, payload: JSON.stringify(text) },
      {
        ...anyone,
        operation_type: 'results',
        sync_direction: 'push',
        event_id: registered.id,
        payload: JSON.stringify({ [text]: text }),
      },
    ]),
    { ...anyone, event_id: registered.id, payload: nested },
    { ...anyone, event_id: 'x'.repeat(100_000) },
    { ...anyone, event_id: registered.id, payload: '[9007199254740993,1e400]' },
  ];
  const refused: unknown[] = [];
  let asked = 0;
  for (const row of rows) {
    const columns = Object.keys(row);
    const values = columns.map((_, at) => `$${at + 1}`);
    await here
      .query(`insert into sync_queue (${columns.join(', ')}) values (${values.join(', ')})`, Object.values(row))
      .then(() => (asked += 1))
      .catch((error: unknown) => refused.push(error));
  }
  expect(asked).toBeGreaterThan(25);
  const results = here.world.resultSets.map(({ rows: published }) => [...published]);
  for (let left = asked; left > 0; left = await waiting()) {
    here.pass(10 * minute);
    const { json } = await say('tick', '--json');
    expect(json['queue'].length).toBeGreaterThan(0);
  }
  await say('status');
  await say('status', '--json');
  const ends = await here.query<{ status: string }>('select distinct status from sync_queue order by 1');
  expect(ends.map(({ status }) => status)).toEqual(['completed', 'failed']);
  // Not one of them confirmed a publication.
  expect(here.world.resultSets.map(({ rows: published }) => [...published])).toEqual(results);
});

async function waiting(): Promise<number> {
  const [row] = await here.query<{ n: number }>("select count(*)::int as n from sync_queue where status = 'pending'");
  return row?.n ?? 0;
}
