import { describe, expect, test } from 'vitest';
import { addEvent, addRace, addRegistration, addRegistrations } from '../../src/sandbox/build-world.ts';
import { refund } from '../../src/sandbox/changes.ts';
import { type ListingQuery, readPage } from '../../src/sandbox/listing.ts';
import { emptyWorld } from '../../src/sandbox/world.ts';
import { start } from './ask.ts';

function world() {
  const made = emptyWorld(() => start);
  const race = addRace(made);
  const event = addEvent(made, race);
  return { made, event, events: [event, addEvent(made, race), addEvent(made, race)] };
}

const everybody = { keep: () => true, filter: 'all', descending: false, afterId: 0, skip: 0, limit: 10 };

test('rows are kept sorted, also when a lower id comes late', () => {
  const { made, event } = world();
  for (const id of [5, 2, 9, 7]) addRegistration(made, event, { id });
  expect(event.registrations.map(({ id }) => id)).toEqual([2, 5, 7, 9]);
});

describe('every page equals the slice of the whole listing', () => {
  const { made, events } = world();
  for (let index = 0; index < 90; index++) {
    const event = events[(index * 7) % 3];
    if (event !== undefined) addRegistration(made, event);
  }
  const all = [...made.registrations.values()];
  const odd: ListingQuery['keep'] = ({ id }) => id % 2 === 1;
  const after = all[20]?.id ?? 0;
  test.each<[string, Partial<ListingQuery>, (rows: typeof all) => typeof all]>([
    ['ascending', {}, (rows) => rows],
    ['descending', { descending: true }, (rows) => rows.toReversed()],
    ['filtered', { keep: odd, filter: 'odd' }, (rows) => rows.filter(odd)],
    ['behind an id', { afterId: after }, (rows) => rows.filter(({ id }) => id > after)],
    [
      'behind an id, descending',
      { afterId: after, descending: true },
      (rows) => rows.filter(({ id }) => id > after).toReversed(),
    ],
  ])('%s', (_name, part, select) => {
    const whole = select(all);
    const memo = new Map();
    // Forward, overlapping, backward and at random: remembered positions must never show.
    for (const skip of [0, 10, 20, 29, 38, 47, 30, 0, 3, 88, 10, 95]) {
      const page = readPage({ ...everybody, events, ...part, skip }, memo);
      expect(page.map(({ id }) => id)).toEqual(whole.slice(skip, skip + 10).map(({ id }) => id));
    }
  });
});

test('a row that leaves moves the pages behind it', () => {
  const { made, event } = world();
  const ids = addRegistrations(made, event, 30).map(({ id }) => id);
  const memo = new Map();
  const keep: ListingQuery['keep'] = ({ removal }) => removal === null;
  const page = (skip: number) => readPage({ ...everybody, events: [event], keep, skip }, memo).map(({ id }) => id);
  expect([page(0), page(10)]).toEqual([ids.slice(0, 10), ids.slice(10, 20)]);
  refund(made, ids[4] ?? 0);
  expect(page(20)).toEqual(ids.slice(21));
});

test.each([10, 9])('a series of pages looks at each row about once (steps of %i)', (step) => {
  const { made, event } = world();
  addRegistrations(made, event, 2000);
  const memo = new Map();
  let looks = 0;
  const keep = () => {
    looks++;
    return true;
  };
  for (let skip = 0; skip < 2000; skip += step) readPage({ ...everybody, events: [event], keep, skip }, memo);
  expect(looks).toBeLessThan(5000);
});
