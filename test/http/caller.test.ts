import { gzipSync } from 'node:zlib';
import { HttpResponse, http } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  BudgetSpent,
  CallRefused,
  CredentialRefused,
  Interrupted,
  type P88Error,
  ProviderThrottled,
  ProviderUnavailable,
  UnknownAnswer,
} from '../../src/domain/errors.ts';
import type { ApiRequest } from '../../src/domain/provider.ts';
import { recordedNow, recordingCaller } from './recording-caller.ts';

const server = setupServer();
beforeAll(() => server.listen({ onUnhandledRequest: 'error' }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const races: ApiRequest = {
  method: 'GET',
  path: '/races',
  query: { page: '1' },
  secretQuery: { api_key: 'k-secret' },
  headers: { 'x-secret': 'h-secret' },
};

/** Answers the calls to /rest/races one after the other; the last answer stays. Returns what was asked. */
function answers(...list: (() => Response)[]): Request[] {
  const asked: Request[] = [];
  server.use(
    http.all('https://provider.test/rest/races', ({ request }) => {
      asked.push(request);
      return (list[asked.length - 1] ?? list.at(-1) ?? HttpResponse.error)();
    }),
  );
  return asked;
}

const status =
  (code: number, headers: Record<string, string> = {}) =>
  () =>
    new HttpResponse('the body says person@example.org', { status: code, headers });

/** The error of a call, after a look that it holds no secret. */
async function errorOf(promise: Promise<unknown>): Promise<P88Error> {
  const error = await promise.then(
    () => {
      throw new Error('did not throw');
    },
    (reason: P88Error) => reason,
  );
  expect(`${error.message} ${error.hint}`).not.toMatch(/secret|person@|page=1/);
  return error;
}

describe('a call', () => {
  it('joins path and both queries to the base URL, and logs the open query only', async () => {
    const asked = answers(() =>
      HttpResponse.json({ races: [] }, { headers: { date: 'Sat, 12 Sep 2026 09:59:58 GMT' } }),
    );
    const { call, recording } = recordingCaller();
    const answer = await call(races);
    expect(asked.map((request) => request.url)).toEqual(['https://provider.test/rest/races?page=1&api_key=k-secret']);
    expect(asked[0]?.headers.get('x-secret')).toBe('h-secret');
    expect([answer.status, answer.date, answer.json()]).toEqual([200, new Date('2026-09-12T09:59:58Z'), { races: [] }]);
    expect(recording).toEqual({
      reserved: ['GET /rest/races?page=1'],
      settled: [{ status: 200, durationMs: 0, bytes: 12, error: undefined }],
      slept: [],
    });
  });

  it('sends a form to an address of its own', async () => {
    const bodies: string[] = [];
    server.use(
      http.post('https://login.test/oauth/authorize', async ({ request }) => {
        bodies.push(`${request.headers.get('content-type')} ${await request.text()}`);
        return HttpResponse.json({});
      }),
    );
    const { call, recording } = recordingCaller();
    const url = new URL('https://login.test/oauth/');
    await call({ method: 'POST', path: '/authorize', url, form: { user: 'a&b' } });
    await call({ method: 'POST', path: '/', url: new URL('https://login.test/oauth/authorize'), form: { user: 'c' } });
    expect(bodies.map((body) => body.split(' ').at(-1))).toEqual(['user=a%26b', 'user=c']);
    expect(bodies[0]).toMatch(/^application\/x-www-form-urlencoded/);
    expect(recording.reserved).toEqual(['POST /oauth/authorize', 'POST /oauth/authorize']);
  });

  it('is named in log and messages by its loggedPath, where it has one', async () => {
    const paths: string[] = [];
    server.use(
      http.get('https://provider.test/rest/*', ({ request }) => {
        paths.push(new URL(request.url).pathname);
        return new HttpResponse(null, { status: 404 });
      }),
    );
    const { call, recording } = recordingCaller();
    const request = { path: '/preset/person@example.org', loggedPath: '/preset/*', query: { fields: 'all' } };
    const error = await errorOf(call({ method: 'GET', ...request }));
    expect(error.message).toBe('GET provider.test/rest/preset/* was refused with 404');
    expect(recording.reserved).toEqual(['GET /rest/preset/*?fields=all']);
    expect(paths).toEqual(['/rest/preset/person@example.org']);
  });

  it('waits until the reserved time', async () => {
    answers(() => HttpResponse.json([]));
    const { call, recording } = recordingCaller({
      ledger: {
        reserve: async () => ({ callId: 1, startAt: new Date(recordedNow.getTime() + 700) }),
        settle: async () => undefined,
      },
    });
    await call(races);
    expect(recording.slept).toEqual([700]);
  });

  it('is not made where the budget is spent', async () => {
    const asked = answers(status(200));
    const freeAt = new Date('2026-09-12T10:30:00Z');
    const { call } = recordingCaller({
      ledger: {
        reserve: () => Promise.reject(new BudgetSpent('no room', { freeAt })),
        settle: async () => undefined,
      },
    });
    expect(await errorOf(call(races))).toBeInstanceOf(BudgetSpent);
    expect(asked).toEqual([]);
  });

  it('is not made, yet settled, where the run ends while it waits', async () => {
    const asked = answers(status(200));
    const run = new AbortController();
    const settled: unknown[] = [];
    const { call } = recordingCaller({
      signal: run.signal,
      ledger: {
        reserve: async () => ({ callId: 1, startAt: new Date(recordedNow.getTime() + 700) }),
        settle: async (_, result) => {
          settled.push(result);
        },
      },
      sleep: async () => run.abort(),
    });
    expect(await errorOf(call(races))).toBeInstanceOf(Interrupted);
    expect(asked).toEqual([]);
    expect(settled).toEqual([{ status: undefined, durationMs: 0, bytes: 0, error: 'interrupted' }]);
  });
});

describe('what comes back is classified', () => {
  it.each([
    [401, CredentialRefused],
    [403, CredentialRefused],
    [404, CallRefused],
    [400, CallRefused],
    [422, CallRefused],
  ])('%i, without a retry', async (code, kind) => {
    const asked = answers(status(code));
    const { call, recording } = recordingCaller();
    const error = await errorOf(call(races));
    expect(error).toBeInstanceOf(kind);
    expect(error.message).toBe(`GET provider.test/rest/races was refused with ${code}`);
    expect(asked).toHaveLength(1);
    expect(recording.settled).toEqual([{ status: code, durationMs: 0, bytes: 32, error: undefined }]);
  });

  it.each([
    [429, { 'retry-after': '90' }, new Date('2026-09-12T10:01:30Z')],
    [429, {}, undefined],
    [429, { 'retry-after': 'later' }, undefined],
    [503, { 'retry-after': '60' }, new Date('2026-09-12T10:01:00Z')],
    // The server's clock is two minutes behind ours: its date is read by its own clock.
    [
      429,
      { 'retry-after': 'Sat, 12 Sep 2026 09:58:30 GMT', date: 'Sat, 12 Sep 2026 09:58:00 GMT' },
      new Date('2026-09-12T10:00:30Z'),
    ],
  ])('%i with %j as throttled', async (code, headers, retryAt) => {
    const asked = answers(status(code, headers));
    const error = await errorOf(recordingCaller().call(races));
    expect(error).toBeInstanceOf(ProviderThrottled);
    expect(error).toMatchObject({ retryAt });
    expect(asked).toHaveLength(1);
  });

  it('5xx after two retries, each a call of its own', async () => {
    const asked = answers(status(502));
    const { call, recording } = recordingCaller();
    const error = await errorOf(call(races));
    expect(error).toBeInstanceOf(ProviderUnavailable);
    expect(error.message).toBe('GET provider.test/rest/races failed with 502');
    expect(asked).toHaveLength(3);
    expect(recording.reserved).toHaveLength(3);
    expect(recording.settled.map((result) => result.status)).toEqual([502, 502, 502]);
    expect(recording.slept).toEqual([1_000, 3_000]);
  });

  it('5xx that passes is no error; a short Retry-After is waited for', async () => {
    answers(status(500), status(503, { 'retry-after': '4' }), () => HttpResponse.json([]));
    const { call, recording } = recordingCaller();
    expect((await call(races)).json()).toEqual([]);
    expect(recording.slept).toEqual([1_000, 4_000]);
  });

  it('a broken connection after two retries', async () => {
    const asked = answers(() => HttpResponse.error());
    const { call, recording } = recordingCaller();
    const error = await errorOf(call(races));
    expect(error).toBeInstanceOf(ProviderUnavailable);
    expect(asked).toHaveLength(3);
    expect(recording.settled.map((result) => result.status)).toEqual([undefined, undefined, undefined]);
  });

  it.each([
    ['https://evil.test/steal?token=t-secret', /another host \(evil\.test\)/],
    ['/login?next=t-secret', /\/login on the same host/],
  ])('a redirect to %s, which is not followed', async (location, message) => {
    const asked = answers(status(302, { location }));
    const error = await errorOf(recordingCaller().call(races));
    expect(error).toBeInstanceOf(ProviderUnavailable);
    expect(error.message).toMatch(message);
    expect(asked).toHaveLength(1);
  });
});

describe('json()', () => {
  it.each([
    ['<!DOCTYPE html><html>person@example.org', 'text/html', 'an HTML page'],
    ['<?xml version="1.0"?><races/>', 'text/xml', 'XML'],
    ['[{"participants": [{"name": "person@example.org', 'application/json', 'truncated JSON'],
    ['{"a": nope}', 'application/json', 'broken JSON'],
    ['Down for maintenance', 'text/plain', 'plain text'],
    ['', 'application/json', 'an empty body'],
  ])('says of %j what it is', async (body, type, what) => {
    answers(() => new HttpResponse(body, { headers: { 'content-type': type } }));
    const answer = await recordingCaller().call(races);
    const error = await errorOf((async () => answer.json())());
    expect(error).toBeInstanceOf(UnknownAnswer);
    expect(error.message).toBe(
      `GET provider.test/rest/races answered with ${what} instead of JSON (${type}, ${body.length} bytes)`,
    );
  });

  const gzipped = (text: string) => () =>
    new HttpResponse(gzipSync(text), { headers: { 'content-type': 'application/json' } });

  it('unpacks a body that is gzip without saying so', async () => {
    answers(gzipped('[{"name": "María"}]'));
    expect((await recordingCaller().call(races)).json()).toEqual([{ name: 'María' }]);
  });

  it.each([
    [
      'that unpacks to more than a body may have',
      gzipped(`"${' '.repeat(100_000)}"`),
      /unpacks to more than 5000 bytes/,
    ],
    ['that was cut off', () => new HttpResponse(gzipSync('[{"name": "Dana"}]').subarray(0, 20)), /broken gzip/],
    ['of truncated JSON', gzipped('[{"name": "person@example.org'), /truncated JSON/],
  ])('refuses gzip %s', async (_, sent, what) => {
    answers(sent);
    const answer = await recordingCaller({ limits: { maxBytes: 5_000 } }).call(races);
    const error = await errorOf((async () => answer.json())());
    expect(error).toBeInstanceOf(UnknownAnswer);
    expect(error.message).toMatch(what);
  });
});
