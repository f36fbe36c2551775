/** The pings of a run, to a server on a real socket. */
import { beforeEach, expect, test } from 'vitest';
import { startHeartbeat } from '../../src/notify/heartbeat.ts';
import { type HttpReceiver, receiveHttp } from './receivers.ts';

const run = '0b8f0a1e-1111-4c1d-9d0a-00000000000a';
let http: HttpReceiver;
let missed: string[];
beforeEach(async () => {
  http = await receiveHttp();
  missed = [];
  return () => http.close();
});
const start = (path = '/ping/uuid') =>
  startHeartbeat(new URL(`${http.url}${path}`), run, (reason) => missed.push(reason));
const paths = () => http.received.map(({ path, body }) => `${path} ${body}`.trim());

test.each([
  ['/ping/uuid', `/ping/uuid/start?rid=${run}`, `/ping/uuid/0?rid=${run}`],
  ['/ping/uuid/', `/ping/uuid/start?rid=${run}`, `/ping/uuid/0?rid=${run}`],
  ['/ping/slug?create=1', `/ping/slug/start?create=1&rid=${run}`, `/ping/slug/0?create=1&rid=${run}`],
])('%s: the beginning, then the end', async (path, first, last) => {
  await start(path).end(0, 'done');
  expect(paths()).toEqual([first, `${last} done`]);
  expect(new Set(http.received.map(({ method }) => method))).toEqual(new Set(['POST']));
  expect(missed).toEqual([]);
});

test('the end is told once', async () => {
  const heartbeat = start();
  await Promise.all([heartbeat.end('fail', 'a bug'), heartbeat.end(3, 'the database')]);
  await heartbeat.end(0, 'done');
  expect(paths()).toEqual([`/ping/uuid/start?rid=${run}`, `/ping/uuid/fail?rid=${run} a bug`]);
});

test('what is not taken is said in words, and nothing is thrown', async () => {
  http.answer = 404;
  await start('/canary').end(3, 'the database');
  expect(missed).toEqual(['status 404', 'status 404']);
  await http.close();
  missed = [];
  await start('/canary').end(3, 'the database');
  expect(missed).toEqual(['nobody listens there (ECONNREFUSED)', 'nobody listens there (ECONNREFUSED)']);
});

test('a beginning that nobody answers does not keep the end back', async () => {
  http.answer = 'never';
  const heartbeat = start();
  const { received } = http;
  while (received.length === 0) await new Promise((resolve) => setImmediate(resolve));
  http.answer = 200;
  await heartbeat.end(0, 'done');
  expect(paths()).toEqual([`/ping/uuid/start?rid=${run}`, `/ping/uuid/0?rid=${run} done`]);
});
