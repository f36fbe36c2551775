import { describe, expect, test } from 'vitest';
import { UnknownAnswer } from '../../../src/domain/errors.ts';
import type { Json } from '../../../src/domain/json.ts';
import type { EventQuery } from '../../../src/domain/provider.ts';
import { collect, connectTo, credential, eventRow, now, sliceOf } from './builders.ts';

function season(...days: string[]) {
  return days.map((day, index) => eventRow({ eventId: `E${index + 1}`, startDate: `2026-${day}T08:00:00-04:00` }));
}

async function discover(query: EventQuery, rowsAt: (call: number) => Json[]) {
  const fake = connectTo((request, number) => sliceOf(rowsAt(number), request));
  const pages = await collect(fake.session.listEvents(query));
  expect(pages.at(-1)?.last).toBe(true);
  return { ...fake, ids: pages.flatMap(({ events }) => events.map(({ eventId }) => eventId)), pages };
}

describe('discovery', () => {
  test('lists upcoming events page by page, each once', async () => {
    const rows = season('05-03', '05-10', '05-17', '06-01');
    const { ids, requests } = await discover({ startsFrom: now }, () => rows);
    expect(ids).toEqual(['E1', 'E2', 'E3', 'E4']);
    expect(requests.map(({ path, query }) => [path, query])).toEqual(
      ['0', '2', '3'].map((offset) => ['/events', { offset, limit: '3', eventDateFrom: '2026-05-01T12:00:00Z' }]),
    );
  });

  test('drops the events of the past where the filter is ignored', async () => {
    const { ids } = await discover({ startsFrom: now }, () => season('04-30', '05-01', '05-02'));
    expect(ids).toEqual(['E2', 'E3']);
  });

  test('asks for the past too by a date before all events', async () => {
    const { ids, requests } = await discover({ startsFrom: undefined }, () => season('04-30', '05-02'));
    expect(ids).toEqual(['E1', 'E2']);
    expect(requests[0]?.query?.['eventDateFrom']).toBe('2000-01-01T00:00:00Z');
  });

  test('warns where events moved while it read', async () => {
    const rows = season('05-03', '05-10', '05-17', '06-01');
    const moved = await discover({ startsFrom: now }, (call) => (call === 1 ? rows : rows.slice(1)));
    expect(moved.warnings).toHaveLength(1);
    expect((await discover({ startsFrom: now }, () => rows)).warnings).toEqual([]);
  });

  test('rejects a bad event alone', async () => {
    const { ids, pages } = await discover({ startsFrom: now }, () => [{ eventId: 'E0' }, ...season('05-03')]);
    expect(ids).toEqual(['E1']);
    expect(pages.flatMap(({ rejected }) => rejected.map(({ id }) => id))).toEqual(['E0']);
  });

  test('takes the zone of the credential where the event names none', async () => {
    const additionalConfig = { ...credential.additionalConfig, time_zone: 'America/Toronto' };
    const { session } = connectTo((request) => sliceOf(season('05-03'), request), {
      credential: { ...credential, additionalConfig },
    });
    const [page] = await collect(session.listEvents({ startsFrom: now }));
    expect(page?.events[0]).toMatchObject({ timeZone: 'America/Toronto', timeZoneAssumed: false });
  });
});

describe('one event by its id', () => {
  const [row] = season('04-30');
  test.each<[string, Json]>([
    ['bare', row ?? null],
    ['under data', { data: row ?? null }],
    ['under data[0]', { data: [row ?? null] }],
  ])('%s is one page with it', async (_, answer) => {
    const { session, requests } = connectTo(() => answer);
    const pages = await collect(session.listEvents({ startsFrom: undefined, eventId: 'E/1' }));
    expect(pages.map(({ events, last }) => [events.map(({ eventId }) => eventId), last])).toEqual([[['E1'], true]]);
    expect(requests.map(({ path }) => path)).toEqual(['/events/E%2F1']);
  });

  test.each<[Json]>([[[]], [{ data: [] }], [{ error: 'not found' }], [null]])('%j is no event', async (answer) => {
    const { session } = connectTo(() => answer);
    const listing = session.listEvents({ startsFrom: undefined, eventId: 'E1' });
    await expect(collect(listing)).rejects.toThrow(UnknownAnswer);
  });
});
