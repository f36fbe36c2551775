/** Credentials and logins that go wrong in the middle of things: only those suffer, and no other host learns of a secret. */
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { addAccount, addEvent, addRace, addRegistrations } from '../../src/sandbox/build-world.ts';
import { setAccountEnabled } from '../../src/sandbox/changes.ts';
import { sandboxEnvironment } from '../../src/sandbox/stand-ins.ts';
import type { Account, RaceEvent, World } from '../../src/sandbox/world.ts';
import { day, minute, saturday } from '../e2e/installation.ts';
import { some } from './lab/form.ts';
import { startProviderLine } from './lab/provider-line.ts';
import {
  expectNoSecret,
  expectReadable,
  happenEverywhere,
  installTroubled,
  peopleOf,
  type Registrar,
  recover,
  type Troubled,
  wantedPeopleOf,
} from './lab/troubled.ts';
import { behind, html, redirect, silent, status, text } from './lab/troubles.ts';
import { registrationProviders } from './lab/world.ts';

/** Providers whose calls carry a token that a login gave. */
const withTokens = ['raceroster', 'haku', 'chronotrack'] as const;
const logins = /\/oauth2?\/(token|authorize)/;

/** Three more credentials of Race Roster, with an event each; ChronoTrack logs in for a token. */
const more: { readonly account: Account; readonly event: RaceEvent }[] = [];

function build(world: World): void {
  for (const number of [1, 2, 3]) {
    const race = addRace(world, { provider: 'raceroster', name: `Hill Run ${number}` });
    const event = addEvent(world, race, { startAt: new Date(saturday.getTime() + 20 * day) });
    addRegistrations(world, event, 4);
    const account = addAccount(world, { company: `Hill Timing ${number}`, provider: 'raceroster', races: [race] });
    more.push({ account, event });
  }
  const chronoTrack = world.accounts.find(({ provider }) => provider === 'chronotrack');
  if (!chronoTrack) throw new Error('ChronoTrack has no account');
  Object.assign(chronoTrack.additionalConfig, { auth: 'oauth', client_secret: 'ct-client-secret' });
}

let all: Troubled;
beforeAll(async () => {
  all = await installTroubled({ build });
  Object.assign(all.here.env, { P88SYNC_HEADERS_TIMEOUT_MS: '2500', P88SYNC_BODY_TIMEOUT_MS: '2500' });
});
afterAll(() => all.close());
afterEach(() => all.line.clear());

interface Unit {
  readonly provider: Registrar;
  readonly credentialId: number;
  readonly status: string;
  readonly failure: { readonly kind: string; readonly message: string } | null;
}

/** A tick as a process; its units by provider. */
async function tick(): Promise<{ readonly code: number | null; readonly units: readonly Unit[] }> {
  const ended = await all.here.run('tick', '--json');
  expectReadable(ended);
  expectNoSecret(all, ended);
  return { code: ended.code, units: ended.json['units'] };
}

test('a token that ends in the middle of a series is renewed once, and the series goes on', async () => {
  const { here, line, events } = all;
  happenEverywhere(all);
  const targets = withTokens.map((provider) => {
    const event = events.find(({ race }) => race.provider === provider);
    return { provider, path: new RegExp(`${event?.id}/(participants|entry)`), event };
  });
  for (const { provider, path, event } of targets) {
    await here.query('delete from access_tokens');
    // At the third page of a whole listing.
    const dropped = line.begin(
      { providers: [provider], path, skip: 2, times: 1 },
      behind(() => here.control('drop-tokens')),
    );
    const asked = line.begin(
      { providers: [provider], path: logins },
      behind(() => undefined),
    );
    const ended = await here.run('sync-event', `1:${provider}:${event?.id}`, '--full', '--json');
    expect({ provider, code: ended.code }).toEqual({ provider, code: 0 });
    expect({ provider, dropped: dropped.hits(), logins: asked.hits() }).toEqual({ provider, dropped: 1, logins: 2 });
    expectNoSecret(all, ended);
  }
  const refused = await here.query('select 1 from partner_provider_credentials where refused_at is not null');
  expect(refused).toEqual([]);
  await recover(all);
});

test('a token that is taken by nobody any more is renewed once, not for ever: the credential is asked about', async () => {
  const { line } = all;
  happenEverywhere(all);
  const running = withTokens.map((provider) =>
    line.begin({ providers: [provider], path: /participants|entry/ }, status(401)),
  );
  const { code, units } = await tick();
  expect(code).toBe(1);
  for (const provider of withTokens) {
    const own = units.find((unit) => unit.provider === provider);
    expect(own?.failure?.message).toContain('the credential works, yet not for this race');
  }
  // Twice for each event, of which Race Roster has four.
  expect(running.map((one) => one.hits())).toEqual([8, 2, 2]);
  await recover(all);
});

