/** Lists whose pages do not hold what they should: nobody is marked for it, and nobody is passed over. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { changePerson, refund, setBib, vanish } from '../../src/sandbox/changes.ts';
import type { RaceEvent } from '../../src/sandbox/world.ts';
import { minute, type Row } from '../e2e/installation.ts';
import { some } from './lab/form.ts';
import { emptied, listOf, nobody, onlyTheFirst } from './lab/listed-pages.ts';
import type { Trouble } from './lab/provider-line.ts';
import { expectSound } from './lab/sound.ts';
import { installTroubled, peopleOf, type Registrar, recover, type Troubled, wantedPeopleOf } from './lab/troubled.ts';
import { rewritten, withHeaders } from './lab/troubles.ts';
import { registrationProviders } from './lab/world.ts';

let all: Troubled;
beforeAll(async () => {
  all = await installTroubled();
});
afterAll(() => all.close());
afterEach(() => all.line.clear());

function eventOf(provider: Registrar): RaceEvent {
  const event = all.events.find(({ race }) => race.provider === provider);
  if (!event) throw new Error(`${provider} has no event`);
  return event;
}

const syncWhole = (provider: Registrar, ...more: string[]) =>
  all.here.run('sync-event', `1:${provider}:${eventOf(provider).id}`, '--full', '--json', ...more);

const removedOf = async (provider: Registrar) =>
  (await peopleOf(all, [provider])).filter((row) => row['removed']).map((row) => row['id']);

/**
 * Everybody of the event has another name and bib: a listing of changes has as many pages as a whole one. The syncs behind the
 * next one ask from later on.
 */
let bib = 20_000;
function changeAll(provider: Registrar): void {
  for (const one of eventOf(provider).registrations.filter(({ removal }) => removal === null)) {
    bib += 1;
    setBib(all.here.world, one.id, String(bib));
    changePerson(all.here.world, one.id, { lastName: `Name ${bib}` });
  }
  all.here.pass(3 * minute);
}

/** Ticks that list changes only, none of them whole: what a sync had passed over would stay so. */
async function recoverByChanges(): Promise<void> {
  all.line.clear();
  for (let beat = 0; beat < 4; beat += 1) {
    all.here.pass(minute);
    await all.here.tick();
  }
  await expectSound(all.here);
}

describe.each(some(registrationProviders, 1, 'listings'))('%s', (provider) => {
  const infers = provider !== 'runsignup';

  test.each([1, 2])('an empty page in the place of page %i, once', async (page) => {
    const { here, line } = all;
    // Everybody changed, and the page that would tell is empty, in a listing of changes and then in a whole one.
    changeAll(provider);
    const where = { providers: [provider], path: listOf(provider, eventOf(provider)), times: 1, skip: page };
    const removed = await removedOf(provider);
    const first = line.begin(where, emptied(provider));
    // Partner 1 alone: an empty first page of changes is what every sync gets where nobody changed.
    await here.run('sync-event', `1:${provider}:${eventOf(provider).id}`);
    expect(first.hits()).toBe(1);
    expect(await removedOf(provider)).toEqual(removed);
    await recoverByChanges();
    changeAll(provider);
    const second = line.begin(where, emptied(provider));
    const { code } = await syncWhole(provider);
    expect(second.hits()).toBe(1);
    expect([0, 1]).toContain(code);
    expect(await removedOf(provider)).toEqual(removed);
    await recoverByChanges();
  });

  test('an empty page in the middle, whenever it is asked for', async () => {
    const { line } = all;
    changeAll(provider);
    const removed = await removedOf(provider);
    const isSecond: Readonly<Record<Registrar, RegExp>> = {
      runsignup: /after_registration_id=/,
      raceroster: /offset=(?!0&)/,
      haku: /[?&]page=(?!1&)/,
      letsdothis: /page%5Bafter%5D/,
      chronotrack: /[?&]page=(?!1&)/,
    };
    const path = new RegExp(`${listOf(provider, eventOf(provider)).source}.*${isSecond[provider].source}`);
    line.begin({ providers: [provider], path }, emptied(provider));
    const { code } = await syncWhole(provider);
    // Two answers that agree are believed where the provider says who left, and where a second list tells them all.
    expect([0, 1, 6]).toContain(code);
    if (infers && provider !== 'letsdothis') expect(code).toBeGreaterThan(0);
    expect(await removedOf(provider)).toEqual(removed);
    line.clear();
    all.here.pass(minute);
    expect((await syncWhole(provider)).code).toBe(0);
    await recover(all);
  });

  test('the first page comes for ever', async () => {
    const { line } = all;
    changeAll(provider);
    const before = await peopleOf(all, [provider]);
    const removed = await removedOf(provider);
    const { path } = { path: listOf(provider, eventOf(provider)) };
    const running = line.begin({ providers: [provider], path }, onlyTheFirst[provider]);
    const ended = await syncWhole(provider);
    expect(ended.code).toBe(1);
    expect(ended.json['units'][0].failure).toMatchObject({ kind: 'UnknownAnswer' });
    expect(running.hits()).toBeLessThan(6);
    expect(await removedOf(provider)).toEqual(removed);
    expect((await peopleOf(all, [provider])).length).toBe(before.length);
    await recoverByChanges();
  });

  test('nobody is listed any more, for one tick', async () => {
    const { here, line } = all;
    here.pass(minute);
    const before = await peopleOf(all, [provider]);
    const path = provider === 'letsdothis' ? /applications|participants/ : listOf(provider, eventOf(provider));
    line.begin({ providers: [provider], path }, nobody(provider));
    const ended = await syncWhole(provider);
    expect(await peopleOf(all, [provider])).toEqual(before);
    expect(ended.code).toBe(infers ? 1 : 0);
    if (infers) {
      expect(ended.json['units'][0].failure).toMatchObject({
        kind: 'UnknownAnswer',
        message: expect.stringMatching(/lists nobody, and of event .* alone \d+ people are stored/),
        hint: expect.stringContaining('--allow-mass-removal'),
      });
    }
    await recover(all);
  });

  test('half of the people are gone', async () => {
    const { here } = all;
    here.pass(minute);
    const event = eventOf(provider);
    const active = event.registrations.filter(({ removal }) => removal === null);
    const half = active.slice(0, Math.ceil(active.length / 2));
    if (!infers) {
      // It says of each that they left, which needs nobody's word.
      for (const { id } of half) refund(here.world, id);
      here.pass(minute);
      expect((await here.tick()).code).toBe(0);
      await recover(all);
      return;
    }
    for (const { id } of half) vanish(here.world, id);
    const removed = await removedOf(provider);
    const ended = await syncWhole(provider);
    expect(ended.code).toBe(6);
    expect(ended.json['units'][0].failure.message).toContain(`${half.length} of ${active.length} people are missing`);
    expect(await removedOf(provider)).toEqual(removed);
    here.pass(minute);
    // The others are synced meanwhile, and the exit code stays until a person has looked.
    expect((await here.tick()).code).toBe(6);
    expect(await removedOf(provider)).toEqual(removed);
    here.pass(minute);
    expect((await syncWhole(provider, '--allow-mass-removal')).code).toBe(0);
    expect(await peopleOf(all, [provider])).toEqual(wantedPeopleOf(all, [provider]));
    await recover(all);
  });
});

