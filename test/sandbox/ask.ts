/** Short ways to call a sandbox in tests. */
import { addAccount, addEvent, addRace } from '../../src/sandbox/build-world.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import type { Account, Race, RaceEvent } from '../../src/sandbox/world.ts';

export const start = new Date('2026-03-07T14:05:00Z');

/** A clock that tests move by hand. */
export function handClock(at: Date = start): { now: () => Date; forward: (ms: number) => void } {
  let current = at.getTime();
  return {
    now: () => new Date(current),
    forward: (ms) => {
      current += ms;
    },
  };
}

/** One account, one race, one event of RunSignUp. */
export function runSignUpWorld(): {
  sandbox: Sandbox;
  clock: ReturnType<typeof handClock>;
  account: Account;
  race: Race;
  event: RaceEvent;
} {
  const clock = handClock();
  const sandbox = createSandbox({ now: clock.now });
  const race = addRace(sandbox.world, { name: 'Pine Ridge 50' });
  const event = addEvent(sandbox.world, race, { name: '50K', startAt: new Date('2026-09-13T11:30:00Z') });
  const account = addAccount(sandbox.world, { principal: 'key', secret: 'hush', races: [race] });
  return { sandbox, clock, account, race, event };
}

/** One account, one event of Race Roster, and a Bearer header for it. */
export async function raceRosterWorld() {
  const clock = handClock();
  const sandbox = createSandbox({ now: clock.now });
  const race = addRace(sandbox.world, { provider: 'raceroster', name: 'Harbour Half', timeZone: 'America/Halifax' });
  const event = addEvent(sandbox.world, race, { startAt: new Date('2026-05-03T12:00:00Z') });
  const account = addAccount(sandbox.world, { provider: 'raceroster', principal: 'id', secret: 'hush', races: [race] });
  const headers = async () => ({ authorization: `Bearer ${accessToken(await logIn(sandbox))}` });
  return { sandbox, clock, account, race, event, headers };
}

export function logIn(sandbox: Sandbox, fields: Record<string, string> = {}): Promise<Told> {
  const form = {
    grant_type: 'access_token',
    client_id: 'id',
    client_secret: 'hush',
    username: 'timer@example.org',
    password: 'timer-password',
    ...fields,
  };
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const body = new URLSearchParams(form).toString();
  return tell(sandbox, new Request('http://sandbox/raceroster/oauth/authorize', { method: 'POST', headers, body }));
}

function accessToken({ body }: Told): string {
  return (body as { data: { access_token: string } }).data.access_token;
}

export interface Told {
  readonly status: number;
  readonly body: unknown;
}

/** GET with the v2 key of `runSignUpWorld`; `query` may overwrite it. */
export function askRunSignUp(sandbox: Sandbox, path: string, query: Record<string, string> = {}): Promise<Told> {
  const search = new URLSearchParams({ format: 'json', rsu_api_key: 'key', ...query });
  const headers = { 'x-rsu-api-secret': 'hush' };
  return tell(sandbox, new Request(`http://sandbox/runsignup${path}?${search}`, { headers }));
}

export function get(sandbox: Sandbox, path: string, headers: Record<string, string> = {}): Promise<Told> {
  return tell(sandbox, new Request(`http://sandbox${path}`, { headers }));
}

export function control(sandbox: Sandbox, action: string, body: unknown): Promise<Told> {
  const init = { method: 'POST', body: JSON.stringify(body) };
  return tell(sandbox, new Request(`http://sandbox/control/${action}`, init));
}

async function tell(sandbox: Sandbox, request: Request): Promise<Told> {
  const response = await sandbox.handle(request);
  return { status: response.status, body: await response.json() };
}