test('one credential of many revoked: the others go on, one probe later, and well again when it is given back', async () => {
  const { here, events } = all;
  const [victim] = more;
  if (!victim) throw new Error('there is no further credential');
  happenEverywhere(all);
  setAccountEnabled(victim.account, false);
  const seen: { code: number | null; calls: number; others: boolean }[] = [];
  for (let beat = 0; beat < 10; beat += 1) {
    here.newCalls();
    const before = here.sandbox.calls.length;
    const { code, units } = await tick();
    const calls = here.sandbox.calls.slice(before).filter(({ provider, account, path, status: answered }) => {
      return provider === 'raceroster' && account === null && answered === 401 && logins.test(path);
    });
    const others = units.filter((unit) => unit.failure?.kind !== 'CredentialRefused');
    seen.push({ code, calls: calls.length, others: others.every((unit) => unit.status === 'completed') });
    here.pass(minute);
  }
  expect(seen.map(({ code }) => code)).toEqual(seen.map(() => 5));
  expect(seen.every(({ others }) => others)).toBe(true);
  // Revoked: the token in use, then the login; probes behind 2, 4 and 8 minutes.
  const probes = seen.flatMap(({ calls }, beat) => (calls > 0 ? [beat] : []));
  expect(probes).toEqual([0, 3, 8]);
  expect(Math.max(...seen.map(({ calls }) => calls))).toBeLessThanOrEqual(2);
  const stored = await peopleOf(all, registrationProviders);
  const wanted = wantedPeopleOf(all, registrationProviders);
  const own = (row: { readonly [column: string]: unknown }) => row['event'] === victim.event.id;
  expect(stored.filter((row) => !own(row))).toEqual(wanted.filter((row) => !own(row)));
  expect(stored.filter((row) => own(row) && row['removed'])).toEqual([]);
  expect(events.length).toBeGreaterThan(0);
  setAccountEnabled(victim.account, true);
  await recover(all, { restMs: 16 * minute });
});

test.each([
  ['is never answered', silent, 'ProviderUnavailable', 1],
  ['is answered with HTML', html, 'UnknownAnswer', 1],
  ['is answered with JSON without a token', text('{"ok":true}', 'application/json'), 'UnknownAnswer', 1],
  ['is answered with a token that is no text', text('{"access_token":["a"]}', 'application/json'), 'UnknownAnswer', 1],
  ['fails with 500', status(500), 'ProviderUnavailable', 1],
  ['is refused with 400', status(400), 'CredentialRefused', 5],
] as const)('a login that %s', async (_, trouble, kind, exit) => {
  const { here, line } = all;
  happenEverywhere(all);
  await here.query('delete from access_tokens');
  const before = await peopleOf(all, withTokens);
  line.begin({ providers: withTokens, path: logins }, trouble);
  const { code, units } = await tick();
  expect(code).toBe(exit);
  for (const unit of units) {
    const isVictim = withTokens.some((provider) => provider === unit.provider);
    if (!isVictim) expect(unit).toMatchObject({ status: 'completed' });
    else if (unit.status !== 'deferred') expect(unit).toMatchObject({ status: 'failed', failure: { kind } });
  }
  expect(await peopleOf(all, withTokens)).toEqual(before);
  await recover(all, { restMs: exit === 5 ? 3 * minute : minute });
});

test.each(some([301, 302, 303, 307, 308], 2, 'redirects'))(
  'a redirect (%i) to another host takes nothing there',
  async (code) => {
    const { here, line } = all;
    const heard: string[] = [];
    const other = createServer((request, response) => {
      heard.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)}`);
      void buffer(request).then((body) => response.end(body));
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', () => resolve()));
    other.on('connection', () => heard.push('a connection'));
    const address = other.address();
    const target = `http://localhost:${typeof address === 'object' ? address?.port : 0}/elsewhere?token=from-the-redirect`;
    try {
      happenEverywhere(all);
      // The logins are redirected too, with the secrets that they post.
      await here.query('delete from access_tokens');
      line.begin({}, redirect(code, target));
      const ended = await here.run('tick', '--json');
      expect(ended.code).toBe(1);
      expectNoSecret(all, ended);
      for (const unit of ended.json['units'] as readonly Unit[]) {
        expect(unit).toMatchObject({
          status: 'failed',
          failure: { kind: 'ProviderUnavailable', message: expect.stringContaining('to another host (localhost:') },
        });
      }
      expect(ended.stdout + ended.stderr).not.toContain('from-the-redirect');
      expect(heard).toEqual([]);
    } finally {
      other.close();
    }
    await recover(all);
  },
);

test('an address at which nobody listens', async () => {
  const { here } = all;
  happenEverywhere(all);
  const before = await peopleOf(all, ['haku', 'runsignup']);
  const was = { ...here.env };
  const nobody = await startProviderLine(here.sandboxUrl);
  await nobody.close();
  const { P88SYNC_HAKU_URL, P88SYNC_RUNSIGNUP_URL } = sandboxEnvironment(nobody.url);
  Object.assign(here.env, { P88SYNC_HAKU_URL, P88SYNC_RUNSIGNUP_URL });
  const { code, units } = await tick();
  Object.assign(here.env, was);
  expect(code).toBe(1);
  for (const unit of units) {
    if (!['haku', 'runsignup'].includes(unit.provider)) expect(unit).toMatchObject({ status: 'completed' });
    else expect(unit.failure).toMatchObject({ message: expect.stringContaining('failed on the way (ECONNREFUSED)') });
  }
  expect(await peopleOf(all, ['haku', 'runsignup'])).toEqual(before);
  await recover(all);
});