test("Let's Do This: a page names itself as the next one", async () => {
  const { here, line } = all;
  changeAll('letsdothis');
  const own: Trouble = async (exchange) => {
    const cursor = decodeURIComponent(/page%5Bafter%5D=([^&]+)/.exec(exchange.path)?.[1] ?? '');
    await rewritten((body) => ({ ...(body as object), page: { next: cursor } }))(exchange);
  };
  const running = line.begin({ path: /applications.*page%5Bafter%5D/ }, own);
  const { code, json } = await here.tick();
  expect(code).toBe(1);
  const [unit] = json['units'].filter((one: { provider: string }) => one.provider === 'letsdothis');
  expect(unit.failure).toMatchObject({ kind: 'UnknownAnswer' });
  expect(running.hits()).toBeLessThan(3);
  await recoverByChanges();
});

describe('ChronoTrack counts wrong', () => {
  test.each([
    ['more rows than there are', { 'x-ctlive-row-count': '99' }],
    ['fewer rows', { 'x-ctlive-row-count': '12' }],
    ['one page', { 'x-ctlive-page-count': '1' }],
    ['a million pages', { 'x-ctlive-page-count': '1000000' }],
    ['no page', { 'x-ctlive-page-count': '0' }],
    ['no rows', { 'x-ctlive-row-count': '0' }],
    ['no rows on no page', { 'x-ctlive-row-count': '0', 'x-ctlive-page-count': '0' }],
    ['nothing, without any header', { 'x-ctlive-row-count': undefined, 'x-ctlive-page-count': undefined }],
  ])('%s', async (_, headers) => {
    const { here, line } = all;
    const event = eventOf('chronotrack');
    const gone = vanish(here.world, event.registrations.at(1)?.id ?? 0);
    changeAll('chronotrack');
    const removed = await removedOf('chronotrack');
    const running = line.begin({ path: listOf('chronotrack', event) }, withHeaders(headers));
    expect((await here.tick()).code).toBe(0);
    expect(running.hits()).toBeLessThan(6);
    const others = (rows: readonly Row[]) => rows.filter((row) => row['id'] !== String(gone.id));
    expect(others(await peopleOf(all, ['chronotrack']))).toEqual(others(wantedPeopleOf(all, ['chronotrack'])));
    const newly = (await removedOf('chronotrack')).filter((id) => !removed.includes(id));
    expect([[], [String(gone.id)]]).toContainEqual(newly);
    await recover(all);
  });
});
