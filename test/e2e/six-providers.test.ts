/** One partner with credentials of all six providers: what each command does with those that have no registrations to list. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { providers } from '../../src/providers/registry.ts';
import { addAccount, addEvent, addRace, addRegistrations } from '../../src/sandbox/build-world.ts';
import { copernicoEventId } from '../../src/sandbox/copernico/names.ts';
import { runEvent } from '../../src/sandbox/finishes.ts';
import { type RaceEvent, type SandboxProvider, sandboxProviders } from '../../src/sandbox/world.ts';
import { hour, type Installation, install, saturday } from './installation.ts';

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
/** A key of Let's Do This, which older programs kept where the organiser's name belongs. */
const jwt = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ organiser: 'canary-organiser' })}.Y2FuYXJ5LXNpZ25hdHVyZQ`;

let here: Installation;
const events = new Map<SandboxProvider, RaceEvent>();
beforeAll(async () => {
  here = await install((world) => {
    for (const provider of sandboxProviders) {
      const race = addRace(world, { provider, name: `Lake Run ${provider}`, timeZone: 'Europe/London' });
      const event = addEvent(world, race, { startAt: new Date(saturday.getTime() + hour) });
      events.set(provider, event);
      if (provider !== 'copernico') addRegistrations(world, event, 12);
      const secret = provider === 'letsdothis' ? { secret: jwt } : {};
      addAccount(world, { company: 'Peak Timing', provider, races: [race], ...secret });
    }
  });
  await here.query(`update partner_provider_credentials set principal = '${jwt}', secret = null
    where provider_id = (select provider_id from providers where name = 'Let''s Do This')`);
});
afterAll(() => here.close());

/** All that was printed. */
const said: string[] = [];
async function say(...args: string[]) {
  const ended = await here.run(...args);
  said.push(ended.stdout, ended.stderr);
  return ended;
}

/** People of all providers through the view that other programs read. */
async function storedPeople(): Promise<readonly string[]> {
  const rows = await here.query<{
    text: string;
  }>(`select concat_ws(' ', source_provider, event_id, first_name, last_name,
    bib_number) as text from unified_participants where removed_at is null`);
  return rows.map(({ text }) => text).toSorted();
}

function wantedPeople(): readonly string[] {
  const names = new Map(providers.map(({ name, displayName }) => [name, displayName]));
  return [...events]
    .flatMap(([provider, { id, registrations }]) =>
      registrations.map(({ person, bib }) =>
        [names.get(provider), id, person.firstName, person.lastName, bib].filter((value) => value !== null).join(' '),
      ),
    )
    .toSorted();
}

const callsTo = (provider: SandboxProvider) => here.sandbox.calls.filter((call) => call.provider === provider);
const listers = sandboxProviders.filter((provider) => provider !== 'copernico').toSorted();

test('discover and tick: five list their events and people, nobody asks Copernico for a listing', async () => {
  const discovered = await say('discover', '--json', '--debug');
  expect(discovered.code).toBe(0);
  const told: { provider: string }[] = discovered.json['credentials'];
  expect(told.map(({ provider }) => provider).toSorted()).toEqual(listers);
  const ticked = await say('tick', '--json', '--debug');
  expect(ticked.code).toBe(0);
  const units: { provider: string; status: string }[] = ticked.json['units'];
  expect(units.map(({ provider, status }) => `${provider} ${status}`).toSorted()).toEqual(
    listers.map((provider) => `${provider} completed`),
  );
  expect(callsTo('copernico')).toEqual([]);
  expect(await storedPeople()).toEqual(wantedPeople());
  expect((await say('tick')).code).toBe(0);
});

test('discover of Copernico alone is refused with the reason', async () => {
  expect(await say('discover', '1:copernico')).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('Copernico has no registrations: it is a scoring system'),
  });
  expect(await say('sync-event', '1:copernico:RACE/10K')).toMatchObject({ code: 2, stdout: '' });
  expect(await say('full-sync', '1:copernico')).toMatchObject({ code: 2, stdout: '' });
});

test('full-sync of everything', async () => {
  const { code, json } = await say('full-sync', '--json', '--debug');
  const partners: { provider: string }[] = json['partners'];
  expect({ code, providers: partners.map(({ provider }) => provider).toSorted() }).toEqual({
    code: 0,
    providers: listers,
  });
  expect(callsTo('copernico')).toEqual([]);
  expect(await storedPeople()).toEqual(wantedPeople());
});

test('doctor and credentials test: every credential works, one call each at most', async () => {
  const tested = await say('credentials', 'test', '--debug');
  expect(tested.code).toBe(0);
  for (const provider of sandboxProviders) expect(tested.stdout).toContain(`Peak Timing, ${provider}: `);
  const { json } = await say('doctor', '--json', '--debug');
  const findings: { check: string; level: string; message: string }[] = json['findings'];
  const levels = (check: string) => findings.filter((one) => one.check === check).map(({ level }) => level);
  expect(levels('credentials')).toEqual(expect.arrayContaining(Array.from({ length: 6 }, () => 'ok')));
  expect(levels('discovery')).toEqual(['ok']);
  expect(callsTo('copernico')).toEqual([]);
});

test('status shows all six credentials, and a dash where nothing is discovered', async () => {
  const { code, json } = await say('status', '--json');
  expect(code).toBe(0);
  expect(json['verdict']).toMatchObject({ level: 'good' });
  const credentials: { provider: string }[] = json['credentials'];
  expect(credentials.map(({ provider }) => provider).toSorted()).toEqual(sandboxProviders.toSorted());
  expect((await say('status')).stdout).toMatch(/Peak Timing\s+copernico\s.*–/);
});

test('linked, the tick pushes to Copernico and pulls from both scoring systems', async () => {
  const [registered, copernico, chronotrack] = (['runsignup', 'copernico', 'chronotrack'] as const).map((provider) => {
    const event = events.get(provider);
    if (!event) throw new Error(`no event of ${provider}`);
    return event;
  });
  if (!registered || !copernico || !chronotrack) return;
  const spec = `1:runsignup:${registered.id}`;
  expect((await say('link', spec, `1:copernico:${copernicoEventId(copernico)}`)).code).toBe(0);
  expect((await say('link', spec, `1:chronotrack:${chronotrack.id}`)).code).toBe(0);
  for (const event of [copernico, chronotrack]) runEvent(here.world, event);
  here.pass(hour);
  const { code, json } = await say('tick', '--json', '--debug');
  expect(code).toBe(0);
  const units: { provider: string; kind: string; status: string }[] = json['units'];
  const ofScoring = units.filter(({ kind }) => kind === 'push' || kind === 'results');
  expect(ofScoring.map(({ provider, kind, status }) => `${kind} ${provider} ${status}`).toSorted()).toEqual([
    'push copernico completed',
    'results chronotrack completed',
    'results copernico completed',
  ]);
});

test('of a key that stands where a name belongs, four characters and two are all that is told', async () => {
  const list = await say('credentials', 'list');
  expect(list.stdout).toContain(`${jwt.slice(0, 4)}…${jwt.slice(-2)}`);
  await say('credentials', 'list', '--json');
  await say('credentials', 'encrypt', '--debug');
  const account = here.world.accounts.find(({ provider }) => provider === 'letsdothis');
  if (account) account.enabled = false;
  here.pass(hour);
  const event = events.get('letsdothis');
  expect((await say('sync-event', `1:letsdothis:${event?.id}`, '--debug')).code).toBe(5);
  expect((await say('credentials', 'test', '--debug', '--json')).code).toBe(5);
  await say('doctor', '--debug');
  await say('status', '--debug', '--json');
  expect(await say('credentials', 'add', '1:letsdothis', '--principal', jwt, '--debug')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--principal holds a key'),
  });
  const tables = ['api_calls', 'sync_history', 'sync_events', 'rejected_rows'];
  for (const table of tables) {
    said.push(
      ...(await here.query<{ text: string }>(`select t::text as text from ${table} t`)).map(({ text }) => text),
    );
  }
  const all = said.join('\n');
  for (const piece of [jwt, ...jwt.split('.'), jwt.slice(0, 8), jwt.slice(-6)]) expect(all).not.toContain(piece);
});
