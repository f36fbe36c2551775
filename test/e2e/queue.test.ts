/** sync_queue end to end: another program inserts a row, the next tick serves it. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addAccount, addEvent, addRace, addRegistrations } from '../../src/sandbox/build-world.ts';
import { register } from '../../src/sandbox/changes.ts';
import type { RaceEvent } from '../../src/sandbox/world.ts';
import { expectSame } from './compare.ts';
import { day, type Installation, install, minute, saturday } from './installation.ts';
import { until } from './program.ts';

let here: Installation;
/** Far away, so that no cadence asks for them: what is synced was asked for. */
let events: RaceEvent[];

beforeEach(async () => {
  events = [];
  here = await install((world) => {
    const races = [0, 1, 2].map(() => addRace(world, {}));
    events = races.map((race) => addEvent(world, race, { startAt: new Date(saturday.getTime() + 20 * day) }));
    for (const event of events) addRegistrations(world, event, 5);
    addAccount(world, { company: 'Peak Timing', races });
  });
  await here.discover();
  await here.tick();
  here.pass(minute);
  here.newCalls();
});
afterEach(() => here.close());

async function ask(changes: Record<string, unknown> = {}): Promise<number> {
  const row = {
    timing_partner_id: 1,
    provider_id: 2,
    operation_type: 'participants',
    sync_direction: 'pull',
    ...changes,
  };
  const names = Object.keys(row);
  const [added] = await here.query<{ id: number }>(
    `insert into sync_queue (${names.join(', ')}) values (${names.map((_, at) => `$${at + 1}`).join(', ')}) returning sync_queue_id as id`,
    Object.values(row),
  );
  return added?.id ?? 0;
}

const stateOf = async (id: number) =>
  (
    await here.query(
      `select status, retry_count, reason, scheduled_time::timestamptz as scheduled, completed_at is not null as ended
      from sync_queue where sync_queue_id = $1`,
      [id],
    )
  )[0];

const idOf = (at: number) => events[at]?.id ?? '';
const eventAt = (at: number): RaceEvent => {
  const event = events[at];
  if (!event) throw new Error('there is no such event');
  return event;
};

test('one event is synced now, and only that one', async () => {
  for (const event of events) register(here.world, event);
  const id = await ask({ event_id: idOf(1) });
  const { code, json } = await here.tick();
  expect(code).toBe(0);
  expect(json['queue']).toEqual([
    { id, what: `participants pull of 1:runsignup:${idOf(1)}`, status: 'completed', reason: null, retryAt: null },
  ]);
  expect(json['units']).toMatchObject([
    { kind: 'incremental', events: [{ eventId: idOf(1) }], counts: { inserted: 1 } },
  ]);
  expect(await stateOf(id)).toEqual({
    status: 'completed',
    retry_count: 0,
    reason: null,
    scheduled: null,
    ended: true,
  });
  expect(here.newCalls()).toHaveLength(2);
});

test('a full one, all of a partner’s, and a discovery', async () => {
  const full = await ask({ event_id: idOf(0), payload: { full: true }, priority: 1 });
  const all = await ask();
  const discovery = await ask({ operation_type: 'events', provider_id: null });
  const added = addEvent(here.world, eventAt(0).race, { startAt: here.at(40 * day) });
  for (const event of events) register(here.world, event);
  const { json } = await here.tick();
  expect(json['queue'].map((one: { id: number; status: string }) => [one.id, one.status])).toEqual(
    [full, all, discovery].map((id) => [id, 'completed']),
  );
  const kinds = json['units'].map((unit: { kind: string; events: { eventId: string }[] }) => [
    unit.kind,
    ...unit.events.map((event) => event.eventId),
  ]);
  expect(kinds).toEqual([
    ['full', idOf(0)],
    ['incremental', idOf(1)],
    ['incremental', idOf(2)],
  ]);
  await here.tick();
  expect((await here.query('select event_id from sync_events order by 1')).map((row) => row['event_id'])).toContain(
    added.id,
  );
  await expectSame(here);
});

test.each([{}, { full: true }])(
  'what one tick cannot hold goes on in the next, behind what is done (%j)',
  async (payload) => {
    here.pass(70 * minute);
    // Two events of the three, at two calls each: the rest of the hour is kept for what is urgent.
    here.env['P88SYNC_RUNSIGNUP_CALLS_PER_HOUR'] = '5';
    for (const event of events) register(here.world, event);
    const id = await ask({ payload });
    const synced = (json: Awaited<ReturnType<Installation['tick']>>['json']) =>
      json['units']
        .filter((unit: { status: string }) => unit.status === 'completed')
        .flatMap((unit: { events: { eventId: string }[] }) => unit.events.map((event) => event.eventId));
    const first = synced((await here.tick()).json);
    expect(first).toEqual([idOf(0), idOf(1)]);
    expect(await stateOf(id)).toMatchObject({ status: 'pending', retry_count: 0 });
    const status = await here.run('status');
    expect(status.stdout).toContain('budget');
    expect(status.stdout).not.toContain('Failed 0 times');
    here.pass(61 * minute);
    expect(synced((await here.tick()).json)).toEqual([idOf(2)]);
    expect(await stateOf(id)).toMatchObject({ status: 'completed', retry_count: 0 });
    await expectSame(here);
    // Under the limit of five the calls of the first hour would be too many.
    delete here.env['P88SYNC_RUNSIGNUP_CALLS_PER_HOUR'];
  },
);

