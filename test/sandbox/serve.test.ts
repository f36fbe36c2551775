import { HttpResponse, http } from 'msw';
import { setupServer } from 'msw/node';
import { afterEach, describe, expect, test } from 'vitest';
import { serveSandbox } from '../../src/sandbox/serve.ts';
import { logIn, raceRosterWorld, runSignUpWorld, start } from './ask.ts';
import { sandboxHandlers } from './msw.ts';

describe('over HTTP', () => {
  const closers: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });
  async function served(sandbox: Parameters<typeof serveSandbox>[0]) {
    const { url, close } = await serveSandbox(sandbox, { port: 0 });
    closers.push(close);
    return url;
  }

  test('headers, body and the sandbox’s own date pass', async () => {
    const { sandbox, event } = runSignUpWorld();
    const url = await served(sandbox);
    const body = JSON.stringify({ provider: 'runsignup', eventId: event.id });
    expect((await fetch(`${url}/control/register`, { method: 'POST', body })).status).toBe(200);
    const headers = { 'x-rsu-api-secret': 'hush' };
    const response = await fetch(`${url}/runsignup/races?format=json&rsu_api_key=key`, { headers });
    expect(response.headers.get('date')).toBe(start.toUTCString());
    expect(((await response.json()) as { races: unknown[] }).races).toHaveLength(1);
    expect(sandbox.world.registrations.size).toBe(1);
  });

  test('a reset tears the connection down', async () => {
    const { sandbox } = runSignUpWorld();
    const url = await served(sandbox);
    sandbox.fail({ kind: 'reset' });
    await expect(fetch(`${url}/runsignup/races`)).rejects.toThrow('fetch failed');
    expect((await fetch(`${url}/runsignup/races`)).status).toBe(200);
  });

  test('a bug of the sandbox is answered, not thrown', async () => {
    const url = await served({ handle: () => Promise.reject(new Error('oops')) });
    const response = await fetch(url);
    expect([response.status, await response.text()]).toEqual([500, 'The sandbox has a bug: oops\n']);
  });

  test('a port that is taken is refused', async () => {
    const { sandbox } = runSignUpWorld();
    const port = Number(new URL(await served(sandbox)).port);
    await expect(serveSandbox(sandbox, { port })).rejects.toThrow('EADDRINUSE');
  });
});

describe('as msw handlers', () => {
  const server = setupServer(http.all('*', () => HttpResponse.text('unmatched', { status: 418 })));

  test('real addresses reach the sandbox', async () => {
    server.listen({ onUnhandledRequest: 'error' });
    try {
      const { sandbox } = runSignUpWorld();
      server.use(...sandboxHandlers(sandbox, ['runsignup', 'raceroster']));
      const headers = { 'x-rsu-api-secret': 'hush' };
      const response = await fetch('https://api.runsignup.com/rest/Races?format=json&rsu_api_key=key', { headers });
      expect(((await response.json()) as { races: unknown[] }).races).toHaveLength(1);
      sandbox.fail({ kind: 'reset' });
      await expect(fetch('https://api.runsignup.com/rest/races')).rejects.toThrow('Failed to fetch');
    } finally {
      server.close();
    }
  });

  test('Race Roster’s login stands beside its /v1', async () => {
    server.listen({ onUnhandledRequest: 'error' });
    try {
      const { sandbox, event } = await raceRosterWorld();
      server.use(...sandboxHandlers(sandbox, ['runsignup', 'raceroster']));
      const body = (await logIn(sandbox)).body as { data: { access_token: string } };
      const headers = { authorization: `Bearer ${body.data.access_token}` };
      const answer = await fetch(`https://raceroster.com/api/v1/events/${event.id}`, { headers });
      expect(await answer.json()).toMatchObject({ data: { eventId: event.id } });
      const refused = await fetch('https://raceroster.com/api/oauth/authorize', {
        method: 'POST',
        body: new URLSearchParams({}),
      });
      expect(refused.status).toBe(400);
    } finally {
      server.close();
    }
  });
});
