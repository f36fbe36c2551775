import { describe, expect, it } from 'vitest';
import { CallRefused, UnknownAnswer } from '../../../src/domain/errors.ts';
import type { Json } from '../../../src/domain/json.ts';
import type { ApiRequest, EventRef, ParticipantQuery } from '../../../src/domain/provider.ts';
import { adapter } from '../../../src/providers/runsignup/adapter.ts';
import { allOf, scriptedNow, scriptedTools } from '../scripted-session.ts';
import { wireParticipant, wireRemoved } from './wire-rows.ts';

const ref = (eventId: string, raceId = '85675'): EventRef => ({ eventId, raceId, timeZone: 'UTC' });
const both = [ref('661702'), ref('661703')];

const active = (event_id: number, ...ids: number[]) => ({
  event: { event_id, participants: [] },
  ...(ids.length === 0 ? {} : { participants: ids.map((id) => wireParticipant({ registration_id: id, event_id })) }),
});
const removed = (event_id: number, ...ids: number[]) => ({
  event: { event_id, participants: ids.map((id) => wireRemoved({ registration_id: id, event_id })) },
});
const nobody = [active(661702), active(661703)];
const nobodyRemoved = [removed(661702), removed(661703)];

/** What was asked, shortly: `active>7` is the active part behind id 7. */
const shortly = ({ path, query }: ApiRequest) =>
  `${path.endsWith('/removed-participants') ? 'removed' : 'active'}>${query?.['after_registration_id'] ?? ''}`;

async function sync(answers: Record<string, Json>, query: Partial<ParticipantQuery> = {}, pageSize = 3) {
  const { tools, asked } = scriptedTools((request) => answers[shortly(request)] ?? 'not expected', { pageSize });
  const session = adapter.connect({ principal: 'k', secret: 's', additionalConfig: { key_style: 'v2' } }, tools);
  const pages = await allOf(session.listParticipants({ events: both, since: undefined, resume: undefined, ...query }));
  return { asked, pages, ids: pages.map((page) => page.records.map((record) => record.id)) };
}

describe('the participants of a race', () => {
  it('unchanged: two calls, the last page is the one of the removed people', async () => {
    const since = new Date('2026-09-12T09:58:59.900Z');
    const { asked, pages } = await sync({ 'active>': nobody, 'removed>': nobodyRemoved }, { since });
    const shared = {
      event_id: '661702,661703',
      sort: 'registration_id ASC',
      results_per_page: '3',
      supports_nb: 'T',
      modified_after_timestamp: '1789207139',
      format: 'json',
    };
    expect(asked.map(({ path, query }) => ({ path, query }))).toEqual([
      {
        path: '/race/85675/participants',
        query: {
          ...shared,
          include_questions: 'T',
          include_registration_addons: 'T',
          include_registration_notes: 'T',
          include_corrals: 'T',
        },
      },
      { path: '/race/85675/removed-participants', query: shared },
    ]);
    const empty = { records: [], rejected: [], providerTime: scriptedNow, listing: 'partial' };
    expect(pages).toEqual([
      { ...empty, last: false, resume: { part: 'removed', after: 0 } },
      { ...empty, last: true, resume: { part: 'removed', after: 0 } },
    ]);
  });

  it('go on behind the highest id over all events while pages are full, counted over all events', async () => {
    const { asked, pages, ids } = await sync({
      'active>': [active(661702, 1, 3), active(661703, 2)],
      'active>3': [active(661702, 4), active(661703)],
      'removed>': [removed(661702, 5), removed(661703, 6, 7)],
      'removed>7': nobodyRemoved,
    });
    // An empty page behind a full one is asked for twice.
    expect(asked.map(shortly)).toEqual(['active>', 'active>3', 'removed>', 'removed>7', 'removed>7']);
    expect(ids).toEqual([['1', '3', '2'], ['4'], ['5', '6', '7'], []]);
    expect(pages.map((page) => [page.resume, page.last])).toEqual([
      [{ part: 'active', after: 3 }, false],
      [{ part: 'removed', after: 0 }, false],
      [{ part: 'removed', after: 7 }, false],
      [{ part: 'removed', after: 7 }, true],
    ]);
    expect(pages[2]?.records[0]).toMatchObject({ eventId: '661702', kind: 'removal-notice' });
    expect(pages[0]?.records[2]).toMatchObject({ eventId: '661703', kind: 'registration', row: { race_id: 85675 } });
  });

  it('of one event may come without the array around it', async () => {
    const answers = { 'active>': active(661702, 1), 'removed>': removed(661702) };
    expect((await sync(answers, { events: [ref('661702')] })).ids).toEqual([['1'], []]);
  });

  it.each([
    [{ part: 'active', after: 3 }, ['active>3', 'active>3', 'removed>']],
    [{ part: 'removed', after: 0 }, ['removed>']],
    [{ part: 'elsewhere' }, ['active>', 'removed>']],
  ])('go on from %j', async (resume, asked) => {
    const answers = { 'active>': nobody, 'active>3': nobody, 'removed>': nobodyRemoved };
    expect((await sync(answers, { resume })).asked.map(shortly)).toEqual(asked);
  });

  it('never ask for more per page than the provider gives, since a short page is the end', async () => {
    const { asked } = await sync({ 'active>': nobody, 'removed>': nobodyRemoved }, {}, 10_000);
    expect(asked.map((request) => request.query?.['results_per_page'])).toEqual(['2500', '2500']);
  });

  it('without registration ids are all rejected, and nobody is stored under another id', async () => {
    const weak = {
      event: { event_id: 661702, participants: [] },
      participants: [wireParticipant({ registration_id: undefined })],
    };
    const { pages } = await sync({ 'active>': [weak], 'removed>': nobodyRemoved });
    expect(pages[0]).toMatchObject({
      records: [],
      rejected: [{ eventId: '661702', error: expect.stringMatching(/weak key/) }],
    });
  });

  it('without registration ids cannot be paged, and that is said', async () => {
    const row = wireParticipant({ registration_id: undefined });
    const weak = { event: { event_id: 661702, participants: [] }, participants: [row, row, row] };
    await expect(sync({ 'active>': [weak] })).rejects.toThrow(/without any registration_id/);
  });

  it('of an event that was not asked for are rejected', async () => {
    const { pages } = await sync({ 'active>': [active(99, 1)], 'removed>': nobodyRemoved });
    expect(pages[0]).toMatchObject({
      records: [],
      rejected: [{ eventId: '99', id: '1', error: 'event_id: was not asked for' }],
    });
  });

  it('stop where the provider ignores the id to go on from', async () => {
    const page = [active(661702, 1, 2, 3)];
    await expect(sync({ 'active>': page, 'active>3': page })).rejects.toThrow(UnknownAnswer);
  });

  it.each([
    [{ participants: [] }],
    [{ event: {} }],
    [[{ participants: [] }]],
    [[{ event: { event_id: 661702 }, participants: {} }]],
    ['not expected'],
    [null],
  ])('in an unknown envelope are not "nobody": %j', async (body) => {
    await expect(sync({ 'active>': body })).rejects.toThrow(/RunSignUp answered participants in an unknown form/);
  });

  it.each([[[{ ...ref('1'), raceId: undefined }]], [[ref('1'), ref('2', '5')]]])(
    'need one race (%#)',
    async (events) => {
      await expect(sync({}, { events })).rejects.toThrow(CallRefused);
    },
  );
});