test('all events of a partner are asked for: what is urgent goes first', async () => {
  const soon = addEvent(here.world, eventAt(2).race, { startAt: here.at(2 * 60 * minute) });
  addRegistrations(here.world, soon, 3);
  await here.discover();
  await ask();
  const { json } = await here.tick();
  expect(json['units'].map((unit: { events: { eventId: string }[] }) => unit.events[0]?.eventId)).toEqual([
    soon.id,
    ...events.map((event) => event.id),
  ]);
});

test('an event that nobody has discovered is looked for', async () => {
  const added = addEvent(here.world, eventAt(0).race, { startAt: here.at(40 * day) });
  addRegistrations(here.world, added, 3);
  const id = await ask({ event_id: added.id });
  await here.tick();
  expect(await stateOf(id)).toMatchObject({ status: 'completed' });
  await expectSame(here);
});

test('what the plan syncs anyway is not synced twice', async () => {
  const id = await ask({ event_id: idOf(0) });
  here.pass(300 * minute);
  const { json } = await here.tick();
  expect(await stateOf(id)).toMatchObject({ status: 'completed' });
  expect(json['units']).toHaveLength(3);
});

test('a failure is retried after 2, 4 and 8 minutes, then failed with its reason', async () => {
  here.sandbox.fail({ kind: 'status', status: 500, pathIncludes: 'participants', times: 1000 });
  const id = await ask({ event_id: idOf(0) });
  const tries: number[] = [];
  for (let passed = 0; passed <= 20; passed += 1) {
    const { json } = await here.tick();
    if (json['queue'].length > 0) tries.push(passed);
    here.pass(minute);
  }
  expect(tries).toEqual([0, 2, 6, 14]);
  expect(await stateOf(id)).toMatchObject({ status: 'failed', retry_count: 3, ended: true });
  expect((await stateOf(id))?.['reason']).toMatch(/failed with 500/);
  const status = await here.run('status', '--json');
  expect(status.json['queue']).toMatchObject([{ id, status: 'failed', retries: 3 }]);
});

test('what can never be done fails at once, with a reason that names it', async () => {
  const ids = [
    await ask({ timing_partner_id: null }),
    await ask({ operation_type: 'splits' }),
    await ask({ event_id: 'no-such-event', max_retries: 0 }),
  ];
  const { code } = await here.tick();
  expect(code).toBe(1);
  const reasons = [];
  for (const id of ids) {
    const state = await stateOf(id);
    reasons.push([state?.['status'], state?.['reason']]);
  }
  expect(reasons).toEqual([
    ['failed', 'it names no timing_partner_id'],
    ['failed', expect.stringContaining('operation_type "splits"')],
    ['failed', expect.stringContaining('no-such-event')],
  ]);
});

test('ticks at once take each row once', async () => {
  for (const event of events) register(here.world, event);
  const ids = [await ask({ event_id: idOf(0) }), await ask({ event_id: idOf(1) }), await ask({ event_id: idOf(2) })];
  const ended = await Promise.all([1, 2, 3].map(() => here.run('tick', '--json')));
  expect(ended.map(({ code, stderr }) => ({ code, stderr }))).toEqual(ended.map(({ stderr }) => ({ code: 0, stderr })));
  const taken = ended.flatMap(({ json }) => json['queue'].map((one: { id: number }) => one.id)).sort();
  expect(taken).toEqual(ids);
  await expectSame(here);
});

test('a row that another run took over meanwhile is not told as done', async () => {
  const id = await ask({ event_id: idOf(0) });
  await here.query(`create function take_over() returns trigger language plpgsql as $$
    begin new.process := 'another'; return new; end $$`);
  await here.query(`create trigger take_over before update on sync_queue for each row
    when (new.status = 'processing') execute function take_over()`);
  const { json } = await here.tick();
  expect(json['queue']).toMatchObject([
    { id, status: 'pending', reason: 'another run took the row over, and its word counts' },
  ]);
  expect(await stateOf(id)).toMatchObject({ status: 'processing' });
});

test('a killed tick’s row is taken by the next one on the same machine', async () => {
  here.sandbox.fail({ kind: 'delay', pathIncludes: 'participants', delayMs: 60_000 });
  const id = await ask({ event_id: idOf(0) });
  const { child, ended } = here.start('tick');
  const underWay = `select 1 from api_calls where status is null and error is null and path like '%participants%'`;
  await until(async () => (await here.query(underWay)).length > 0);
  expect(await stateOf(id)).toMatchObject({ status: 'processing' });
  child.kill('SIGKILL');
  await ended;
  // The call may be logged and not have arrived yet: the next tick would wait for the late answer.
  await here.control('clear-faults');
  await here.run('tick');
  here.pass(2 * minute);
  await here.run('tick');
  expect(await stateOf(id)).toMatchObject({ status: 'completed', retry_count: 1 });
  await expectSame(here);
});
