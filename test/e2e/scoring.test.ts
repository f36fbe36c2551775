/** Linked events from the first push to the last result, through the commands and the timer's tick. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCredentialsAdd, runCredentialsTest } from '../../src/commands/credentials.ts';
import { runDiscover } from '../../src/commands/discover.ts';
import { runDoctor } from '../../src/commands/doctor.ts';
import { runFullSync } from '../../src/commands/full-sync.ts';
import { runLinkAdd, runLinkList, runLinkRemove } from '../../src/commands/link.ts';
import { runPullResults } from '../../src/commands/pull-results.ts';
import { runPushParticipants } from '../../src/commands/push-participants.ts';
import { runStatus } from '../../src/commands/status.ts';
import { runSyncEvent } from '../../src/commands/sync-event.ts';
import { CredentialRefused, ProviderUnavailable } from '../../src/domain/errors.ts';
import { hour, minute } from './installation.ts';
import { installToys, type ToyInstallation } from './toy-installation.ts';

let toys: ToyInstallation;
beforeEach(async () => {
  toys = await installToys();
  for (const id of ['a', 'b', 'c']) enter(id);
  await toys.discover();
});
afterEach(() => toys.close());

const event = '1:toyreg:L10';
const scored = '1:toyscore:LAKE/10K';

function enter(id: string, changes: { bib?: string } = {}) {
  toys.registration.entrants.set(id, {
    id,
    eventId: 'L10',
    firstName: `P${id}`,
    bib: id,
    gender: 'female',
    ...changes,
  });
}
const link = (a = event, b = scored, options = {}) => toys.command((context) => runLinkAdd(context, a, b, options));
const push = (spec = scored, options = {}) => toys.command((context) => runPushParticipants(context, spec, options));
const pull = (spec = scored, options = {}) => toys.command((context) => runPullResults(context, spec, options));
const status = async () => (await toys.command((context) => runStatus(context, {}))).json;
const told = () => [...toys.scoring.people.keys()].sort();
const finish = (key: string, changes = {}) => ({
  key: `toyreg-${key}`,
  bib: key,
  status: 'finished' as const,
  time: '0:41:07.3',
  splits: { '5K': 1_240_000 },
  place: 1,
  ...changes,
});

describe('a link', () => {
  test('is added, in either order, shown, and removed', async () => {
    expect(await link(scored, event)).toMatchObject({
      code: 0,
      json: {
        added: true,
        link: {
          registration: { id: event, name: 'Lakefront 10K' },
          scoring: { id: scored, name: 'LAKEFRONT' },
          credentialId: 2,
        },
      },
    });
    expect(await link()).toMatchObject({ code: 0, json: { added: false } });
    expect(await toys.query('select event_id, name from toyscore_events')).toEqual([
      { event_id: 'LAKE/10K', name: 'LAKEFRONT' },
    ]);
    const list = await toys.command((context) => runLinkList(context, 'peak timing'));
    expect(list.json).toMatchObject({
      links: [{ registration: { id: event }, scoring: { id: scored, name: 'LAKEFRONT' }, credentialId: 2 }],
    });
    expect(await toys.text((context) => runLinkList(context, undefined))).toContain('LAKEFRONT');
    expect(await toys.command((context) => runLinkRemove(context, event, undefined))).toMatchObject({
      code: 0,
      json: { removed: [{ registration: { id: event }, scoring: { id: scored } }] },
    });
    expect((await toys.command((context) => runLinkList(context, undefined))).json).toEqual({ links: [] });
    expect(await toys.command((context) => runLinkRemove(context, event, scored))).toMatchObject({
      code: 2,
      text: `${event} is not linked to ${scored}`,
    });
  });

  test.each([
    ['an event that was never discovered', ['1:toyreg:NONE', scored], 'the event 1:toyreg:NONE is not known'],
    [
      'a scoring event that is not there',
      [event, '1:toyscore:NONE'],
      'Toy Scoring does not have the event NONE: there is no event NONE',
    ],
    ['two registration events', [event, '1:runsignup:5'], 'neither Toy Registration nor RunSignUp is a scoring system'],
    ['two scoring events', [scored, '1:toyscore:B'], 'Toy Scoring and Toy Scoring are both scoring systems'],
    ['a partner that is not there', ['2:toyreg:L10', scored], 'there is no timing partner "2"'],
  ])('of %s is refused', async (_, [a, b], message) => {
    expect(await link(a, b)).toMatchObject({ code: 2, text: message });
  });

  test('of other names or another day is refused with both, unless it is forced', async () => {
    const startAt = new Date(toys.now().getTime() + 7 * 24 * hour);
    toys.scoring.events.set('SUN', { name: 'Sunset Mile' });
    toys.scoring.events.set('NEXT', { name: 'Lakefront', startAt });
    expect(await link(event, '1:toyscore:SUN')).toMatchObject({
      code: 2,
      text: 'these do not look like the same race, their names have no word in common: "Lakefront 10K" (2026-09-12T12:00:00.000Z) and "Sunset Mile" (no start known)',
      json: { hint: 'If they are: the same command with --force.' },
    });
    expect((await link(event, '1:toyscore:NEXT')).text).toContain('they start 7 days apart');
    expect(await link(event, '1:toyscore:NEXT', { force: true })).toMatchObject({ code: 0 });
  });

  test('asks which credential where there are several', async () => {
    await toys.command((context) => runCredentialsAdd(context, '1:toyscore', { principal: 'second' }));
    expect(await link()).toMatchObject({ code: 2, text: 'Peak Timing has several credentials for Toy Scoring: 2, 3' });
    expect(await link(event, scored, { credential: '1' })).toMatchObject({ code: 2 });
    expect(await link(event, scored, { credential: '3' })).toMatchObject({
      code: 0,
      json: { link: { credentialId: 3 } },
    });
    await toys.tick();
    expect(told()).toHaveLength(3);
    expect(await pull()).toMatchObject({ code: 0, json: { events: [{ credentialId: 3 }] } });
  });
});

describe('by hand', () => {
  test('a push is shown first, and then sends what was shown', async () => {
    await toys.tick();
    await link();
    const preview = await push(event, { dryRun: true });
    expect(preview.json).toMatchObject({
      dryRun: true,
      events: [{ id: scored, linked: [event], add: 3, change: 0, remove: 0, same: 0 }],
    });
    expect(toys.scoring.batches).toEqual([]);
    expect(await toys.text((context) => runPushParticipants(context, scored, { dryRun: true }))).toContain(
      '1:toyscore:LAKE/10K (Lakefront 10K) would get 3 new, 0 changed, 0 removed; 0 as they are.',
    );
    expect(await push(event)).toMatchObject({
      code: 0,
      json: { events: [{ id: scored, kind: 'push', status: 'completed', counts: { inserted: 3 }, byHand: [] }] },
    });
    expect(told()).toEqual(['toyreg-a', 'toyreg-b', 'toyreg-c']);
    expect(toys.scoring.people.get('toyreg-a')).toMatchObject({ gender: 'F', eventName: 'Lakefront 10K', bib: 'a' });
    expect((await toys.text((context) => runPushParticipants(context, scored, {}))).replaceAll('\n', ' ')).toMatch(
      /^Pushed to 1:toyscore:LAKE\/10K \(Lakefront 10K\) in \d+ ms: 0 added, 0 changed, 0 removed, 3 as they were\.$/,
    );
    expect(await push(scored, { all: true })).toMatchObject({ json: { events: [{ counts: { fetched: 3 } }] } });
  });

  test.each([
    [event, '1:toyreg:L10 is not linked to a scoring event'],
    [scored, '1:toyscore:LAKE/10K is not linked to any registration event'],
    ['1:raceroster:77', 'Race Roster takes no participants'],
  ])('a push to %s without a link is refused', async (spec, message) => {
    const answer = await push(spec);
    expect(answer.code).toBe(2);
    expect(answer.text).toContain(message);
  });

  test('results come without a link, and their event with them', async () => {
    toys.scoring.results = [finish('a'), finish('b')];
    expect(await pull()).toMatchObject({ code: 0, json: { events: [{ kind: 'results', counts: { inserted: 2 } }] } });
    expect(
      await toys.query(`select source_provider, event_id, bib_number, results_time::text as time, splits, removed_at
        from unified_results order by result_id`),
    ).toEqual([
      {
        source_provider: 'Toy Scoring',
        event_id: 'LAKE/10K',
        bib_number: 'a',
        time: '00:41:07.3',
        splits: [{ name: '5K', time_ms: 1_240_000 }],
        removed_at: null,
      },
      expect.objectContaining({ bib_number: 'b' }),
    ]);
    expect(await pull('1:toyscore:NONE')).toMatchObject({ code: 2 });
    expect(await pull(event)).toMatchObject({ code: 2, text: 'Toy Registration gives no results' });
  });

  test('a mass removal needs a word', async () => {
    toys.scoring.results = Array.from({ length: 20 }, (_, at) => finish(String(at)));
    await pull();
    toys.scoring.results = toys.scoring.results.slice(0, 5);
    expect((await pull()).code).toBe(6);
    expect(await pull(scored, { allowMassRemoval: true })).toMatchObject({
      code: 0,
      json: { events: [{ counts: { removed: 15 } }] },
    });
  });
});

describe('by the timer', () => {
  const kinds = (json: { readonly units?: unknown }) => (json.units as { kind: string }[]).map(({ kind }) => kind);

  test('a push follows each sync that changed something, and nothing else', async () => {
    await link();
    expect((await toys.tick({ dryRun: true })).json).toMatchObject({
      units: [
        { kind: 'full' },
        { kind: 'push', reason: 'never pushed', calls: 1, events: [{ id: scored }], linked: [event] },
      ],
    });
    const first = await toys.tick();
    expect(first).toMatchObject({ code: 0, json: { totals: { units: 2, completed: 2, counts: { inserted: 3 } } } });
    expect(kinds(first.json)).toEqual(['full', 'push']);
    expect(told()).toEqual(['toyreg-a', 'toyreg-b', 'toyreg-c']);
    toys.pass(minute);
    expect(kinds((await toys.tick()).json)).toEqual(['full']);
    enter('d');
    enter('a', { bib: '77' });
    toys.registration.entrants.delete('c');
    toys.pass(minute);
    expect((await toys.tick()).json).toMatchObject({
      units: [{ kind: 'full' }, { kind: 'push', counts: { inserted: 1, updated: 1, removed: 1, unchanged: 1 } }],
    });
    expect(told()).toEqual(['toyreg-a', 'toyreg-b', 'toyreg-d']);
    expect(toys.scoring.people.get('toyreg-a')?.bib).toBe('77');
    expect((await status())['links']).toMatchObject([
      {
        id: scored,
        linked: [{ id: event, name: 'Lakefront 10K' }],
        push: { lastAt: expect.any(String), failure: null, waiting: { add: 0, change: 0, remove: 0 } },
        results: { lastAt: null, results: 0 },
      },
    ]);
  });

  test('results are pulled every half hour from the start until a day after, amended as the timers amend them', async () => {
    await link();
    await toys.tick();
    toys.scoring.results = [finish('a'), finish('b', { place: 2 }), finish('c', { place: 3 })];
    const pulls: number[] = [];
    for (let at = 0; at <= 27 * 60; at += 10) {
      if (at === 200)
        toys.scoring.results = [
          finish('a', { status: 'dsq', time: null, place: null }),
          finish('b', { bib: 'c' }),
          finish('c', { bib: 'b', splits: { '5K': null } }),
        ];
      const { code, json } = await toys.tick();
      expect(code).toBe(0);
      if (kinds(json).includes('results')) pulls.push(at);
      toys.pass(10 * minute);
    }
    expect(pulls.slice(0, 3)).toEqual([120, 150, 180]);
    // The clock goes on inside a tick: the one a day after the start is a moment late.
    expect(pulls.at(-1)).toBe(25.5 * 60);
    expect(pulls).toHaveLength(48);
    expect(
      await toys.query('select bib, status, net_time, place, splits from toyscore_results order by result_key'),
    ).toEqual([
      { bib: 'a', status: 'dsq', net_time: null, place: null, splits: [{ name: '5K', time_ms: 1_240_000 }] },
      expect.objectContaining({ bib: 'c', place: 1 }),
      expect.objectContaining({ bib: 'b', splits: [{ name: '5K', time_ms: null }] }),
    ]);
    expect((await status())['links']).toEqual([]);
  }, 120_000);

  test('what fails is retried after 2, 4 and 8 minutes, and shown', async () => {
    await link();
    toys.scoring.before = () => {
      throw new ProviderUnavailable('Toy Scoring did not answer');
    };
    const tried = async (ms: number) => {
      toys.pass(ms);
      return kinds((await toys.tick()).json).includes('push');
    };
    const { json } = await toys.tick();
    expect(json).toMatchObject({ exitCode: 1, units: [{}, { kind: 'push', status: 'failed' }] });
    const { links, verdict } = await status();
    expect(links).toMatchObject([{ push: { failure: { failures: 1 }, waiting: { add: 3 } } }]);
    expect(verdict).toMatchObject({ level: 'bad', scoringFailed: 1 });
    for (const minutes of [2, 4, 8]) {
      expect(await tried((minutes - 1) * minute)).toBe(false);
      expect(await tried(2 * minute)).toBe(true);
    }
    expect(await tried(hour)).toBe(false);
    toys.scoring.before = () => undefined;
    enter('d');
    expect(await tried(minute)).toBe(true);
    expect(told()).toHaveLength(4);
    expect((await status())['verdict']).toMatchObject({ scoringFailed: 0 });
  });

  test('a safety stop keeps its exit code until a person has spoken', async () => {
    await link();
    toys.scoring.results = Array.from({ length: 20 }, (_, at) => finish(String(at)));
    toys.pass(2 * hour);
    expect((await toys.tick()).code).toBe(0);
    toys.scoring.results = toys.scoring.results.slice(0, 5);
    toys.pass(30 * minute);
    expect((await toys.tick()).code).toBe(6);
    toys.pass(minute);
    const waiting = await toys.tick();
    expect(waiting.code).toBe(6);
    expect(kinds(waiting.json)).not.toContain('results');
    expect((await pull(scored, { allowMassRemoval: true })).code).toBe(0);
    toys.pass(minute);
    expect((await toys.tick()).code).toBe(0);
  });

  test('a refused credential stops the scoring side alone, keeps its exit code, and is probed', async () => {
    await link();
    toys.scoring.before = () => {
      throw new CredentialRefused('Toy Scoring refused the key');
    };
    expect(await toys.tick()).toMatchObject({
      code: 5,
      json: { units: [{ status: 'completed' }, { status: 'failed' }] },
    });
    toys.pass(minute);
    expect(await toys.tick()).toMatchObject({
      code: 5,
      json: { units: [{ kind: 'full', status: 'completed' }], leftOut: [{ kind: 'push', why: 'refused' }] },
    });
    toys.scoring.before = () => undefined;
    toys.pass(2 * minute);
    expect(await toys.tick()).toMatchObject({ code: 0, json: { units: [{}, { kind: 'push', status: 'completed' }] } });
    expect(told()).toHaveLength(3);
  });

  test('without a link that is not over, the tick does what it did', async () => {
    expect(kinds((await toys.tick()).json)).toEqual(['full']);
    await link();
    toys.pass(30 * hour);
    expect((await toys.tick()).json).toMatchObject({ units: [], leftOut: [] });
  });
});

describe('a provider without registrations', () => {
  test('is left out by what works on registrations, and tested by what tests credentials', async () => {
    expect(await toys.discover()).toMatchObject({ code: 0, json: { credentials: [{ provider: 'toyreg' }] } });
    expect(await toys.command((context) => runDiscover(context, '1:toyscore', {}))).toMatchObject({
      code: 2,
      text: 'Toy Scoring has no registrations: it is a scoring system',
    });
    expect(await toys.command((context) => runSyncEvent(context, scored, {}))).toMatchObject({ code: 2 });
    expect(await toys.command((context) => runFullSync(context, undefined, {}))).toMatchObject({
      code: 0,
      json: { partners: [{ provider: 'toyreg' }] },
    });
    expect(await toys.command((context) => runCredentialsTest(context, undefined))).toMatchObject({
      code: 0,
      json: {
        credentials: [
          { provider: 'toyreg', ok: true },
          { provider: 'toyscore', ok: true },
        ],
      },
    });
    const doctor = await toys.command((context) => runDoctor(context, { calls: true } as never));
    const findings = (doctor.json['findings'] as { check: string; level: string; message: string }[]).filter(
      ({ check }) => check === 'credentials' || check === 'discovery',
    );
    expect(findings.map(({ level, message }) => `${level} ${message}`)).toEqual([
      'ok 1 Peak Timing, toyreg: a toy',
      'ok 2 Peak Timing, toyscore: a toy',
      expect.stringContaining('ok every credential'),
    ]);
  });
});
