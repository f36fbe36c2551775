/**
 * A database that says nothing any more, or is gone: before, while and after a tick is at work. Every run ends by itself, in time and with exit 3,
 * and says what it was waiting for. The waits are real, so all of them are waited for at once.
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { register } from '../../src/sandbox/changes.ts';
import type { RaceEvent } from '../../src/sandbox/world.ts';
import { day, type Installation, install, minute, saturday } from '../e2e/installation.ts';
import { type Ended, start } from '../e2e/program.ts';
import { isLong, tell } from './lab/form.ts';
import { syncPoints } from './lab/points.ts';
import { type Point, type PostgresLine, startPostgresLine } from './lab/postgres-line.ts';
import { expectSound } from './lab/sound.ts';
import { fillWorld, smallPages } from './lab/world.ts';

interface Case {
  readonly here: Installation;
  readonly line: PostgresLine;
  readonly events: readonly RaceEvent[];
}

/** An installation of its own, which is up to date. */
async function prepare(): Promise<Case> {
  let events: readonly RaceEvent[] = [];
  const here = await install((world) => {
    events = fillWorld(world, {
      now: saturday,
      people: 15,
      startsInMs: 20 * day,
      providers: ['runsignup', 'raceroster'],
    });
  });
  Object.assign(here.env, smallPages(10), {
    P88SYNC_HOST: 'host-a',
    P88SYNC_HIGH_FROM_HOURS: '700',
    P88SYNC_MEDIUM_FROM_HOURS: '720',
  });
  await here.discover();
  expect((await here.tick()).code).toBe(0);
  return { here, events, line: await startPostgresLine(here.databaseUrl) };
}

function pointOf(name: string): Point {
  const point = syncPoints.find((one) => one.name === name);
  if (!point) throw new Error(`there is no point ${name}`);
  return point;
}

interface Silence {
  readonly what: string;
  readonly args?: readonly string[];
  /** Where everything falls silent; undefined: from the beginning. */
  readonly at?: Point;
  /** Only the connection that was at the point does; others can be made. */
  readonly alone?: boolean;
  /** It is not silent, it is gone: nobody listens there any more. */
  readonly gone?: boolean;
  readonly code: number;
  readonly says: RegExp;
}

const silences: readonly Silence[] = [
  {
    what: 'from the beginning',
    code: 3,
    says: /^the database \((postgresql )?127\.0\.0\.1:\d+\/\w+\) does not answer or closed the connection$/,
  },
  {
    what: 'in the middle of a page, in a tick of three seconds: ended by force 15 seconds later',
    args: ['--max-seconds', '3'],
    at: pointOf('page: people written, before it is carried out'),
    code: 3,
    says: /^the run did not end in its time and was ended by force; it was waiting for .*the database \((postgresql )?127\.0\.0\.1:\d+\/\w+\), for 1\d s: insert into "\w+_participants"/,
  },
  {
    what: 'and is gone for good in the middle of a page',
    at: pointOf('page: people written, before it is carried out'),
    gone: true,
    code: 3,
    says: /^the database \((postgresql )?127\.0\.0\.1:\d+\/\w+\) refuses connections$/,
  },
  ...(isLong
    ? [
        {
          what: 'in the middle of a page',
          at: pointOf('page: people written, carried out'),
          code: 3,
          says: / does not answer or closed the connection$/,
        },
        {
          what: 'at a commit, and for that connection alone: the unit is given up',
          at: pointOf('last page: completed, committed'),
          alone: true,
          code: 0,
          says: /^$/,
        },
        {
          what: 'before a commit, and for that connection alone: the unit is given up',
          at: pointOf('last page: completed, before its commit'),
          alone: true,
          code: 1,
          says: /^the database \((postgresql )?127\.0\.0\.1:\d+\/\w+\) did not answer within 30 s: commit$/,
        },
      ]
    : []),
];

let cases: readonly Case[];
beforeAll(async () => {
  cases = await Promise.all(silences.map(prepare));
});
afterAll(async () => {
  for (const { here, line } of cases) {
    await line.close();
    await here.close();
  }
});

async function fallSilent({ here, line, events }: Case, { args = [], at, alone, gone }: Silence): Promise<Ended> {
  for (const event of events) register(here.world, event);
  here.pass(minute);
  if (!at) await line.proxy.set({ mode: 'black-hole' });
  else line.arm(at, () => void (alone ? undefined : line.proxy.set({ mode: gone ? 'refuse' : 'black-hole' })));
  const env = { ...here.env, DATABASE_URL: line.url };
  return start(['tick', '--json', ...args, '--now', here.now().toISOString()], { env }).ended;
}

test('it falls silent, or is gone: every run ends by itself and says where it was', async () => {
  const ended = await Promise.all(silences.map((silence, index) => fallSilent(cases[index] as Case, silence)));
  const seen = ended.map(({ code, signal, json }) => [
    code,
    signal,
    json['error']?.message ??
      json['units'].map((one: { failure: { message: string } | null }) => one.failure?.message ?? '').join(''),
  ]);
  expect(seen).toEqual(silences.map(({ code, says }) => [code, null, expect.stringMatching(says)]));
  for (const { here, line } of cases) {
    await line.proxy.set({ mode: 'pass' });
    here.pass(minute);
    // The same host: the process is gone, and what it held is free.
    const { code, json } = await here.tick();
    expect({ code, failed: json['totals'].failed }).toEqual({ code: 0, failed: 0 });
    expect(await here.query("select 1 from sync_history where status = 'running'")).toEqual([]);
    await expectSound(here);
  }
}, 120_000);

test('it falls silent when everything is done: the run does not wait for its goodbye', async () => {
  const { here, line } = cases[0] as Case;
  here.pass(minute);
  const env = { ...here.env, DATABASE_URL: line.url };
  // PostgreSQL's Terminate, the last thing that a client says.
  line.proxy.watch((from, bytes) => (from === 'client' && bytes.equals(Buffer.from('X\0\0\0\x04')) ? 'hold' : 'pass'));
  const ended = await start(['tick', '--now', here.now().toISOString()], { env }).ended;
  expect({ code: ended.code, stderr: ended.stderr }).toEqual({
    code: 0,
    stderr: expect.not.stringContaining('p88sync:'),
  });
});

test('the name server is silent: exit 3, and the process is gone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'p88sync-names-'));
  const bin = fileURLToPath(new URL('../../bin/p88sync.js', import.meta.url));
  try {
    await writeFile(join(folder, 'resolv.conf'), 'nameserver 127.0.0.1\nnameserver 127.0.0.2\n');
    await writeFile(
      join(folder, 'silent.cjs'),
      "for (const at of ['127.0.0.1', '127.0.0.2']) require('node:dgram').createSocket('udp4').bind(53, at);",
    );
    // A network of its own, in which the name servers are sockets that nobody reads.
    const script = `mount --bind ${folder}/resolv.conf /etc/resolv.conf && ip link set lo up || exit 99
      "$0" ${folder}/silent.cjs & silent=$!; "$0" ${bin} tick --json; code=$?; kill $silent; exit $code`;
    const run = spawnSync('unshare', ['--mount', '--net', 'sh', '-c', script, process.execPath], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], DATABASE_URL: 'postgresql://p88@db.example.org/p88' },
    });
    if (run.status === null || run.status === 1 || run.status === 99) {
      tell('no network of its own could be made here: a silent name server was not tried');
      return;
    }
    expect(run.status).toBe(3);
    expect(JSON.parse(run.stdout).error.message).toMatch(
      /^the database \(postgresql db\.example\.org:5432\/p88\) (has a host name that cannot be resolved now|does not answer)/,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
