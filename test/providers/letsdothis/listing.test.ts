import { describe, expect, test } from 'vitest';
import { CallRefused, ProviderUnavailable, UnknownAnswer } from '../../../src/domain/errors.ts';
import type { Json } from '../../../src/domain/json.ts';
import type { ParticipantPage } from '../../../src/domain/records.ts';
import { allOf } from '../scripted-session.ts';
import { applicationRow, list, participantRow, query, type Scripted, scripted, told } from './builders.ts';

const app = (id: string) => applicationRow({ id });
const par = (id: string) => participantRow({ id: `p${id}`, applicationId: id });

/** Two pages of applications and two of participants; every cursor works. */
const fourPages: Readonly<Record<string, Json>> = {
  '/applications': list([app('1'), app('2')], 'a2'),
  '/applications page[after]=a2': list([app('3')]),
  '/participants': list([par('1'), par('2')], 'p2'),
  '/participants page[after]=p2': list([par('3')]),
};

function playing(pages: Readonly<Record<string, Json>>): Scripted {
  return scripted((call) => {
    const page = pages[call];
    if (page === undefined) throw new Error(`nobody scripted ${call}`);
    return page;
  });
}

const idsOf = (pages: readonly ParticipantPage[]) =>
  pages.map(({ records }) => records.map(({ kind, id }) => `${kind === 'supplement' ? '+' : ''}${id}`).join(' '));
const asked = ({ asked }: Scripted) => asked.map(told);

describe('participants', () => {
  test('applications to their end, then participants to theirs; then the listing is complete', async () => {
    const script = playing(fourPages);
    const pages = await allOf(script.session.listParticipants(query()));
    expect(idsOf(pages)).toEqual(['1 2', '3', '+1 +2', '+3']);
    expect(pages.map(({ last, listing }) => [last, listing])).toEqual([
      [false, 'complete'],
      [false, 'complete'],
      [false, 'complete'],
      [true, 'complete'],
    ]);
    expect(asked(script)).toEqual(Object.keys(fourPages));
    expect(script.asked[0]).toEqual({
      method: 'GET',
      path: '/applications',
      query: { 'page[size]': '2500' },
      headers: { authorization: 'Bearer key' },
    });
    expect(script.warnings).toEqual([]);
  });

  test('changes are asked for from a millisecond before, in both lists, and conclude nothing', async () => {
    const since = new Date('2026-09-12T09:00:00.500Z');
    const filter = 'updatedAt[after]=2026-09-12T09:00:00.499Z';
    const script = playing({ [`/applications ${filter}`]: list([]), [`/participants ${filter}`]: list([par('1')]) });
    const pages = await allOf(script.session.listParticipants(query({ since })));
    expect(idsOf(pages)).toEqual(['', '+1']);
    expect(pages.map(({ listing }) => listing)).toEqual(['partial', 'partial']);
  });

  test('rows of events that nobody asked for are left out, unreadable ones among them', async () => {
    const rows = [
      app('1'),
      applicationRow({ id: '2', eventId: 'evt_other' }),
      applicationRow({ id: null, eventId: 'evt_other' }),
      applicationRow({ id: '3', eventId: null, event: { id: 'evt_9' } }),
      applicationRow({ id: '4', eventId: null }),
      'nonsense',
    ];
    const script = playing({ '/applications': list(rows), '/participants': list([]) });
    const [page] = await allOf(script.session.listParticipants(query()));
    expect(page?.records.map((record) => record.id)).toEqual(['1', '3']);
    expect(page?.rejected).toEqual([
      { id: '4', error: 'eventId: missing or not an id', source: rows[4] },
      { error: expect.any(String), source: 'nonsense' },
    ]);
  });

  test('an organiser without a list of participants is told of once, and the applications are all there is', async () => {
    const script = playing({ '/applications': list([app('1')]), '/participants': 404 });
    for (let time = 1; time <= 2; time += 1) {
      const pages = await allOf(script.session.listParticipants(query()));
      expect(idsOf(pages)).toEqual(['1', '']);
      expect(pages.at(-1)).toMatchObject({ last: true, listing: 'complete' });
    }
    expect(script.warnings).toEqual([expect.stringContaining('no list of participants')]);
  });

  test.each([
    ['/participants', 400],
    ['/participants', 405],
    ['/applications', 404],
  ])('a first page of %s that is refused with %i fails the series', async (path, status) => {
    const script = playing({ ...fourPages, [path]: status });
    await expect(allOf(script.session.listParticipants(query()))).rejects.toBeInstanceOf(CallRefused);
  });

  test.each([
    ['no page', { data: [] }],
    ['no data', { page: { next: null } }],
    ['data that is no list', { data: {}, page: { next: null } }],
    ['an error beside it', { data: [], page: { next: null }, error: { code: 1 } }],
    ['a cursor that is none', list([], { token: 'x' })],
    ['a bare list', [app('1')]],
  ] satisfies [string, Json][])('%s is an unknown answer, never an empty list', async (_, body) => {
    const script = playing({ ...fourPages, '/applications': body });
    await expect(allOf(script.session.listParticipants(query()))).rejects.toBeInstanceOf(UnknownAnswer);
  });

  test.each([[undefined], [''], [null]])('the last page names %s as the next', async (next) => {
    const body = { data: [app('1')], page: next === undefined ? {} : { next } };
    const script = playing({ '/applications': body, '/participants': list([]) });
    expect(idsOf(await allOf(script.session.listParticipants(query())))).toEqual(['1', '']);
  });

  test('a row of the page before that comes again makes the listing unstable, behind a resume too', async () => {
    const pages = { ...fourPages, '/applications page[after]=a2': list([app('2'), app('3')]) };
    const all = await allOf(playing(pages).session.listParticipants(query()));
    expect(all.map(({ listing }) => listing)).toEqual(['complete', 'unstable', 'unstable', 'unstable']);
    for (const page of all.slice(0, 3)) {
      const rest = await allOf(playing(pages).session.listParticipants(query({ resume: page.resume })));
      expect(rest.map(({ listing }) => listing)).toEqual(rest.map(() => 'unstable'));
    }
  });

  test('an empty page in the middle is not the end', async () => {
    const script = playing({ ...fourPages, '/applications': list([], 'a2') });
    expect(idsOf(await allOf(script.session.listParticipants(query())))).toEqual(['', '3', '+1 +2', '+3']);
  });

  test('cursors that go round end the series', async () => {
    const script = playing({ ...fourPages, '/applications page[after]=a2': list([app('3')], 'a2') });
    await expect(allOf(script.session.listParticipants(query()))).rejects.toBeInstanceOf(UnknownAnswer);
    expect(script.asked).toHaveLength(2);
  });
});

