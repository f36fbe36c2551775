import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { addAccount, addEvent, addRace, addRegistration } from '../../src/sandbox/build-world.ts';
import { refund } from '../../src/sandbox/changes.ts';
import { copernicoEventId, slugOf } from '../../src/sandbox/copernico/names.ts';
import { setFinish } from '../../src/sandbox/finishes.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { control, get, handClock } from './ask.ts';

const presetPath = '/copernico/api/races/carrera-de-mayo-2026/preset/timer%40example.org:::all/10K';

/** One account, one event with a finisher, somebody on the way and somebody who has left. */
function copernicoWorld() {
  const sandbox = createSandbox({ now: handClock().now });
  const { world } = sandbox;
  const race = addRace(world, { provider: 'copernico', name: 'Carrera de Mayo' });
  const event = addEvent(world, race, { name: '10K', startAt: new Date('2026-05-03T07:00:00Z') });
  const account = addAccount(world, {
    provider: 'copernico',
    principal: 'timer@example.org',
    secret: 'hush',
    races: [race],
  });
  const person = { firstName: 'María', lastName: 'Gil', gender: 'F', dob: '1990-02-03' } as const;
  const finisher = addRegistration(world, event, { externalId: 'runsignup-91000001', bib: '214', person });
  const runner = addRegistration(world, event, { person: { ...person, gender: null, dob: null } });
  refund(world, addRegistration(world, event).id);
  const splits = [{ name: '5K', ms: 1_240_000 }];
  setFinish(world, finisher, { status: 'finished', gunMs: 2_531_000, chipMs: 2_522_000, splits });
  setFinish(world, runner, { status: 'started', gunMs: null, chipMs: null, splits: [{ name: '5K', ms: null }] });
  return { sandbox, race, event, account, finisher, runner };
}

async function preset(sandbox: Sandbox, behaviour: object = {}): Promise<unknown> {
  await control(sandbox, 'behaviour', { copernico: behaviour });
  return (await get(sandbox, presetPath)).body;
}

describe('a preset', () => {
  const maria = {
    id: 'runsignup-91000001',
    dorsal: '214',
    name: 'María',
    surname: 'Gil',
    gender: 'female',
    birthdate: '1990-02-03',
    category: 'Half Marathon',
    event: '10K',
    status: 'finished',
    'times.official_:::start:::': 9_000,
    'times.official_5K': 1_240_000,
    'times.official_:::finish:::': 2_531_000,
    'times.real_:::finish:::': 2_522_000,
    'netrankings_:::full-1:::': 1,
    'netrankings.gen_:::full-1:::': 1,
  };
  const second = (id: number, none: 0 | null = 0) => ({
    ...maria,
    id: String(id),
    dorsal: '',
    gender: '',
    birthdate: '',
    status: 'started',
    'times.official_:::start:::': none,
    'times.official_5K': none,
    'times.official_:::finish:::': none,
    'times.real_:::finish:::': none,
    'netrankings_:::full-1:::': null,
    'netrankings.gen_:::full-1:::': null,
  });
  const gunTime = Date.parse('2026-05-03T07:00:00Z');

  test('in the wire form of Copernico: who has left is gone, 0 is no time', async () => {
    const { sandbox, runner } = copernicoWorld();
    expect(await preset(sandbox)).toEqual({ gunTime, data: [maria, second(runner.id)] });
  });

  test('as the switches say', async () => {
    const { sandbox, runner } = copernicoWorld();
    const rows = [maria, second(runner.id, null)];
    expect(await preset(sandbox, { zeroForNoTime: false })).toEqual({ gunTime, data: rows });
    expect(await preset(sandbox, { showsGunTime: false })).toEqual({ data: rows });
    expect(await preset(sandbox, { envelope: 'bare' })).toEqual(rows);
    const short = rows.map(
      ({ id: _, 'netrankings_:::full-1:::': __, 'netrankings.gen_:::full-1:::': ___, ...row }) => row,
    );
    expect(await preset(sandbox, { showsIds: false, rankings: 'none' })).toEqual(short);
    const [first] = (await preset(sandbox, { doubleEncoded: true, columns: 'spanish' })) as Record<string, unknown>[];
    expect(first).toMatchObject({ dorsal: '214', Nombre: 'MarÃ\u00ada', 'CategorÃ\u00ada': 'Half Marathon' });
    expect((await control(sandbox, 'behaviour', { copernico: { gzipped: true } })).status).toBe(400);
  });

  test('may come as gzip that no header announces, and is cut off or refused over the limit', async () => {
    const { sandbox } = copernicoWorld();
    const whole = JSON.stringify(await preset(sandbox));
    const raw = async (behaviour: object) => {
      await control(sandbox, 'behaviour', { copernico: behaviour });
      const answer = await sandbox.handle(new Request(`http://sandbox${presetPath}`));
      return { status: answer.status, headers: answer.headers, body: Buffer.from(await answer.arrayBuffer()) };
    };
    const packed = await raw({ gzip: true });
    expect([packed.headers.get('content-encoding'), gunzipSync(packed.body).toString()]).toEqual([null, whole]);
    expect((await raw({ gzip: false, presetLimit: 100 })).body.toString()).toBe(
      Buffer.from(whole).subarray(0, 100).toString(),
    );
    expect((await raw({ overLimit: 'refused' })).status).toBe(413);
  });

  test.each([
    ['another login', presetPath.replace('timer', 'other')],
    ['another preset', presetPath.replace(':::all', ':::All')],
    ['another case', presetPath.replace('10K', '10k')],
    ['another slug', presetPath.replace('-2026', '')],
    ['more than the event', `${presetPath}/more`],
  ])('is not found under %s', async (_, path) => {
    expect((await get(copernicoWorld().sandbox, path)).status).toBe(404);
  });

  test('is not found once the account is closed', async () => {
    const { sandbox, account } = copernicoWorld();
    await control(sandbox, 'set-account', { account: account.name, enabled: false });
    expect((await get(sandbox, presetPath)).status).toBe(404);
  });
});

