/** A random walk: anything happens to people while anything goes wrong at providers; when it is over, everything is the same. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  changePerson,
  deferral,
  refund,
  register,
  reinstate,
  setBib,
  transfer,
  vanish,
} from '../../src/sandbox/changes.ts';
import { hour, minute } from '../e2e/installation.ts';
import { amount, chancesOf, tell } from './lab/form.ts';
import { emptied, listOf, onlyTheFirst, withRows } from './lab/listed-pages.ts';
import type { Trouble } from './lab/provider-line.ts';
import { installTroubled, peopleOf, type Registrar, recover, type Troubled, wantedPeopleOf } from './lab/troubled.ts';
import {
  behind,
  gzipBomb,
  html,
  redirect,
  resetBeforeHeaders,
  resetBehindHeaders,
  status,
  text,
  truncated,
} from './lab/troubles.ts';
import { registrationProviders } from './lab/world.ts';

const chances = chancesOf('the walk of the pages');
let all: Troubled;
beforeAll(async () => {
  all = await installTroubled();
});
afterAll(() => all.close());

/** What may go wrong with a call. */
const troubles: Readonly<Record<string, (provider: Registrar) => Trouble>> = {
  '429': () => status(429),
  '429 for a while': () => status(429, { 'retry-after': '90' }),
  '500': () => status(500),
  '503': () => status(503),
  '404': () => status(404),
  '401': () => status(401),
  html: () => html,
  nothing: () => text('', 'application/json'),
  half: () => truncated,
  reset: () => resetBeforeHeaders,
  'reset behind the headers': () => resetBehindHeaders,
  bomb: () => gzipBomb(false),
  redirect: () => redirect(302, 'http://localhost:9/elsewhere'),
  'an empty page': emptied,
  'the first page': (provider) => onlyTheFirst[provider],
  'a row less': (provider) => withRows(provider, (rows) => rows.slice(1)),
  'rows twice': (provider) => withRows(provider, (rows) => [...rows, ...rows.slice(0, 2)]),
  'another order': (provider) => withRows(provider, (rows) => rows.toReversed()),
  'a row that is none': (provider) => withRows(provider, (rows) => ['nobody', ...rows]),
  'something happens': () => behind(() => happen(3)),
  'all tokens end': () => behind(() => all.here.control('drop-tokens')),
};

/** Troubles that make a page a lie which nothing contradicts: once at a time, and a whole listing brings what it left out. */
const onlyOnce: readonly string[] = ['an empty page', 'a row less'];

/** Who changed since everything was the same: what changes twice before anybody asks, is only told as it is at the end. */
const touched = new Set<number>();

/** Some things that happen to people of the events, to each of them one. */
function happen(times: number): void {
  const { world } = all.here;
  for (let n = 0; n < times; n += 1) {
    const event = chances.pick(all.events);
    const untouched = event.registrations.filter(({ id }) => !touched.has(id));
    const someone = chances.pick(untouched.filter(({ removal }) => removal === null));
    const removed = untouched.filter(({ removal }) => removal?.reason === 'removed');
    const sibling = all.events.find((other) => other !== event && other.race === event.race);
    const bib = String(10_000 + chances.below(80_000));
    const kind = someone === undefined ? 0 : chances.below(8);
    const changed = (() => {
      if (kind <= 1 || someone === undefined) return register(world, event, { bib });
      if (kind <= 3) return setBib(world, someone.id, bib);
      if (kind === 4) return changePerson(world, someone.id, { firstName: `Renamed ${bib}` });
      if (kind === 5) return chances.next() < 0.5 ? refund(world, someone.id) : deferral(world, someone.id);
      if (kind === 6 && removed.length > 0) return reinstate(world, chances.pick(removed).id);
      return sibling ? transfer(world, someone.id, sibling) : setBib(world, someone.id, bib);
    })();
    for (const one of [changed, ...(someone ? [someone] : [])]) touched.add(one.id);
  }
}

/** Where removals are inferred somebody may be gone without a word; few enough to be believed. */
function someoneGoes(): void {
  const event = chances.pick(all.events.filter(({ race }) => race.provider !== 'runsignup'));
  const active = event.registrations.filter(({ removal }) => removal === null);
  if (active.length > 10) touched.add(vanish(all.here.world, chances.pick(active).id).id);
}

/** Nobody who is still there may be marked as absent, whatever a provider answered meanwhile. */
async function expectNobodyWronglyAbsent(): Promise<void> {
  const there = new Set(
    wantedPeopleOf(all, registrationProviders).flatMap((row) =>
      row['removed'] ? [] : [`${row['partner']} ${row['id']}`],
    ),
  );
  const absent = (await peopleOf(all, registrationProviders)).filter((row) => row['removed_reason'] === 'absent');
  expect(absent.map((row) => `${row['partner']} ${row['id']}`).filter((id) => there.has(id))).toEqual([]);
}

test('rounds of changes and troubles', async () => {
  const { here, line } = all;
  const rounds = amount(6, 120);
  const played = new Map<string, number>();
  for (let round = 0; round < rounds; round += 1) {
    const isGone = chances.next() < 0.2;
    if (isGone) someoneGoes();
    happen(1 + chances.below(12));
    here.pass(chances.pick([minute, minute, 5 * minute, hour]));
    const running = chances
      .shuffled(registrationProviders)
      .slice(0, 1 + chances.below(3))
      .map((provider) => {
        const name = chances.pick(Object.keys(troubles));
        const event = chances.pick(all.events.filter(({ race }) => race.provider === provider));
        const isOnce = onlyOnce.includes(name);
        const where = {
          providers: [provider],
          ...(chances.next() < 0.7 && { path: listOf(provider, event) }),
          skip: isOnce ? 1 : chances.below(3),
          times: isOnce ? 1 : chances.pick([1, 1, 2, 5]),
        };
        const begun = line.begin(
          { ...where, ...(isOnce && { path: listOf(provider, event) }) },
          troubles[name]?.(provider) ?? html,
        );
        return { name, begun };
      });
    for (let tick = 1 + chances.below(3); tick > 0; tick -= 1) {
      const { code } = await here.tick();
      expect([0, 1, 5, 6]).toContain(code);
      await expectNobodyWronglyAbsent();
      here.pass(minute);
      happen(chances.below(4));
    }
    const isLie = running.some(({ name, begun }) => onlyOnce.includes(name) && begun.hits() > 0);
    for (const { name, begun } of running) played.set(name, (played.get(name) ?? 0) + begun.hits());
    line.clear();
    // A rest of up to an hour, a probe of a credential after a quarter of one.
    here.pass(hour);
    // A list without a filter that goes on behind pages of an hour ago is whole with the next one, a minute later.
    await here.tick();
    if (isLie || isGone) await here.run('full-sync');
    await recover(all);
    touched.clear();
  }
  const hits = [...played.values()].reduce((sum, n) => sum + n, 0);
  tell(`${rounds} rounds, ${hits} calls that went wrong in ${played.size} ways; nobody lost, nobody wrongly absent`);
});