describe('a cursor that has run out', () => {
  /** Refuses a call with `status` the first `times` times. */
  function refusing(call: string, status: number, times: number, pages = fourPages): Scripted {
    let left = times;
    return scripted((one) => {
      if (one === call && left > 0) {
        left -= 1;
        return status;
      }
      return pages[one] ?? 500;
    });
  }

  test.each([400, 404, 410, 422])('in the middle (%i): its list begins again, and everybody comes', async (status) => {
    const script = refusing('/applications page[after]=a2', status, 1);
    const pages = await allOf(script.session.listParticipants(query()));
    expect(idsOf(pages)).toEqual(['1 2', '1 2', '3', '+1 +2', '+3']);
    expect(pages.at(-1)).toMatchObject({ last: true, listing: 'complete' });
    expect(script.warnings).toEqual([expect.stringContaining('applications')]);
  });

  test('in the second list: that one begins again, not the first', async () => {
    const script = refusing('/participants page[after]=p2', 404, 2);
    const pages = await allOf(script.session.listParticipants(query()));
    expect(idsOf(pages)).toEqual(['1 2', '3', '+1 +2', '+1 +2', '+1 +2', '+3']);
    expect(asked(script).filter((call) => call.startsWith('/applications'))).toHaveLength(2);
  });

  test('from a resume: the list begins again', async () => {
    const resume = { list: 'participants', after: 'old', lastId: 'p9', unsure: false };
    const script = refusing('/participants page[after]=old', 410, 1);
    const pages = await allOf(script.session.listParticipants(query({ resume })));
    expect(idsOf(pages)).toEqual(['+1 +2', '+3']);
    expect(pages.at(-1)).toMatchObject({ last: true, listing: 'complete' });
  });

  test('a third time: fails, and says what to do', async () => {
    const script = refusing('/applications page[after]=a2', 410, 3);
    const series = allOf(script.session.listParticipants(query()));
    await expect(series).rejects.toBeInstanceOf(ProviderUnavailable);
    await expect(series).rejects.toMatchObject({ hint: expect.stringContaining('P88SYNC_LETSDOTHIS_PAGE_SIZE') });
    expect(script.asked).toHaveLength(6);
  });

  test('once in each list: two restarts in all', async () => {
    const once = new Set(['/applications page[after]=a2', '/participants page[after]=p2']);
    const script = scripted((call) => (once.delete(call) ? 400 : (fourPages[call] ?? 500)));
    const pages = await allOf(script.session.listParticipants(query()));
    expect(idsOf(pages)).toEqual(['1 2', '1 2', '3', '+1 +2', '+1 +2', '+3']);
  });

  test('behind a restart the page loop still cannot spin', async () => {
    let calls = 0;
    const script = scripted((call) => {
      calls += 1;
      if (call === '/applications') return list([app('1')], 'a2');
      return calls === 2 ? 410 : list([app(String(calls))], 'a2');
    });
    await expect(allOf(script.session.listParticipants(query()))).rejects.toBeInstanceOf(UnknownAnswer);
    expect(calls).toBe(4);
  });

  test('a resume that nobody knows begins the series', async () => {
    for (const resume of [7, { list: 'others', after: 'x' }, { offset: 3 }]) {
      const pages = await allOf(playing(fourPages).session.listParticipants(query({ resume })));
      expect(idsOf(pages)).toEqual(['1 2', '3', '+1 +2', '+3']);
    }
  });
});

describe('events', () => {
  const event = (id: string) => ({ id, name: `Event ${id}`, startDateTime: '2026-10-04T09:00:00Z' });
  const found = async (script: Scripted, eventId?: string) =>
    (await allOf(script.session.listEvents({ startsFrom: undefined, ...(eventId && { eventId }) }))).flatMap((page) =>
      page.events.map((one) => one.eventId),
    );

  test('page by page', async () => {
    const script = playing({ '/events': list([event('1')], 'e2'), '/events page[after]=e2': list([event('2')]) });
    expect(await found(script)).toEqual(['1', '2']);
  });

  test.each([
    ['bare', event('2')],
    ['in data', { data: event('2') }],
  ])('one by its id, %s', async (_, body) => {
    expect(await found(playing({ '/events/2': body }), '2')).toEqual(['2']);
  });

  test('one by its id from the list, where it cannot be asked for', async () => {
    const script = playing({
      '/events/2': 404,
      '/events': list([event('1')], 'e2'),
      '/events page[after]=e2': list([event('2')], 'e3'),
    });
    expect(await found(script, '2')).toEqual(['2']);
  });

  test('one that is nowhere is refused', async () => {
    const script = playing({ '/events/x': 404, '/events': list([event('1')]) });
    await expect(found(script, 'x')).rejects.toBeInstanceOf(CallRefused);
  });
});