describe('registrants', () => {
  const post = async (
    { sandbox, race }: Pick<ReturnType<typeof copernicoWorld>, 'sandbox' | 'race'>,
    body: unknown,
    key = 'hush',
  ) => {
    const url = `http://sandbox/copernico/race-registrations/${race.id}`;
    const init = { method: 'POST', body: JSON.stringify(body), headers: { 'x-api-key': key } };
    return (await sandbox.handle(new Request(url, init))).status;
  };
  const told = async ({ sandbox, event }: ReturnType<typeof copernicoWorld>) =>
    (await get(sandbox, `/control/registrants?event=${event.id}`)).body;

  test('are people of the event, told as they came; the same id is the same person', async () => {
    const built = copernicoWorld();
    const dana = {
      id: 'runsignup-7',
      name: 'Dana',
      surname: 'Okafor',
      raceId: built.race.id,
      event: '10K',
      shirt: 'M',
    };
    expect(await post(built, [dana])).toBe(200);
    expect(await told(built)).toEqual([dana]);
    expect(await post(built, [{ ...dana, dorsal: '7', event: '' }])).toBe(200);
    expect(await told(built)).toEqual([{ ...dana, dorsal: '7', event: '' }]);
    // One who was there from elsewhere is known by the id that was pushed.
    expect(await post(built, [{ ...dana, id: 'runsignup-91000001', dorsal: '8' }])).toBe(200);
    expect(built.finisher).toMatchObject({ bib: '8', person: { firstName: 'Dana', dob: null } });
    expect(built.event.registrations).toHaveLength(4);
  });

  test('are doubled where the switch says so', async () => {
    const built = copernicoWorld();
    built.sandbox.world.behaviour.copernico.samePushedId = 'duplicates';
    const dana = { id: 'runsignup-7', raceId: built.race.id };
    for (const _ of [1, 2]) await post(built, [dana]);
    expect(await told(built)).toEqual([dana, dana]);
  });

  test('are all refused where one of them is wrong', async () => {
    const built = copernicoWorld();
    const good = { id: 'a', raceId: built.race.id };
    for (const bad of [{ ...good, raceId: 'x' }, { ...good, event: '5K' }, { ...good, gender: 'F' }, { name: 'x' }]) {
      expect(await post(built, [good, bad])).toBe(400);
    }
    expect(await post(built, good)).toBe(400);
    expect(await told(built)).toEqual([]);
  });

  test('need the key of an account with access to the race', async () => {
    const built = copernicoWorld();
    const { sandbox, race } = built;
    expect(await post(built, [], 'wrong')).toBe(403);
    const elsewhere = addRace(sandbox.world, { provider: 'copernico' });
    expect(await post({ sandbox, race: elsewhere }, [])).toBe(403);
    sandbox.world.behaviour.copernico.asksForKey = false;
    expect(await post(built, [], 'wrong')).toBe(200);
    expect(await post({ sandbox, race: { ...race, id: 'x' } }, [])).toBe(404);
  });
});

test('the names of a race', () => {
  const { sandbox, race, event } = copernicoWorld();
  expect(copernicoEventId(event)).toBe(`carrera-de-mayo-2026:${race.id}/10K`);
  expect(slugOf(addRace(sandbox.world, { provider: 'copernico', name: '¡Año Nuevo!' }))).toBe('ano-nuevo-2025');
});
