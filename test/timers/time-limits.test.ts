/** The sum of src/domain/time-limits.ts, held to the numbers of the program and of the timers. */
import { expect, test } from 'vitest';
import { numberVariables } from '../../src/config/numbers.ts';
import { timeLimits } from '../../src/domain/time-limits.ts';
import { only, p88syncArguments, readCronJobs, readUnits, seconds } from './units.ts';

/** Node's start before the clock of `--max-seconds` runs, and its end; on a loaded machine. */
const aroundMs = 5_000;

interface Started {
  readonly by: string;
  readonly command: string;
  readonly maxMs: number;
  readonly endsMs: number;
}

function startedBy(by: string, commandLine: string, endsMs: number): Started {
  const args = p88syncArguments(commandLine);
  const limit = args.indexOf('--max-seconds');
  return { by, command: args[0] ?? '', maxMs: limit < 0 ? Number.NaN : Number(args[limit + 1]) * 1000, endsMs };
}

const all: readonly Started[] = [
  ...readUnits('.service').map((unit) =>
    startedBy(unit.file, only(unit, 'Service.ExecStart'), seconds(only(unit, 'Service.TimeoutStartSec')) * 1000),
  ),
  ...readCronJobs().map(({ command }) => {
    const limit = / timeout -k \d+ (\d+) /.exec(command)?.[1];
    return startedBy('crontab', command, Number(limit) * 1000);
  }),
];

/** What tells of a failed unit has no limit of its own. */
const started = all.filter(({ maxMs }) => !Number.isNaN(maxMs));

test('all that timers start has a limit of its own and one of the timer', () => {
  expect(started.map(({ by, command }) => `${by}: ${command}`)).toEqual([
    'p88sync-discover.service: discover',
    'p88sync-full-sync.service: full-sync',
    'p88sync-tick.service: tick',
    'crontab: tick',
    'crontab: discover',
    'crontab: full-sync',
  ]);
});

test.each(started)('$command of $by ends by itself before it is ended', ({ maxMs, endsMs }) => {
  expect(maxMs + timeLimits.graceMs + timeLimits.lastWordsMs + aroundMs).toBeLessThanOrEqual(endsMs);
});

test.each(started)('each wait of $command of $by is shorter than its run', ({ maxMs }) => {
  const ofCalls = ['P88SYNC_HEADERS_TIMEOUT_MS', 'P88SYNC_BODY_TIMEOUT_MS'].map((name) =>
    Number(numberVariables.find((one) => one.name === name)?.default),
  );
  const { connectMs, reconnectMs, firstConnectMs, statementMs, idleInTransactionMs, closeMs } = timeLimits;
  const database = [firstConnectMs + connectMs, reconnectMs + connectMs, statementMs, idleInTransactionMs, closeMs];
  const longest = Math.max(
    ...database,
    ofCalls.reduce((sum, ms) => sum + ms, 0),
  );
  expect(longest).toBeGreaterThan(0);
  expect(longest).toBeLessThan(maxMs);
});

test('after the limit of the run there is time to connect again, to store the page in hand, and to say goodbye', () => {
  expect(timeLimits.reconnectMs + timeLimits.closeMs).toBeLessThan(timeLimits.graceMs);
});

test('a transaction of a frozen machine gives its rows back before its lease is over', () => {
  const lease = Number(numberVariables.find(({ name }) => name === 'P88SYNC_LEASE_SECONDS')?.default) * 1000;
  expect(timeLimits.idleInTransactionMs).toBeLessThan(lease);
  // Whoever waits for these rows outlasts it.
  expect(timeLimits.idleInTransactionMs).toBeLessThan(timeLimits.statementMs);
});
