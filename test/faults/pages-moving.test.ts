/** Rows that move between pages while they are listed: whoever is still there is marked by nobody, and the next ticks have all. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { changePerson, refund, register, vanish } from '../../src/sandbox/changes.ts';
import type { RaceEvent, Registration } from '../../src/sandbox/world.ts';
import { reappear } from '../e2e/every-provider-world.ts';
import { minute } from '../e2e/installation.ts';
import { amount, chancesOf, some } from './lab/form.ts';
import { listOf } from './lab/listed-pages.ts';
import { installTroubled, peopleOf, type Registrar, recover, type Troubled, wantedPeopleOf } from './lab/troubled.ts';
import { behind } from './lab/troubles.ts';
import { registrationProviders } from './lab/world.ts';

const chances = chancesOf('rows that move');
let all: Troubled;
beforeAll(async () => {
  all = await installTroubled();
  all.here.env['P88SYNC_RELIST_HOURS'] = '720';
});
afterAll(() => all.close());
afterEach(() => all.line.clear());

function eventOf(provider: Registrar): RaceEvent {
  const event = all.events.find(({ race }) => race.provider === provider);
  if (!event) throw new Error(`${provider} has no event`);
  return event;
}

const active = (event: RaceEvent) => event.registrations.filter(({ removal }) => removal === null);

/** Somebody among the first or the last of those who are there. */
function someone(event: RaceEvent, part: 'front' | 'end'): Registration {
  const people = active(event);
  return chances.pick(part === 'front' ? people.slice(0, 8) : people.slice(-8));
}

/** What happens at one event between two pages. */
const happenings: readonly (readonly [string, (event: RaceEvent) => void])[] = [
  ['somebody new', (event) => void register(all.here.world, event)],
  ['many new', (event) => void Array.from({ length: 12 }, () => register(all.here.world, event))],
  ['one of the first changes', (event) => void changePerson(all.here.world, someone(event, 'front').id, named())],
  ['one of the last changes', (event) => void changePerson(all.here.world, someone(event, 'end').id, named())],
  ['one of the first leaves', (event) => void refund(all.here.world, someone(event, 'front').id)],
  ['one of the first is gone', (event) => void vanish(all.here.world, someone(event, 'front').id)],
  ['one of the last is gone', (event) => void vanish(all.here.world, someone(event, 'end').id)],
  ['one is there again, at the front', (event) => comeBack(event)],
  [
    'all of the last page change',
    (event) => {
      for (const { id } of active(event).slice(-9)) changePerson(all.here.world, id, named());
    },
  ],
];

let named_ = 0;
function named() {
  named_ += 1;
  return { lastName: `Moved ${named_}` };
}

/** Who had been gone, and is listed before everybody else again. */
function comeBack(event: RaceEvent): void {
  const [gone] = event.vanished;
  if (gone) reappear(gone);
}

const removedOf = async (provider: Registrar) =>
  new Set((await peopleOf(all, [provider])).flatMap((row) => (row['removed'] ? [row['id']] : [])));

/**
 * @param mostWrong people who may look absent although they are there, until the next whole listing: Haku's pages cannot be
 * made to overlap, and nothing tells that a row before them is gone.
 */
async function whileListed(
  provider: Registrar,
  page: number,
  happen: (event: RaceEvent) => void,
  mostWrong = 0,
): Promise<void> {
  const { here, line } = all;
  const event = eventOf(provider);
  here.pass(minute);
  const before = await removedOf(provider);
  const running = line.begin(
    { providers: [provider], path: listOf(provider, event), skip: page, times: 1 },
    behind(() => happen(event)),
  );
  const { code } = await here.run('sync-event', `1:${provider}:${event.id}`, '--full');
  expect({ code: [0, 1].includes(code ?? -1), moved: running.hits() }).toEqual({ code: true, moved: 1 });
  const gone = new Set(wantedPeopleOf(all, [provider]).flatMap((row) => (row['removed'] ? [row['id']] : [])));
  const newly = [...(await removedOf(provider))].filter((id) => !before.has(id));
  const wrong = newly.filter((id) => !gone.has(id));
  expect(wrong.slice(mostWrong)).toEqual([]);
  line.clear();
  here.pass(minute);
  // Who is gone is inferred from a whole listing.
  expect((await here.run('sync-event', `1:${provider}:${event.id}`, '--full')).code).toBe(0);
  await recover(all);
}

describe.each(some(registrationProviders, 1, 'rows that move'))('%s', (provider) => {
  const shown = provider === 'runsignup' ? happenings.filter(([title]) => !/gone|there again/.test(title)) : happenings;

  test.each(amount(0, 1) ? shown : chances.shuffled(shown).slice(0, 4))(
    '%s, between two pages',
    async (title, happen) => {
      const mostWrong = provider === 'haku' && title.includes('gone') ? 1 : 0;
      for (const page of amount(0, 1) ? [1, 2] : [1 + chances.below(2)])
        await whileListed(provider, page, happen, mostWrong);
    },
  );

  test('several things at once', async () => {
    for (let round = amount(1, 12); round > 0; round -= 1) {
      const together = chances.shuffled(shown.filter(([title]) => !title.includes('gone'))).slice(0, 3);
      await whileListed(provider, 1 + chances.below(2), (event) => {
        for (const [, happen] of together) happen(event);
      });
    }
  });
});
